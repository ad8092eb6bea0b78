"""MIDI clock in, with jitter and lost clocks: errors of the tempo and the phase, and of the clicks that follow."""

import numpy as np

from benchmarks.result import Result
from benchmarks.stage_peer import lead, p99
from engine.sync.tempo_filter import TempoFilter
from tests.led_song import AHEAD_FRAMES, TURN_FRAMES, beat_errors_ms, clock_times

SEEDS, SECONDS, BPM, LOST = 20, 40.0, 120.0, 0.01
LIVE_S = 50.0
LEADERS = (123.7, 60.0, 96.0, 140.0, 174.0, 200.0)
TARGETS = {1.0: (0.02, 0.15, 0.5), 3.0: (0.03, 0.3, 1.0)}


def run() -> list[Result]:
    """The filter on synthetic streams, a song that follows it, then Tao's clicks behind a jittery JACK client."""
    results = []
    for jitter_ms, targets in TARGETS.items():
        results += filtered(jitter_ms, *targets)
        results += [computed(jitter_ms), followed(jitter_ms)]
    return results


def filtered(jitter_ms: float, tempo_goal: float, phase_goal_ms: float, lock_goal_s: float) -> list[Result]:
    """The filter's errors, medians over all seeds."""
    runs = [measured(jitter_ms / 1000.0, None, seed) for seed in range(SEEDS)]
    steps = [measured(jitter_ms / 1000.0, (20.0, 126.0), 100 + seed) for seed in range(SEEDS)]
    tempo = np.median([np.sqrt(np.mean(run[run[:, 0] > 5, 1] ** 2)) for run in runs])
    phase = np.median([np.sqrt(np.mean(run[run[:, 0] > 5, 2] ** 2)) for run in runs]) * 1000
    lock = np.median([settled(run, 0.0, 0.2, 0.001) for run in runs])
    step = np.median([settled(run, 20.0, 0.3, 0.0015) for run in steps])
    miscounted = sum(int((run[run[:, 0] > 1.0, 3] != 0).any()) for run in runs + steps)
    how = (f"uniform jitter, {LOST:.0%} of the clocks lost, {BPM:g} BPM, {SECONDS:g} s, median of {SEEDS} seeds; "
           f"{miscounted} runs miscounted a clock after the first second")
    name = f"clock in, +-{jitter_ms:g} ms:"
    return [Result(f"{name} tempo rms", float(tempo), "BPM", f"< {tempo_goal:g}", how),
            Result(f"{name} phase rms", float(phase), "ms", f"< {phase_goal_ms:g}", how),
            Result(f"{name} lock (then within 0.2 BPM and 1 ms for 2 s)", float(lock), "s", f"< {lock_goal_s:g}", how),
            Result(f"{name} step 120 to 126 (then within 0.3 BPM and 1.5 ms for 2 s)", float(step), "s",
                   f"< {lock_goal_s:g}", how)]


def measured(jitter_s: float, step: tuple[float, float] | None, seed: int) -> np.ndarray:
    """(time in s, tempo error in BPM, phase error in s, miscount) after every clock."""
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
        estimate = estimate.after(float(arrivals[number]))
        if estimate.bpm is not None:
            rows.append((ideal[number], estimate.bpm - tempi[number], estimate.at_s - ideal[number],
                         estimate.number - number))
    return np.array(rows)


def settled(rows: np.ndarray, since_s: float, tempo_off: float, phase_off_s: float) -> float:
    """Seconds until tempo and phase are right and stay right for two seconds."""
    rows = rows[rows[:, 0] >= since_s]
    wrong = (np.abs(rows[:, 1]) > tempo_off) | (np.abs(rows[:, 2]) > phase_off_s)
    return next((float(rows[place, 0] - since_s) for place in range(len(rows)) if not wrong[place : place + 96].any()),
                float("inf"))


def computed(jitter_ms: float) -> Result:
    """How far the beats are from those that the leader meant, computed without a device that could be late."""
    off_ms = np.abs(np.concatenate([beats_off_ms(jitter_ms, seed) for seed in range(SEEDS)]))
    return Result(f"clock in, +-{jitter_ms:g} ms: beats off the leader's, computed, p99",
                  float(np.percentile(off_ms, 99)), "ms", "< 1",
                  f"{len(off_ms)} beats from beat 2 on behind leaders of {min(LEADERS):g} to {max(LEADERS):g} BPM, "
                  f"steered through core's own timeline every {TURN_FRAMES} frames, {AHEAD_FRAMES} frames ahead; "
                  f"{LOST:.0%} of the clocks lost; worst {off_ms.max():.3f} ms; `first_beats` has each beat")


def beats_off_ms(jitter_ms: float, seed: int) -> np.ndarray:
    """How late each beat of a song is that follows a leader with this jitter, in ms."""
    rng, due_s = np.random.default_rng(seed), clock_times((LEADERS[seed % len(LEADERS)], int(SECONDS * BPM * 24 / 60)))
    kept = rng.random(len(due_s)) >= LOST
    kept[0] = True
    return np.asarray(beat_errors_ms(due_s, rng.uniform(-jitter_ms, jitter_ms, len(due_s)) / 1000.0, BPM, kept)[1:])


def followed(jitter_ms: float) -> Result:
    """How far Tao's clicks are from the beats that the leader meant."""
    seen = lead(LIVE_S, BPM + 3.7, jitter_ms, LOST, 7)
    return p99(f"clock in, +-{jitter_ms:g} ms: clicks off the leader's beats, p99", seen.click_errors_ms(),
               f"heard by the leader's own client on jackd's dummy driver, 128 frames; {seen.summary()}")
