"""apply: machine, command -> machine. Each command's module registers what it does here."""

from functools import singledispatch

from engine.core.errors import InvalidValue
from engine.core.machine import Machine


@singledispatch
def apply(command: object, machine: Machine, at_frames: int) -> Machine:
    """The machine after `command`, which takes effect at `at_frames`.

    Raises InvalidValue when the command names what is not there or asks for a value out of range; the
    machine it was given is untouched.
    """
    raise InvalidValue(f"No machine understands {command!r}.")
