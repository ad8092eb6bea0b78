"""Pattern slots: which one plays, what follows it, and fills."""

from dataclasses import dataclass, replace

from engine.core.commands.apply import apply
from engine.core.errors import InvalidValue
from engine.core.machine import FOR_EVER, PATTERN_SLOTS, Machine
from engine.core.timeline import PPQN, Ticks

MAX_CHAIN = 64


@dataclass(frozen=True, slots=True)
class SelectPattern:
    """Play the pattern of a slot (from 0). It begins with the bar that this takes effect in; a chain ends."""

    slot: int


@dataclass(frozen=True, slots=True)
class SetChain:
    """Play these slots one after the other, a pass each, round and round; an empty chain stays where it is."""

    slots: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NextInChain:
    """Go on to `place` of the chain. Changes nothing unless the pattern that began on `phase_ticks` still plays:
    the engine plans it ahead, and a musician may be quicker."""

    place: int
    phase_ticks: Ticks


@dataclass(frozen=True, slots=True)
class CopyPattern:
    """Put a copy of the pattern that plays into a slot."""

    slot: int


@dataclass(frozen=True, slots=True)
class SetPatternLength:
    """How many beats the pattern lasts for those who wait for its end. Its tracks keep their lengths."""

    beats: int


@dataclass(frozen=True, slots=True)
class SetFill:
    """Begin a fill, or end it: steps that wait for fills sound, and those that give way to them do not."""

    on: bool


@dataclass(frozen=True, slots=True)
class FillBars:
    """A fill up to the end of the bar, and so many bars more."""

    bars: int = 0


@apply.register
def _(command: SelectPattern, machine: Machine, at_frames: int) -> Machine:
    return replace(_selected(machine, command.slot, at_frames), chain=(), chain_place=0)


@apply.register
def _(command: SetChain, machine: Machine, at_frames: int) -> Machine:
    if not command.slots:
        return replace(machine, chain=(), chain_place=0)
    if len(command.slots) > MAX_CHAIN or not all(0 <= slot < PATTERN_SLOTS for slot in command.slots):
        raise InvalidValue(f"A chain has up to {MAX_CHAIN} of the slots 1 to {PATTERN_SLOTS}; "
                           f"{', '.join(str(slot + 1) for slot in command.slots[:MAX_CHAIN])} were asked for.")
    return replace(_selected(machine, command.slots[0], at_frames), chain=command.slots, chain_place=0)


@apply.register
def _(command: NextInChain, machine: Machine, at_frames: int) -> Machine:
    stands = machine.playing and command.phase_ticks == machine.phase_ticks
    if not stands or not 0 <= command.place < len(machine.chain):
        return machine
    return replace(_selected(machine, machine.chain[command.place], at_frames), chain_place=command.place)


@apply.register
def _(command: CopyPattern, machine: Machine, at_frames: int) -> Machine:
    if not 0 <= command.slot < PATTERN_SLOTS:
        raise InvalidValue(f"There are pattern slots 1 to {PATTERN_SLOTS}; slot {command.slot + 1} was asked for.")
    if command.slot == machine.slot:
        return machine
    return replace(machine, shelf=(*machine.shelf[: command.slot], machine.pattern,
                                   *machine.shelf[command.slot + 1 :]))


@apply.register
def _(command: SetPatternLength, machine: Machine, at_frames: int) -> Machine:
    if not 1 <= command.beats <= 1024:
        raise InvalidValue(f"A pattern lasts 1 to 1024 beats; {command.beats} were asked for.")
    return machine.with_pattern(replace(machine.pattern, beats=command.beats))


@apply.register
def _(command: SetFill, machine: Machine, at_frames: int) -> Machine:
    return replace(machine, fill_until_ticks=FOR_EVER if command.on else Ticks(0))


@apply.register
def _(command: FillBars, machine: Machine, at_frames: int) -> Machine:
    if not 0 <= command.bars <= 64:
        raise InvalidValue(f"A fill lasts up to 64 bars more; {command.bars} were asked for.")
    bar = machine.pattern.bar_ticks
    now = machine.timeline.ticks_at(at_frames) if machine.playing else Ticks(0)
    return replace(machine, fill_until_ticks=Ticks((now // bar + 1 + command.bars) * bar))


def _selected(machine: Machine, slot: int, at_frames: int) -> Machine:
    """The pattern of `slot`, begun on the bar line that comes last before `at_frames`, or lies on it."""
    if not machine.playing:
        return machine.with_slot(slot, Ticks(0))
    bar = machine.pattern.bar_ticks
    return machine.with_slot(slot, Ticks(machine.timeline.ticks_at(at_frames) // bar * bar))


assert PPQN == 960
