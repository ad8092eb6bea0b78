"""A second client with none of Tao's code leads Tao and follows it: the phase error of both."""

import numpy as np

from benchmarks.result import Result
from benchmarks.stage_peer import lead, listen, p99

SECONDS, TEMPI = 25.0, (96.0, 140.0)


def run(minutes: float = 2 * SECONDS * len(TEMPI) / 60.0) -> list[Result]:
    """For each tempo: Tao leads, then Tao follows."""
    seconds = minutes * 60.0 / (2 * len(TEMPI))
    results = []
    for bpm in TEMPI:
        results += [tao_leads(seconds, bpm), *tao_follows(seconds, bpm)]
    return results


def tao_leads(seconds: float, bpm: float) -> Result:
    """Each click against the clock that Tao sends with it, as the client hears both, and 24 clocks to each click."""
    seen = listen(seconds, bpm)
    calm = seen.calm(seen.onsets, 60.0 / bpm)
    nearest = seen.clocks[np.abs(seen.clocks[None, :] - seen.onsets[:, None]).argmin(axis=1)]
    off = np.abs(seen.onsets - nearest)[calm]
    between = np.diff(np.searchsorted(seen.clocks, seen.onsets - 1))[calm[1:]]
    starts = [kind for _, kind in seen.messages]
    how = (f"{len(off)} clicks judged, {int((between != 24).sum())} without 24 clocks since the one before; Start "
           f"arrived {starts.count(0xFA)} time(s); {seen.summary(60.0 / bpm)}")
    return Result(f"Tao leads at {bpm:g} BPM: clicks off its own clock, worst", float(off.max()) if len(off) else None,
                  "frames", "<= 1", how)


def tao_follows(seconds: float, bpm: float) -> list[Result]:
    """Tao's clicks and clocks against the clocks that the client sent."""
    seen = lead(seconds, bpm, 0.0, 0.0, 1)
    first = float(seen.onsets[0] - seen.sent[0])
    how = f"the first click came {first:+.0f} frames after the first clock was sent; {seen.summary()}"
    return [p99(f"Tao follows at {bpm:g} BPM: clicks off the beat, p99", seen.click_errors_ms(), how),
            p99(f"Tao follows at {bpm:g} BPM: its clock off the leader's, p99", seen.clock_errors_ms(), how)]
