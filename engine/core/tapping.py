"""Tap tempo: the BPM of a hand that taps quarter notes."""

from collections.abc import Sequence

from engine.core.timeline import MAX_BPM, MIN_BPM

TIMEOUT_S = 2.0
FEWEST_TAPS, MOST_TAPS = 3, 16


def recent_taps(times_s: Sequence[float]) -> tuple[float, ...]:
    """The taps that belong together: those since the last pause of two seconds, at most sixteen."""
    first = 0
    for index in range(1, len(times_s)):
        if times_s[index] - times_s[index - 1] > TIMEOUT_S:
            first = index
    return tuple(times_s[first:][-MOST_TAPS:])


def tapped_bpm(times_s: Sequence[float]) -> float | None:
    """The tempo of the taps that belong together, by the line of least squares through them; None before the
    third. Within what a tempo may be."""
    taps = recent_taps(times_s)
    if len(taps) < FEWEST_TAPS:
        return None
    middle, mean = (len(taps) - 1) / 2, sum(taps) / len(taps)
    beat_s = (sum((index - middle) * (time_s - mean) for index, time_s in enumerate(taps))
              / sum((index - middle) ** 2 for index in range(len(taps))))
    return min(MAX_BPM, max(MIN_BPM, 60.0 / beat_s)) if beat_s > 0 else None
