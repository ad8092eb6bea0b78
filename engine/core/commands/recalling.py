"""A machine that was kept, taken up again: in another engine, perhaps at another sample rate."""

from dataclasses import dataclass, replace

from engine.core.commands.apply import apply
from engine.core.machine import FOR_EVER, Machine
from engine.core.timeline import Ticks, Timeline


@dataclass(frozen=True, slots=True)
class TakeUp:
    """Be `machine` again: all but its MIDI, stopped, at its tempo."""

    machine: Machine


@apply.register
def _(command: TakeUp, machine: Machine, at_frames: int) -> Machine:
    kept = command.machine
    fill = FOR_EVER if kept.fill_until_ticks == FOR_EVER else Ticks(0)
    return replace(kept, timeline=Timeline(kept.heard_bpm, machine.timeline.sample_rate), playing=False,
                   fill_until_ticks=fill, audition=None, resting_ticks=Ticks(0), midi=machine.midi)

