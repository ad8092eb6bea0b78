"""The stretch of a recording in which the loop is looked for: all of it, what was played of it, or the busiest part."""

from dataclasses import dataclass

import numpy as np

from models.hearing.reading_candidates import LATEST_S, HitTimes

LONGEST_S = 100.0       # of what is read as one piece
WINDOW_S = 24.0         # of a longer recording, the part in which most is played
_RINGS_S = 2.0          # how long what was played may ring on


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """start_s and length_s of a stretch, and the hits in it, timed from its start."""

    start_s: float
    length_s: float
    hits: HitTimes


def span_of(hits: HitTimes, length_s: float, free: bool) -> Span:
    """Where to look. free: the recording may begin long before the music, and end long after it."""
    start_s, end_s = 0.0, length_s
    if length_s > LONGEST_S:
        start_s = _busiest(hits, length_s)
        end_s = min(start_s + WINDOW_S, length_s)
    inside = hits.times_s[(hits.times_s >= start_s) & (hits.times_s < end_s)]
    if (free or length_s > LONGEST_S) and len(inside):
        first_s, last_s = float(inside.min()), float(inside.max())
        start_s = first_s if first_s - start_s > LATEST_S else start_s
        end_s = min(end_s, last_s + _RINGS_S)
    chosen = (hits.times_s >= start_s) & (hits.times_s < end_s)
    return Span(start_s, end_s - start_s,
                HitTimes(hits.times_s[chosen] - start_s, hits.loud[chosen], hits.drum[chosen]))


def _busiest(hits: HitTimes, length_s: float) -> float:
    """Where the window begins in which the hits are loudest, all together; at the start if there are none."""
    starts = np.arange(0.0, max(length_s - WINDOW_S, 0.0) + 0.5, 0.5)
    order = np.argsort(hits.times_s)
    times_s, summed = hits.times_s[order], np.concatenate([[0.0], np.cumsum(hits.loud[order])])
    played = summed[np.searchsorted(times_s, starts + WINDOW_S)] - summed[np.searchsorted(times_s, starts)]
    return float(starts[int(np.argmax(played))])
