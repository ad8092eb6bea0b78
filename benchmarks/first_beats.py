"""Following a MIDI clock from its first beat: leaders of 60 to 200 BPM, and every jump between their tempi.

Computed through core's own timeline, without a device that could be late: no clock comes before Start, Tao's own tempo
is another, and every beat is judged, the first included.
"""

import itertools
from collections.abc import Iterable

import numpy as np

from benchmarks.result import Result
from tests.led_song import beat_errors_ms, clock_times, turned

TEMPI = range(60, 201, 10)
BEATS, TARGET_MS = 8, 5.0
OWN_BPM = (120.0, 60.0, 200.0)
TURNS = ((120.0, 80.0, 0.5), (60.0, 200.0, 1.0))


def run() -> list[Result]:
    """A line for each kind of leader, clean and with jitter; in the last place the worst of beats 2 to 8."""
    results = []
    for jitter_ms in (0.0, 1.0, 3.0):
        goal = f"< {TARGET_MS:g}" if jitter_ms < 3.0 else ""
        first = (beats(clock_times((bpm, 24 * BEATS)), jitter_ms, own, bpm) for bpm in TEMPI for own in OWN_BPM)
        results.append(line("the first beats", jitter_ms, first, 0, goal))
    for jitter_ms in (0.0, 0.5, 1.0):
        jumps = (beats(clock_times((first, 96), (then, 24 * BEATS)), jitter_ms, first, first + 1000 * then)
                 for first, then in itertools.permutations(TEMPI, 2))
        results.append(line("after a jump", jitter_ms, jumps, 4, f"< {TARGET_MS:g}"))
    knob = (beats(turned(first, then, over_s, 2.0, 4.0), 1.0, first, seed)
            for first, then, over_s in TURNS for seed in range(10))
    results.append(line("while a knob is turned", 1.0, knob, 0, ""))
    return results


def beats(due_s: np.ndarray, jitter_ms: float, own_bpm: float, seed: int) -> np.ndarray:
    """How far off each beat is, in ms. The jitter is uniform; one clock in a hundred is lost where there is any."""
    rng = np.random.default_rng(seed)
    kept = rng.random(len(due_s)) >= (0.01 if jitter_ms else 0.0)
    kept[0] = True
    late_s = rng.uniform(-jitter_ms, jitter_ms, len(due_s)) / 1000.0
    return np.abs(beat_errors_ms(due_s, late_s, own_bpm, kept))


def line(name: str, jitter_ms: float, runs: Iterable[np.ndarray], since: int, goal: str) -> Result:
    """The worst of all runs on each of the beats from number `since` on."""
    found = [run[since : since + BEATS] for run in runs]
    length = min(map(len, found))
    worst = np.max([run[:length] for run in found], axis=0)
    each = ", ".join(f"{off_ms:.1f}" for off_ms in worst)
    return Result(f"{name}, +-{jitter_ms:g} ms jitter: beat 2 and later, worst", float(worst[1:].max()), "ms", goal,
                  f"{len(found)} runs, {TEMPI[0]} to {TEMPI[-1]} BPM; worst on beats 1 to {length}: {each} ms")
