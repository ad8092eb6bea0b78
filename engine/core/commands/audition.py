"""Hearing a sound that no track has: it is struck by hand alone."""

from dataclasses import dataclass, replace

from engine.core.commands.apply import apply
from engine.core.kit import OneShot
from engine.core.machine import Machine


@dataclass(frozen=True, slots=True)
class Audition:
    """Have this sound at hand, to be heard beside the kit."""

    one_shot: OneShot


@apply.register
def _(command: Audition, machine: Machine, at_frames: int) -> Machine:
    return replace(machine, audition=command.one_shot)
