"""MIDI clock in: how well tempo and phase are known, and how well the clicks keep to them, under jitter and losses."""

import numpy as np

from benchmarks.result import Result
from benchmarks.stage_peer import lead
from engine.live.tempo_filter import TempoFilter

SEEDS, SECONDS, BPM, LOST = 20, 40.0, 120.0, 0.01
TARGETS = {1.0: (0.02, 0.15, 0.5), 3.0: (0.03, 0.3, 1.0)}


def run() -> list[Result]:
    """The filter on synthetic streams, then Tao's clicks behind a jittery JACK client."""
    results = []
    for jitter_ms, targets in TARGETS.items():
        results += filtered(jitter_ms, *targets)
        results.append(followed(jitter_ms))
    return results


def filtered(jitter_ms: float, tempo_goal: float, phase_goal_ms: float, lock_goal_s: float) -> list[Result]:
    """Medians of twenty runs."""
    runs = [measured(jitter_ms / 1000.0, None, seed) for seed in range(SEEDS)]
    steps = [measured(jitter_ms / 1000.0, (20.0, 126.0), 100 + seed) for seed in range(SEEDS)]
    tempo = np.median([np.sqrt(np.mean(run[run[:, 0] > 5, 1] ** 2)) for run in runs])
    phase = np.median([np.sqrt(np.mean(run[run[:, 0] > 5, 2] ** 2)) for run in runs]) * 1000
    lock = np.median([settled(run, 0.0, 0.2, 0.001) for run in runs])
    step = np.median([settled(run, 20.0, 0.3, 0.0015) for run in steps])
    miscounted = sum(int((run[:, 3] != 0).any()) for run in runs + steps)
    how = (f"uniform jitter, {LOST:.0%} of the clocks lost, {BPM:g} BPM, {SECONDS:g} s, median of {SEEDS} seeds; "
           f"{miscounted} runs miscounted a clock")
    name = f"clock in, +-{jitter_ms:g} ms:"
    return [Result(f"{name} tempo rms", float(tempo), "BPM", f"< {tempo_goal:g}", how),
            Result(f"{name} phase rms", float(phase), "ms", f"< {phase_goal_ms:g}", how),
            Result(f"{name} lock (then within 0.2 BPM and 1 ms for 2 s)", float(lock), "s", f"< {lock_goal_s:g}", how),
            Result(f"{name} step 120 to 126 (then within 0.3 BPM and 1.5 ms for 2 s)", float(step), "s",
                   f"< {lock_goal_s:g}", how)]


def measured(jitter_s: float, step: tuple[float, float] | None, seed: int) -> np.ndarray:
    """(tick's time, tempo error, phase error in s, miscount) after every tick."""
    rng = np.random.default_rng(seed)
    times, tempi = [0.0], [BPM]
    while times[-1] < SECONDS:
        tempi.append(BPM if step is None or times[-1] < step[0] else step[1])
        times.append(times[-1] + 60.0 / (24 * tempi[-1]))
    ideal = np.array(times)
    arrivals = ideal + rng.uniform(-jitter_s, jitter_s, len(ideal))
    kept = [number for number in np.argsort(arrivals) if number == 0 or rng.random() >= LOST]
    estimate, rows = TempoFilter(), []
    for number in kept:
        estimate = estimate.heard(float(arrivals[number]))
        if estimate.bpm is not None:
            rows.append((ideal[number], estimate.bpm - tempi[number], estimate.at_s - ideal[number],
                         estimate.number - number))
    return np.array(rows)


def settled(rows: np.ndarray, since_s: float, tempo_off: float, phase_off_s: float) -> float:
    """Seconds until both are right and stay so for two seconds."""
    rows = rows[rows[:, 0] >= since_s]
    wrong = (np.abs(rows[:, 1]) > tempo_off) | (np.abs(rows[:, 2]) > phase_off_s)
    return next((float(rows[place, 0] - since_s) for place in range(len(rows)) if not wrong[place : place + 96].any()),
                float("inf"))


def followed(jitter_ms: float) -> Result:
    """How far Tao's clicks are from the beats that the leader meant."""
    seen = lead(SECONDS, BPM + 3.7, jitter_ms, LOST, 7)
    off_ms = np.abs(seen.click_errors_ms(settle_s=4.0))
    return Result(f"clock in, +-{jitter_ms:g} ms: clicks off the leader's beats, p99", float(np.percentile(off_ms, 99)),
                  "ms", "< 1", f"{len(off_ms)} clicks heard by the leader's own client on jackd's dummy driver, "
                  f"128 frames, after 4 s; median {np.median(off_ms):.3f} ms, worst {off_ms.max():.3f} ms")
