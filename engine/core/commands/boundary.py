"""When a command takes effect."""

from enum import Enum

from engine.core.machine import Machine
from engine.core.midi_bytes import SIXTEENTH_TICKS
from engine.core.timeline import Frames


class Boundary(Enum):
    """As soon as possible, or, while playing, on the next sixteenth, beat of the metre, bar line or end of the
    pattern."""

    NOW = "now"
    STEP = "step"
    BEAT = "beat"
    BAR = "bar"
    PATTERN = "pattern"


def target_frames(machine: Machine, boundary: Boundary, earliest: int) -> Frames:
    """The frame on which a command asked for at `boundary` takes effect, not before `earliest`."""
    if boundary is Boundary.NOW or not machine.playing:
        return Frames(earliest)
    pattern = machine.pattern
    ticks = {Boundary.STEP: SIXTEENTH_TICKS, Boundary.BEAT: pattern.pulse_ticks, Boundary.BAR: pattern.bar_ticks,
             Boundary.PATTERN: pattern.ticks}[boundary]
    phase = machine.phase_ticks if boundary is Boundary.PATTERN else 0
    return machine.timeline.next_multiple(earliest, ticks, phase)
