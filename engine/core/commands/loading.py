"""Load kits, patterns, loops and decompositions, name a kit, start over, and choose what you hear."""

from dataclasses import dataclass, replace

from engine.core.commands.apply import apply
from engine.core.commands.merging import EarlierStage, is_version, kept, merged_kit, merged_pattern, new_names
from engine.core.commands.reading import read_alike
from engine.core.errors import InvalidValue
from engine.core.kit import Kit, SampleId
from engine.core.loop import PlayedLoop, same_recording
from engine.core.machine import PATTERN_SLOTS, Listen, Machine, empty_machine
from engine.core.names import check_name
from engine.core.pattern import Pattern
from engine.core.timeline import Ticks


@dataclass(frozen=True, slots=True)
class LoadKit:
    """Replace the one-shots; the pattern plays on and sounding voices ring out."""

    kit: Kit


@dataclass(frozen=True, slots=True)
class LoadPattern:
    """Replace the pattern; the kit stays."""

    pattern: Pattern


@dataclass(frozen=True, slots=True)
class LoadLoop:
    """Play a recording beside the kit, from song tick `phase_ticks` on (None keeps the phase). Pattern and kit stay, so
    an edit made while this waits for its bar line is not lost."""

    loop: PlayedLoop
    listen: Listen = Listen.ORIGINAL
    phase_ticks: Ticks | None = None


@dataclass(frozen=True, slots=True)
class LoadDecomposition:
    """Load kit, pattern and loop together, at the loop's own tempo if given; without `bpm` a loop that is already
    playing keeps its reading.

    phase_ticks: the song tick on which the loop begins (where it was recorded); None keeps the phase.
    after: the stage that this one refines. Your edits to it are kept; if none of it is left, nothing is loaded.
    stored_patterns: the patterns of all other slots, with `pattern` in `slot`; () leaves the slots as they are.
    """

    kit: Kit
    pattern: Pattern
    loop: PlayedLoop | None = None
    listen: Listen = Listen.KIT
    bpm: float | None = None
    phase_ticks: Ticks | None = None
    after: EarlierStage | None = None
    stored_patterns: tuple[Pattern | None, ...] = ()
    slot: int = 0


@dataclass(frozen=True, slots=True)
class NameKit:
    """Give the kit that is called `before` another name; any other kit keeps its own."""

    name: str
    before: str

    def __post_init__(self) -> None:
        check_name(self.name, "A kit")


@dataclass(frozen=True, slots=True)
class ClearMachine:
    """Start over: no loop, no sounds, empty patterns, and a kit of this name. Tempo, transport and effects stay."""

    kit_name: str

    def __post_init__(self) -> None:
        check_name(self.kit_name, "A kit")


@dataclass(frozen=True, slots=True)
class SetListen:
    """Hear the recording, kit and residual, or the kit alone."""

    to: Listen


@apply.register
def _(command: LoadKit, machine: Machine, at_frames: int) -> Machine:
    return replace(machine, kit=unless_locked(command.kit, machine))


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
    machine = replace(_begun_on(machine, command.phase_ticks), kit=unless_locked(command.kit, machine), loop=loop,
                      listen=command.listen)
    if not command.stored_patterns:
        return machine.with_pattern(pattern)
    return _with_slots(machine, command.stored_patterns, command.slot).with_pattern(pattern)


@apply.register
def _(command: NameKit, machine: Machine, at_frames: int) -> Machine:
    kit = machine.kit
    return replace(machine, kit=Kit(command.name, kit.one_shots)) if kit.name == command.before else machine


@apply.register
def _(command: ClearMachine, machine: Machine, at_frames: int) -> Machine:
    fresh = empty_machine(machine.timeline.sample_rate)
    return replace(machine, kit=Kit(command.kit_name), loop=None, listen=Listen.KIT, mutes=frozenset(),
                   solos=frozenset(), stored_patterns=fresh.stored_patterns, slot=0, chain=(), chain_place=0,
                   locks=frozenset(), audition=None).with_pattern(fresh.pattern)


@apply.register
def _(command: SetListen, machine: Machine, at_frames: int) -> Machine:
    if machine.loop is None and command.to is not Listen.KIT:
        raise InvalidValue("There is no recording to hear yet; record one with r, or open a file.")
    return replace(machine, listen=command.to)


def holds(machine: Machine, stage: EarlierStage) -> bool:
    """Whether `machine` still holds something of `stage`: its loop, and one of its sounds or a version of its
    pattern."""
    if not same_recording(machine.loop, stage.loop):
        return False
    base, _ = _read_as(machine.loop, stage.pattern, stage.loop)
    return bool(_samples(stage.kit) & _samples(machine.kit)) or any(
        is_version(base, mine) for mine in machine.patterns if mine is not None)


def _refined(machine: Machine, command: LoadDecomposition, earlier: EarlierStage) -> Machine:
    """The machine with a later stage of what it holds, merged into every slot that holds a version of its pattern."""
    if not holds(machine, earlier) or not same_recording(command.loop, earlier.loop):
        return machine
    base, _ = _read_as(machine.loop, earlier.pattern, earlier.loop)
    incoming, loop = _read_as(machine.loop, command.pattern, command.loop)
    renamed, users_own, patterns = dict[str, str](), set[str](), list(machine.patterns)
    for slot, current in enumerate(machine.patterns):
        if current is not None and is_version(base, current):
            patterns[slot] = merged = merged_pattern(base, current, incoming)
            renamed |= new_names(base, current)
            arriving = {renamed.get(track.name, track.name) for track in incoming.tracks}
            users_own |= {track.name for track in merged.tracks} - arriving
    kit = merged_kit(earlier.kit, machine.kit, command.kit, renamed, users_own)
    return replace(machine, kit=unless_locked(kit, machine), loop=loop,
                   listen=kept(earlier.listen, machine.listen, command.listen)).with_patterns(tuple(patterns))


def _with_slots(machine: Machine, stored: tuple[Pattern | None, ...], slot: int) -> Machine:
    """The machine with these patterns in its other slots, and `slot` playing."""
    if len(stored) != PATTERN_SLOTS or not 0 <= slot < PATTERN_SLOTS or stored[slot] is not None:
        raise InvalidValue(f"There are {PATTERN_SLOTS} pattern slots, and the one that plays is none of the others.")
    return replace(machine, stored_patterns=stored, slot=slot, chain=(), chain_place=0)


def _read_as(played: PlayedLoop | None, pattern: Pattern, loop: PlayedLoop | None
             ) -> tuple[Pattern, PlayedLoop | None]:
    """A loop and the pattern found in it; if `played` is the same recording, both in its reading."""
    if played is None or loop is None or loop.sample != played.sample:
        return pattern, loop
    return read_alike(pattern, loop, played)


def _samples(kit: Kit) -> set[SampleId]:
    return {sample for shot in kit.one_shots.values() for sample in shot.samples}


def _begun_on(machine: Machine, phase_ticks: Ticks | None) -> Machine:
    """The machine with pattern and loop beginning on this song tick; None leaves both where they are."""
    return machine if phase_ticks is None else replace(machine, phase_ticks=phase_ticks, loop_ticks=phase_ticks)


def unless_locked(kit: Kit, machine: Machine) -> Kit:
    """The kit, except that locked tracks keep their sounds."""
    locked = {name: shot for name, shot in machine.kit.one_shots.items() if name in machine.locks}
    return Kit(kit.name, {**kit.one_shots, **locked}) if locked else kit
