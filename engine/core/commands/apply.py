"""apply: machine, command -> machine. The module of each command registers here what it does."""

from functools import singledispatch

from engine.core.errors import InvalidValue
from engine.core.machine import Machine


@singledispatch
def apply(command: object, machine: Machine, at_frames: int) -> Machine:
    """The machine after `command`, which takes effect at `at_frames`; `machine` itself stays unchanged.

    Raises InvalidValue when the command names something that does not exist, or a value out of range.
    """
    raise InvalidValue(f"No machine understands {command!r}.")
