"""MIDI clock in, with jitter and lost clocks: errors of the tempo and the phase, and of the clicks that follow."""

import numpy as np

from benchmarks.click import RATE
from benchmarks.result import Result
from benchmarks.stage_peer import lead, p99
from engine.core.commands import Play, SetClockSource, apply
from engine.core.machine import empty_machine
from engine.core.midi import ClockSource
from engine.core.timeline import PPQN, Ticks
from engine.sync.clock_follower import ClockFollower
from engine.sync.tempo_filter import TempoFilter

SEEDS, SECONDS, BPM, LOST = 20, 40.0, 120.0, 0.01
LIVE_S, TURN_FRAMES, AHEAD_FRAMES = 50.0, 480, 600
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
                  f"{len(off_ms)} beats after 4 s, steered through core's own timeline every {TURN_FRAMES} frames, "
                  f"{AHEAD_FRAMES} frames ahead; {LOST:.0%} of the clocks lost; worst {off_ms.max():.3f} ms")


def beats_off_ms(jitter_ms: float, seed: int) -> np.ndarray:
    """How late each beat of a song is that follows a leader with this jitter, in ms."""
    rng, period = np.random.default_rng(seed), 60.0 * RATE / (24.0 * (BPM + 3.7))
    ideal = RATE + period * np.arange(int(SECONDS * RATE / period))
    kept = rng.random(len(ideal)) >= LOST
    late = rng.uniform(-jitter_ms, jitter_ms, len(ideal)) * RATE / 1000.0
    kept[0], late[0] = True, 0.0
    clocks = np.sort((ideal + late)[kept]).round().astype(int)
    follower, machine, place = ClockFollower(RATE), empty_machine(RATE), 0
    beats: list[float] = []
    follower.hear(RATE // 2, 0, b"\xfa", True)
    machine = apply(SetClockSource(ClockSource.MIDI), machine, 0)
    machine = apply(Play(), machine, int(clocks[0]))
    for now in range(RATE, int(ideal[-1]) - RATE, TURN_FRAMES):
        while clocks[place] < now:
            follower.hear(int(clocks[place]), 0, b"\xf8", True)
            place += 1
        while (frame := machine.timeline.frames_at(Ticks(PPQN * len(beats)))) < now + AHEAD_FRAMES:
            beats.append(frame)
        steer = follower.steer(machine, now, now + AHEAD_FRAMES)
        if steer is not None:
            machine = apply(steer, machine, now + AHEAD_FRAMES)
    off = np.array(beats) - ideal[::24][: len(beats)]
    return np.asarray(off[np.array(beats) > 5 * RATE] * 1000.0 / RATE)


def followed(jitter_ms: float) -> Result:
    """How far Tao's clicks are from the beats that the leader meant."""
    seen = lead(LIVE_S, BPM + 3.7, jitter_ms, LOST, 7)
    return p99(f"clock in, +-{jitter_ms:g} ms: clicks off the leader's beats, p99", seen.click_errors_ms(),
               f"heard by the leader's own client on jackd's dummy driver, 128 frames; {seen.summary()}")
