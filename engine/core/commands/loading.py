"""What is loaded: kits, patterns, recordings, and all three as the decomposer found them."""

from dataclasses import dataclass, replace

from engine.core.commands.apply import apply
from engine.core.commands.merging import Brought, is_version, merged_kit, merged_pattern, new_names, picked
from engine.core.commands.reading import read_alike
from engine.core.kit import Kit, SampleId
from engine.core.loop import PlayedLoop, same_recording
from engine.core.machine import Listen, Machine
from engine.core.pattern import Pattern
from engine.core.timeline import Ticks


@dataclass(frozen=True, slots=True)
class LoadKit:
    """Replace the one-shots; the pattern plays on. Old voices ring out."""

    kit: Kit


@dataclass(frozen=True, slots=True)
class LoadPattern:
    """Replace the pattern; the kit stays."""

    pattern: Pattern


@dataclass(frozen=True, slots=True)
class LoadLoop:
    """Let a recording play beside the kit, from song tick `phase_ticks` on (None keeps the phase). Pattern and
    kit stay, so an edit made while this waits for its bar line is not lost."""

    loop: PlayedLoop
    listen: Listen = Listen.ORIGINAL
    phase_ticks: Ticks | None = None


@dataclass(frozen=True, slots=True)
class LoadDecomposition:
    """Take over what the decomposer found: kit, pattern and loop together, at the loop's own tempo if given; else a
    loop that plays already stays read as it is.

    phase_ticks: the song tick on which the loop begins (where it was recorded); None keeps the phase.
    after: what this is a later stage of; what a hand has changed of that stays, and where nothing is left of it nothing
    is taken over.
    """

    kit: Kit
    pattern: Pattern
    loop: PlayedLoop | None = None
    listen: Listen = Listen.KIT
    bpm: float | None = None
    phase_ticks: Ticks | None = None
    after: Brought | None = None


@apply.register
def _(command: LoadKit, machine: Machine, at_frames: int) -> Machine:
    return replace(machine, kit=_unless_locked(command.kit, machine))


@apply.register
def _(command: LoadPattern, machine: Machine, at_frames: int) -> Machine:
    return machine.with_pattern(command.pattern)


@apply.register
def _(command: LoadLoop, machine: Machine, at_frames: int) -> Machine:
    machine = _begun_on(machine, command.phase_ticks)
    return replace(machine, loop=command.loop, listen=command.listen)


@apply.register
def _(command: LoadDecomposition, machine: Machine, at_frames: int) -> Machine:
    if command.after is not None and command.bpm is None:
        return _refined(machine, command, command.after)
    if command.bpm is not None:
        timeline = machine.timeline
        machine = replace(machine, timeline=timeline.with_bpm(command.bpm, timeline.ticks_at(at_frames)))
    played = machine.loop if command.bpm is None else None
    pattern, loop = _read_as(played, command.pattern, command.loop)
    machine = replace(_begun_on(machine, command.phase_ticks), kit=_unless_locked(command.kit, machine), loop=loop,
                      listen=command.listen)
    return machine.with_pattern(pattern)


def holds(machine: Machine, brought: Brought) -> bool:
    """Whether something is left in `machine` of what a stage brought: its loop, and a sound or a version of its
    pattern."""
    if not same_recording(machine.loop, brought.loop):
        return False
    base, _ = _read_as(machine.loop, brought.pattern, brought.loop)
    return bool(_samples(brought.kit) & _samples(machine.kit)) or any(
        is_version(base, mine) for mine in machine.patterns if mine is not None)


def _refined(machine: Machine, command: LoadDecomposition, after: Brought) -> Machine:
    """The machine with a later stage of what it holds, in every slot that holds a version of it."""
    if not holds(machine, after) or not same_recording(command.loop, after.loop):
        return machine
    base, _ = _read_as(machine.loop, after.pattern, after.loop)
    theirs, loop = _read_as(machine.loop, command.pattern, command.loop)
    names, only_mine, patterns = dict[str, str](), set[str](), list(machine.patterns)
    for slot, mine in enumerate(machine.patterns):
        if mine is not None and is_version(base, mine):
            patterns[slot] = merged = merged_pattern(base, mine, theirs)
            names |= new_names(base, mine)
            come = {names.get(track.name, track.name) for track in theirs.tracks}
            only_mine |= {track.name for track in merged.tracks} - come
    kit = merged_kit(after.kit, machine.kit, command.kit, names, only_mine)
    return replace(machine, kit=_unless_locked(kit, machine), loop=loop,
                   listen=picked(after.listen, machine.listen, command.listen)).with_patterns(tuple(patterns))


def _read_as(played: PlayedLoop | None, pattern: Pattern, loop: PlayedLoop | None
             ) -> tuple[Pattern, PlayedLoop | None]:
    """A loop and the pattern found in it, read as the musician reads `played`, if that is the same recording."""
    if played is None or loop is None or loop.sample != played.sample:
        return pattern, loop
    return read_alike(pattern, loop, played)


def _samples(kit: Kit) -> set[SampleId]:
    return {sample for shot in kit.one_shots.values() for sample in shot.samples}


def _begun_on(machine: Machine, phase_ticks: Ticks | None) -> Machine:
    """Pattern and loop begin on this song tick; None lets both be where they are."""
    return machine if phase_ticks is None else replace(machine, phase_ticks=phase_ticks, loop_ticks=phase_ticks)


def _unless_locked(kit: Kit, machine: Machine) -> Kit:
    """The kit, with the sounds that locked tracks keep."""
    kept = {name: shot for name, shot in machine.kit.one_shots.items() if name in machine.locks}
    return Kit(kit.name, {**kit.one_shots, **kept}) if kept else kit
