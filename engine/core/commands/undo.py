"""What undo, redo and a resumed session ask of the machine."""

from dataclasses import dataclass, replace

from engine.core.commands.apply import apply
from engine.core.commands.reading import doublings, in_fresh_ticks, song_scaled, song_shifted
from engine.core.crossbreeding.parents import Cross
from engine.core.errors import InvalidValue
from engine.core.kit import Kit
from engine.core.loop import PlayedLoop
from engine.core.machine import FOR_EVER, PATTERN_SLOTS, Listen, Machine
from engine.core.pattern import Pattern
from engine.core.timeline import Ticks, Timeline


@dataclass(frozen=True, slots=True)
class Restore:
    """Bring back kit, patterns and loop, and, if it is the same loop, its reading. Tempo, mutes and effects stay, and
    so does the slot that plays, unless `slot` names another; likewise `cross`, the two parents to breed from."""

    kit: Kit
    patterns: tuple[Pattern | None, ...]
    loop: PlayedLoop | None
    listen: Listen
    phase_ticks: Ticks
    loop_ticks: Ticks
    slot: int | None = None
    cross: Cross | None = None


@dataclass(frozen=True, slots=True)
class SetMutesAndSolos:
    """Mute exactly these tracks and solo exactly those; names of tracks that no longer exist are ignored."""

    mutes: frozenset[str]
    solos: frozenset[str]


@dataclass(frozen=True, slots=True)
class ResumeSession:
    """Take over the machine of another session, stopped, at its tempo; the MIDI settings stay this engine's own."""

    machine: Machine


@apply.register
def _(command: Restore, machine: Machine, at_frames: int) -> Machine:
    before, loop = machine.loop, command.loop
    if len(command.patterns) != PATTERN_SLOTS:
        raise InvalidValue(f"There are {PATTERN_SLOTS} pattern slots; {len(command.patterns)} were given.")
    slot = machine.slot if command.slot is None else command.slot
    if not 0 <= slot < PATTERN_SLOTS:
        raise InvalidValue(f"There are pattern slots 1 to {PATTERN_SLOTS}; slot {slot + 1} was asked for.")
    if before is not None and loop is not None and before.sample == loop.sample:
        times = doublings(before, loop)
        if times is None:  # another number of beats altogether: choose the tempo at which the loop keeps its length
            bpm = machine.timeline.bpm * loop.beats / before.beats
            timeline = machine.timeline.with_bpm(bpm, machine.timeline.ticks_at(at_frames))
            machine = replace(machine, timeline=timeline, loop=loop, phase_ticks=command.phase_ticks,
                              loop_ticks=command.loop_ticks)
        scaled = song_scaled(machine, times or 0)
        assert scaled.loop is not None
        shifted = song_shifted(scaled, loop.downbeat_ticks - scaled.loop.downbeat_ticks)
        machine = in_fresh_ticks(shifted, machine, at_frames)
    elif loop is not None:
        machine = replace(machine, phase_ticks=command.phase_ticks, loop_ticks=command.loop_ticks)
    machine = replace(machine, kit=command.kit, loop=loop, listen=command.listen, slot=slot,
                      cross=command.cross or machine.cross)
    return machine.with_patterns(command.patterns)


@apply.register
def _(command: SetMutesAndSolos, machine: Machine, at_frames: int) -> Machine:
    return replace(machine, mutes=command.mutes, solos=command.solos).with_pattern(machine.pattern)


@apply.register
def _(command: ResumeSession, machine: Machine, at_frames: int) -> Machine:
    saved = command.machine
    fill = FOR_EVER if saved.fill_until_ticks == FOR_EVER else Ticks(0)
    return replace(saved, timeline=Timeline(saved.steady_bpm, machine.timeline.sample_rate), playing=False,
                   fill_until_ticks=fill, audition=None, resting_ticks=Ticks(0), midi=machine.midi)
