"""Undo and redo: of music (pattern, kit, loop, roles), of effects, and of mutes and solos. Machines never change, so a
level costs one reference."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import pairwise

from engine.core.commands import (
    ClearMachine,
    Command,
    CopyPattern,
    Crossbreed,
    DoubleReading,
    HalveReading,
    KeepParent,
    LatchEffect,
    LoadDecomposition,
    LoadKit,
    LoadLoop,
    LoadPattern,
    LoadPatterns,
    ReleaseEffects,
    Restore,
    SetEffects,
    SetMute,
    SetMutesAndSolos,
    SetPatternLength,
    SetRole,
    SetSolo,
    SetStep,
    SetSteps,
    SetSwing,
    SetTimeSignature,
    SetTrackLength,
    SetTrackResolution,
    ShapeEffect,
    ShapeOneShot,
    ShiftDownbeat,
    SwapOneShot,
    ToggleStep,
)
from engine.core.commands.sounds import role_changed
from engine.core.errors import InvalidValue
from engine.core.machine import Listen, Machine

LEVELS = 500
UNDOABLE = (ToggleStep, SetStep, SetSteps, SetSwing, LoadKit, LoadPattern, LoadLoop, LoadDecomposition, SwapOneShot,
            SetTrackLength, SetTrackResolution, SetPatternLength, SetTimeSignature, CopyPattern,
            HalveReading, DoubleReading, ShiftDownbeat, ShapeOneShot, LoadPatterns, ClearMachine, KeepParent,
            Crossbreed)
EFFECTS = (LatchEffect, ShapeEffect, ReleaseEffects)
SWITCHES = (SetMute, SetSolo)


class Part(Enum):
    """The part of a machine that an undo restores; the rest stays as it is."""

    MUSIC = "music"
    ROLE = "role"
    EFFECTS = "effects"
    SWITCHES = "switches"


@dataclass(frozen=True, slots=True)
class _Level:
    """A machine to go back to, for one part of it. command: the change, which may still wait for its bar line; turned:
    the control that was turned, if any; role: the track's name after the change, and before; chose_slot: whether the
    change chose the slot that plays, so that going back does too."""

    machine: Machine
    part: Part = Part.MUSIC
    command: Command | None = None
    turned: tuple[str, ...] = ()
    role: tuple[str, str] = ("", "")
    chose_slot: bool = False


class History:
    """Machines to go back to and, after an undo, forward to."""

    def __init__(self) -> None:
        self._past: deque[_Level] = deque(maxlen=LEVELS)
        self._future: list[_Level] = []

    @property
    def newest(self) -> Command | None:
        """The command that the next undo takes back, where it is still known."""
        return self._past[-1].command if self._past else None

    def before(self, command: Command, machine: Machine) -> None:
        """Remember `machine`, which `command` is about to change, if that can be undone. Turning a control notch by
        notch is one change."""
        level = _level(command, machine)
        if level is None:
            return
        if not level.turned or not self._past or self._past[-1].turned != level.turned:
            self._past.append(level)
        else:
            self._past[-1] = replace(self._past[-1], command=command)
        self._future.clear()

    def remember(self, machines: Sequence[Machine]) -> None:
        """Let undo go back to the machines of another session: oldest first, up to the one that plays."""
        self._past.extend(level for before, after in pairwise(machines) for level in _levels(before, after))

    def undo(self, machine: Machine) -> Command:
        """The command that undoes the last change. Raises InvalidValue when there is none."""
        if not self._past:
            raise InvalidValue("There is nothing left to undo.")
        level = self._past.pop()
        self._future.append(_way_back(level, machine))
        return _restore(level, machine)

    def redo(self, machine: Machine) -> Command:
        """The command that redoes what was undone last. Raises InvalidValue when there is none."""
        if not self._future:
            raise InvalidValue("There is nothing to redo.")
        level = self._future.pop()
        self._past.append(_way_back(level, machine))
        return _restore(level, machine)

    def revise(self, change: Callable[[Machine], Machine], since: Command | None) -> None:
        """Apply `change`, which is not the user's, to every machine to go back to since the command `since`, and to
        those to go forward to, as far as it changes them: so undo takes back edits and leaves it in place."""
        places = [place for place in range(len(self._past)) if since is not None and self._past[place].command is since]
        for levels, first in ((self._past, places[-1] + 1 if places else 0), (self._future, 0)):
            for place in reversed(range(first, len(levels))):
                level = levels[place]
                machine = change(level.machine)
                if machine is level.machine:
                    break
                levels[place] = replace(level, machine=machine)

    def forget_oldest(self) -> None:
        """Forget the oldest tenth of what can be undone."""
        for _ in range(-(-len(self._past) // 10)):
            self._past.popleft()

    def machines(self) -> list[Machine]:
        """Every machine that can come back; their samples must stay."""
        return [level.machine for level in (*self._past, *self._future)]


def changed(before: Machine, after: Machine) -> tuple[Part, ...]:
    """The parts that differ between two machines, the one to restore last first. Of effects only which are on counts,
    not their amounts."""
    role = role_changed(before, after)
    parts = [part for part, same in (
        (Part.SWITCHES, role or (before.mutes, before.solos) == (after.mutes, after.solos)),
        (Part.EFFECTS, before.effects.on == after.effects.on),
        (Part.MUSIC, role or (before.kit, before.patterns, before.loop) == (after.kit, after.patterns, after.loop)),
        (Part.ROLE, not role)) if not same]
    return tuple(parts)


def _level(command: Command, machine: Machine) -> _Level | None:
    match command:
        case SetRole():
            return _Level(machine, Part.ROLE, command, role=(command.role, command.track))
        case _ if isinstance(command, UNDOABLE):
            return _Level(machine, Part.MUSIC, command, _turned(command), chose_slot=_chooses_slot(command))
        case _ if isinstance(command, EFFECTS):
            return _Level(machine, Part.EFFECTS, command, _turned(command))
        case _ if isinstance(command, SWITCHES):
            return _Level(machine, Part.SWITCHES, command)
    return None


def _levels(before: Machine, after: Machine) -> list[_Level]:
    """One level for every part that has changed."""
    role = role_changed(before, after)
    return [_Level(before, part, role=role[::-1] if part is Part.ROLE and role else ("", ""))
            for part in changed(before, after)]


def _way_back(level: _Level, present: Machine) -> _Level:
    """The level that leads back to the present."""
    old, new = level.role
    return _Level(present, level.part, role=(new, old), chose_slot=level.chose_slot)


def _chooses_slot(command: Command) -> bool:
    """Whether a command chooses the slot that plays."""
    loads_all = isinstance(command, LoadDecomposition) and bool(command.stored_patterns)
    return loads_all or isinstance(command, LoadPatterns | ClearMachine)


def _turned(command: Command) -> tuple[str, ...]:
    """The control that this command turns, where it is one of many notches."""
    match command:
        case ShapeEffect(effect):
            return (effect.value,)
        case ShapeOneShot(track, quality):
            return track, quality.value
        case Crossbreed():
            return ("crossbreed",)
    return ()


def _restore(level: _Level, present: Machine) -> Command:
    """The command that restores the level's part; tempo, gain, locks and the rest stay as they are."""
    wanted = level.machine
    match level.part:
        case Part.ROLE:
            return SetRole(*level.role)
        case Part.EFFECTS:
            now = present.effects
            return SetEffects(replace(wanted.effects, gain_db=now.gain_db, bypassed=now.bypassed))
        case Part.SWITCHES:
            return SetMutesAndSolos(wanted.mutes, wanted.solos)
    listen = wanted.listen
    if wanted.loop is None:
        listen = Listen.KIT
    elif present.loop is not None and wanted.loop.sample == present.loop.sample:
        listen = present.listen
    return Restore(wanted.kit, wanted.patterns, wanted.loop, listen, wanted.phase_ticks, wanted.loop_ticks,
                   wanted.slot if level.chose_slot else None, wanted.cross)
