"""Pattern commands: slots, chains, length, swing, fills."""

from dataclasses import dataclass, replace

from engine.core.commands.apply import apply
from engine.core.errors import InvalidValue
from engine.core.machine import FOR_EVER, MAX_CHAIN, PATTERN_SLOTS, Machine
from engine.core.pattern import Pattern
from engine.core.time_signature import Quarters, TimeSignature, bar_quarters, check_time_signature
from engine.core.timeline import Ticks


@dataclass(frozen=True, slots=True)
class SelectPattern:
    """Play the pattern of a slot (from 0), as if it had begun on the last bar line. Ends a chain."""

    slot: int


@dataclass(frozen=True, slots=True)
class SetChain:
    """Play these slots one after the other, one pass each, round and round. Empty: end the chain, play on."""

    slots: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NextInChain:
    """Move on to `place` of the chain. Changes nothing unless the pattern that began on `phase_ticks` still plays: the
    engine plans this ahead, and you may have selected another pattern meanwhile."""

    place: int
    phase_ticks: Ticks


@dataclass(frozen=True, slots=True)
class CopyPattern:
    """Copy the pattern that plays into a slot."""

    slot: int


@dataclass(frozen=True, slots=True)
class LoadPatterns:
    """Put patterns into slots (from 0), and play the first of them as if it had begun on the last bar line. Ends a
    chain."""

    patterns: tuple[tuple[int, Pattern], ...]


@dataclass(frozen=True, slots=True)
class SetPatternLength:
    """Set after how many beats the pattern ends, for changes that wait for its end. Its tracks keep their lengths."""

    beats: Quarters


@dataclass(frozen=True, slots=True)
class SetTimeSignature:
    """Count the pattern in this metre, such as (7, 8): bar lines move, the music does not."""

    time_signature: TimeSignature


@dataclass(frozen=True, slots=True)
class SetSwing:
    """Set the swing of the pattern, or of one track (None there: the pattern's)."""

    swing: float | None
    track: str | None = None


@dataclass(frozen=True, slots=True)
class SetFill:
    """Begin or end a fill: fill steps sound, and steps marked `not fill` do not."""

    on: bool


@dataclass(frozen=True, slots=True)
class FillBars:
    """Play a fill to the end of this bar and for `bars` more."""

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
    still_plays = machine.playing and command.phase_ticks == machine.phase_ticks
    if not still_plays or not 0 <= command.place < len(machine.chain):
        return machine
    return replace(_selected(machine, machine.chain[command.place], at_frames), chain_place=command.place)


@apply.register
def _(command: CopyPattern, machine: Machine, at_frames: int) -> Machine:
    if not 0 <= command.slot < PATTERN_SLOTS:
        raise InvalidValue(f"There are pattern slots 1 to {PATTERN_SLOTS}; slot {command.slot + 1} was asked for.")
    if command.slot == machine.slot:
        return machine
    stored = machine.stored_patterns
    return replace(machine, stored_patterns=(*stored[: command.slot], machine.pattern, *stored[command.slot + 1 :]))


@apply.register
def _(command: LoadPatterns, machine: Machine, at_frames: int) -> Machine:
    slots = dict(command.patterns)
    if not slots or not all(0 <= slot < PATTERN_SLOTS for slot in slots):
        raise InvalidValue(f"Patterns are loaded into the slots 1 to {PATTERN_SLOTS}, at least one.")
    patterns = tuple(slots.get(slot, there) for slot, there in enumerate(machine.patterns))
    loaded = _selected(machine.with_patterns(patterns), command.patterns[0][0], at_frames)
    return replace(loaded, chain=(), chain_place=0)


@apply.register
def _(command: SetPatternLength, machine: Machine, at_frames: int) -> Machine:
    if not 1 <= command.beats <= 1024:
        raise InvalidValue(f"A pattern lasts 1 to 1024 beats; {command.beats} were asked for.")
    return machine.with_pattern(replace(machine.pattern, beats=command.beats))


@apply.register
def _(command: SetTimeSignature, machine: Machine, at_frames: int) -> Machine:
    check_time_signature(command.time_signature)
    over, under = command.time_signature
    counted = replace(machine.pattern, beats_per_bar=bar_quarters((over, under)), beat_unit=under)
    return machine.with_pattern(counted)


@apply.register
def _(command: SetSwing, machine: Machine, at_frames: int) -> Machine:
    if command.track is not None:
        track = replace(machine.pattern.track(command.track), swing=command.swing)
        return machine.with_pattern(machine.pattern.with_track(track))
    if command.swing is None:
        raise InvalidValue("A pattern always has a swing; 50 % is straight.")
    return machine.with_pattern(replace(machine.pattern, swing=command.swing))


@apply.register
def _(command: SetFill, machine: Machine, at_frames: int) -> Machine:
    return replace(machine, fill_until_ticks=FOR_EVER if command.on else Ticks(0))


@apply.register
def _(command: FillBars, machine: Machine, at_frames: int) -> Machine:
    if not 0 <= command.bars <= 64:
        raise InvalidValue(f"A fill lasts up to 64 more bars; {command.bars} were asked for.")
    bar = machine.pattern.bar_ticks
    now = machine.timeline.ticks_at(at_frames) if machine.playing else Ticks(0)
    return replace(machine, fill_until_ticks=Ticks((now // bar + 1 + command.bars) * bar))


def _selected(machine: Machine, slot: int, at_frames: int) -> Machine:
    """The pattern of `slot`, begun on the last bar line at or before `at_frames`."""
    if not machine.playing:
        return machine.with_slot(slot, Ticks(0))
    bar = machine.pattern.bar_ticks
    return machine.with_slot(slot, Ticks(machine.timeline.ticks_at(at_frames) // bar * bar))

