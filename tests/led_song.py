"""A song that follows a MIDI clock, computed through core's own timeline: no device, and nothing that could be late."""

from collections.abc import Sequence

import numpy as np

from engine.core.commands import Play, SetClockSource, apply
from engine.core.machine import empty_machine
from engine.core.midi import ClockSource
from engine.core.timeline import PPQN, Ticks
from engine.sync.clock_follower import ClockFollower

RATE, TURN_FRAMES, AHEAD_FRAMES = 48000, 480, 600


def clock_times(*parts: tuple[float, int]) -> np.ndarray:
    """When a leader's clocks are due, in seconds from the first: so many at each tempo, (BPM, clocks)."""
    gaps = np.concatenate([np.full(clocks, 60.0 / (24.0 * bpm)) for bpm, clocks in parts])
    return np.concatenate([[0.0], np.cumsum(gaps)])


def turned(first: float, then: float, turn_s: float, before_s: float, after_s: float) -> np.ndarray:
    """The same for a knob that is turned from one tempo to the other."""
    times = [0.0]
    while times[-1] < before_s + turn_s + after_s:
        share = min(1.0, max(0.0, (times[-1] - before_s) / turn_s))
        times.append(times[-1] + 60.0 / (24.0 * (first + share * (then - first))))
    return np.array(times)


def beat_errors_ms(due_s: np.ndarray, jitter_s: Sequence[float] | np.ndarray | float = 0.0, own_bpm: float = 120.0,
                   kept: np.ndarray | None = None) -> np.ndarray:
    """How late each beat of the song is, from beat 1 on, which begins with the first clock after Start.

    due_s: when the leader's clocks are due; jitter_s: how late each comes; own_bpm: the song's tempo before; kept:
    which clocks are not lost. No clock comes before Start.
    """
    due = RATE + due_s * RATE
    late = np.broadcast_to(np.asarray(jitter_s, float), due.shape).copy()
    late[0] = 0.0
    heard = due + late * RATE
    clocks = np.sort(heard if kept is None else heard[kept]).round().astype(int).tolist()
    follower, place, beats = ClockFollower(RATE), 0, list[float]()
    machine = apply(SetClockSource(ClockSource.MIDI), empty_machine(RATE, own_bpm), 0)
    follower.hear(RATE - 48, 0, b"\xfa", True)
    machine = apply(Play(), machine, clocks[0])
    for now in range(RATE, int(due[-1]), TURN_FRAMES):
        while place < len(clocks) and clocks[place] < now:
            follower.hear(clocks[place], 0, b"\xf8", True)
            place += 1
        while (frame := machine.timeline.frames_at(Ticks(PPQN * len(beats)))) < now + AHEAD_FRAMES:
            beats.append(frame)
        steer = follower.steer(machine, now, now + AHEAD_FRAMES)
        if steer is not None:
            machine = apply(steer, machine, now + AHEAD_FRAMES)
    meant = due[::24]
    together = min(len(beats), len(meant))
    return np.asarray((np.array(beats[:together]) - meant[:together]) * 1000.0 / RATE)
