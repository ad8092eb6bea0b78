"""Undo and redo of what is played: pattern, kit, loop, roles; and of effects. Machines never change, so a level costs
a reference."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace

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
    SetEffects,
    SetPatternLength,
    SetStep,
    SetSteps,
    SetSwing,
    SetTrackLength,
    SetTrackResolution,
    ShapeOneShot,
    ShiftDownbeat,
    SwapOneShot,
    ToggleStep,
)
from engine.core.effects import LatchEffect, ReleaseEffects, ShapeEffect
from engine.core.errors import InvalidValue
from engine.core.machine import Listen, Machine
from engine.core.role_commands import SetRole

LEVELS = 500
UNDOABLE = (ToggleStep, SetStep, SetSteps, SetSwing, LoadKit, LoadPattern, LoadLoop, LoadDecomposition, SwapOneShot,
            SetTrackLength, SetTrackResolution, SetPatternLength, CopyPattern, HalveReading, DoubleReading,
            ShiftDownbeat, ShapeOneShot)
EFFECTS = (LatchEffect, ShapeEffect, ReleaseEffects)


@dataclass(frozen=True, slots=True)
class _Level:
    """A machine to go back to, for its effects or for its music; `turned`: what was being turned, if anything; `role`:
    where that alone was changed, what it was then and what it was before."""

    machine: Machine
    of_effects: bool = False
    turned: tuple[str, ...] = ()
    role: tuple[str, str] | None = None


class History:
    """Machines to go back to, and, after going back, forward again."""

    def __init__(self) -> None:
        self._past: deque[_Level] = deque(maxlen=LEVELS)
        self._future: list[_Level] = []

    def before(self, command: Command, machine: Machine) -> None:
        """Remember `machine`, which `command` is about to change, if that can be undone. What is turned notch by
        notch goes back in one."""
        if isinstance(command, SetRole):
            self._past.append(_Level(machine, role=(command.role, command.track)))
            self._future.clear()
        if not isinstance(command, UNDOABLE + EFFECTS):
            return
        turned = _turned(command)
        if not turned or not self._past or self._past[-1].turned != turned:
            self._past.append(_Level(machine, isinstance(command, EFFECTS), turned))
        self._future.clear()

    def remember(self, machines: Iterable[Machine]) -> None:
        """Machines of another session, oldest first: undo goes back to them."""
        self._past.extend(map(_Level, machines))

    def undo(self, machine: Machine) -> Command:
        """The command that takes the last change back. Raises InvalidValue when there is none."""
        if not self._past:
            raise InvalidValue("There is nothing left to undo.")
        level = self._past.pop()
        self._future.append(_turned_round(level, machine))
        return _restore(level, machine)

    def redo(self, machine: Machine) -> Command:
        """The command that does again what was undone last. Raises InvalidValue when there is none."""
        if not self._future:
            raise InvalidValue("There is nothing to redo.")
        level = self._future.pop()
        self._past.append(_turned_round(level, machine))
        return _restore(level, machine)

    def forget_oldest(self) -> None:
        """Give up a tenth of what can be undone, the oldest."""
        for _ in range(-(-len(self._past) // 10)):
            self._past.popleft()

    def machines(self) -> list[Machine]:
        """Every machine that can come back: their samples must stay."""
        return [level.machine for level in (*self._past, *self._future)]


def _turned_round(level: _Level, present: Machine) -> _Level:
    """The way from there to the present, once it has been gone back."""
    role = None if level.role is None else level.role[::-1]
    return replace(level, machine=present, turned=(), role=role)


def _turned(command: Command) -> tuple[str, ...]:
    """What a hand turns with this command, where it is one of many notches."""
    match command:
        case ShapeEffect(effect):
            return (effect.value,)
        case ShapeOneShot(track, quality):
            return track, quality.value
    return ()


def _restore(level: _Level, present: Machine) -> Command:
    """Patterns, kit and loop of its machine, or its effects; tempo, mutes, gain and the rest stay as they are."""
    wanted = level.machine
    if level.role is not None:
        return SetRole(*level.role)
    if level.of_effects:
        now = present.effects
        return SetEffects(replace(wanted.effects, gain_db=now.gain_db, bypassed=now.bypassed))
    listen = wanted.listen
    if wanted.loop is None:
        listen = Listen.KIT
    elif present.loop is not None and wanted.loop.sample == present.loop.sample:
        listen = present.listen
    return Restore(wanted.kit, wanted.patterns, wanted.loop, listen, wanted.phase_ticks, wanted.loop_ticks)
