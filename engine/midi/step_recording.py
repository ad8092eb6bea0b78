"""A pad that was hit while the song plays becomes a step: on the nearest slot, with its microtiming."""

from engine.core.commands import SetStep
from engine.core.groove import grid_ticks
from engine.core.machine import Machine
from engine.core.pattern import Step
from engine.core.timeline import Frames, Ticks


def written_step(machine: Machine, frame: int, track_index: int, velocity: float) -> tuple[SetStep, Frames] | None:
    """The step for a hit on `frame`, and the frame on which to set it: after its slot has passed, so that it does not
    sound a second time on this pass. None while the song rests."""
    if not machine.playing or not 0 <= track_index < len(machine.pattern.tracks):
        return None
    pattern, track = machine.pattern, machine.pattern.tracks[track_index]
    since = machine.timeline.ticks_at(frame) - machine.phase_ticks
    guess = since // track.step_ticks
    slot = min(range(guess - 1, guess + 3), key=lambda index: abs(grid_ticks(pattern, track, index) - since))
    grid = grid_ticks(pattern, track, slot)
    most = track.step_ticks // 2
    off = min(most, max(-most, since - grid))
    past = machine.timeline.frames_at(machine.phase_ticks + max(grid, grid + off)) + 1
    return SetStep(track.name, slot % len(track.steps), Step(velocity, Ticks(off))), Frames(past)
