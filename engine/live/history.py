"""Undo and redo of what is played: pattern, kit, loop. Machines never change, so a level costs a reference."""

from collections import deque

from engine.core.commands import (
    Command,
    CopyPattern,
    DoubleReading,
    HalveReading,
    LoadDecomposition,
    LoadKit,
    LoadLoop,
    LoadPattern,
    Restore,
    SetPatternLength,
    SetStep,
    SetSwing,
    SetTrackLength,
    SetTrackResolution,
    ShiftDownbeat,
    SwapOneShot,
    ToggleStep,
)
from engine.core.errors import InvalidValue
from engine.core.machine import Listen, Machine

LEVELS = 500
UNDOABLE = (ToggleStep, SetStep, SetSwing, LoadKit, LoadPattern, LoadLoop, LoadDecomposition, SwapOneShot,
            SetTrackLength, SetTrackResolution, SetPatternLength, CopyPattern, HalveReading, DoubleReading,
            ShiftDownbeat)


class History:
    """Machines to go back to, and, after going back, forward again."""

    def __init__(self) -> None:
        self._past: deque[Machine] = deque(maxlen=LEVELS)
        self._future: list[Machine] = []

    def before(self, command: Command, machine: Machine) -> None:
        """Remember `machine`, which `command` is about to change, if that can be undone."""
        if isinstance(command, UNDOABLE):
            self._past.append(machine)
            self._future.clear()

    def undo(self, machine: Machine) -> Command:
        """The command that takes the last change back. Raises InvalidValue when there is none."""
        if not self._past:
            raise InvalidValue("There is nothing left to undo.")
        self._future.append(machine)
        return _restore(self._past.pop(), machine)

    def redo(self, machine: Machine) -> Command:
        """The command that does again what was undone last. Raises InvalidValue when there is none."""
        if not self._future:
            raise InvalidValue("There is nothing to redo.")
        self._past.append(machine)
        return _restore(self._future.pop(), machine)

    def forget_oldest(self) -> None:
        """Give up a tenth of what can be undone, the oldest."""
        for _ in range(-(-len(self._past) // 10)):
            self._past.popleft()

    def machines(self) -> list[Machine]:
        """Every machine that can come back: their samples must stay."""
        return [*self._past, *self._future]


def _restore(wanted: Machine, present: Machine) -> Restore:
    """Patterns, kit and loop of `wanted`; tempo, mutes and effects stay as they are."""
    listen = wanted.listen
    if wanted.loop is None:
        listen = Listen.KIT
    elif present.loop is not None and wanted.loop.sample == present.loop.sample:
        listen = present.listen
    return Restore(wanted.kit, wanted.patterns, wanted.loop, listen, wanted.phase_ticks, wanted.loop_ticks)
