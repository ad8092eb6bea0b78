"""A second real client, with none of Tao's code, leads Tao and follows it: the phase error of both."""

import numpy as np

from benchmarks.result import Result
from benchmarks.stage_peer import lead, listen

SECONDS, TEMPI = 20.0, (96.0, 140.0)


def run() -> list[Result]:
    """A table: who leads, at which tempo, how far apart."""
    results = []
    for bpm in TEMPI:
        results += [tao_leads(bpm), *tao_follows(bpm)]
    return results


def tao_leads(bpm: float) -> Result:
    """Each click against the clock that Tao sends with it, as the client hears both."""
    seen = listen(SECONDS, bpm)
    beats = seen.clocks[::24]
    off = [float(onset - beats[np.abs(beats - onset).argmin()]) for onset in seen.onsets]
    starts = [kind for _, kind in seen.messages]
    return Result(f"Tao leads at {bpm:g} BPM: clicks off its own clock, worst", float(np.abs(off).max()), "frames",
                  "<= 1", f"{len(off)} clicks and {len(seen.clocks)} clocks; Start came {starts.count(0xFA)} time(s)")


def tao_follows(bpm: float) -> list[Result]:
    """Clicks and clocks of Tao's against the clocks that the client sent."""
    seen = lead(SECONDS, bpm, 0.0, 0.0, 1)
    clicks, clocks = seen.click_errors_ms(2.0), seen.clock_errors_ms(2.0)
    first = float(seen.onsets[0] - seen.sent[0])
    how = (f"{len(clicks)} clicks, {len(clocks)} clocks after 2 s, none jittered; the first click came "
           f"{first:+.0f} frames after the first clock was sent")
    return [Result(f"Tao follows at {bpm:g} BPM: clicks off the beat, p99", float(np.percentile(np.abs(clicks), 99)),
                   "ms", "< 1", how),
            Result(f"Tao follows at {bpm:g} BPM: its clock off the leader's, p99",
                   float(np.percentile(np.abs(clocks), 99)), "ms", "< 1", how)]
