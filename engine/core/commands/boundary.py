"""When a command takes effect."""

from enum import Enum

from engine.core.machine import Machine
from engine.core.timeline import PPQN, Frames


class Boundary(Enum):
    """When a command takes effect: as soon as possible, or, while playing, on the next sixteenth, beat or bar line,
    or where the pattern ends."""

    NOW = "now"
    STEP = "step"
    BEAT = "beat"
    BAR = "bar"
    PATTERN = "pattern"


def target_frames(machine: Machine, boundary: Boundary, earliest: int) -> Frames:
    """The frame at which a command asked for at `boundary` takes effect, not before `earliest`."""
    if boundary is Boundary.NOW or not machine.playing:
        return Frames(earliest)
    ticks = {Boundary.STEP: PPQN // 4, Boundary.BEAT: PPQN, Boundary.BAR: machine.pattern.bar_ticks,
             Boundary.PATTERN: machine.pattern.ticks}[boundary]
    phase = machine.phase_ticks if boundary is Boundary.PATTERN else 0
    return machine.timeline.next_multiple(earliest, ticks, phase)
