"""The transport: play, stop, continue, tempo, panic."""

from dataclasses import dataclass, replace

from engine.core.commands.apply import apply
from engine.core.machine import FOR_EVER, Machine
from engine.core.midi_bytes import SIXTEENTH_TICKS
from engine.core.timeline import Frames, Ticks, Timeline


@dataclass(frozen=True, slots=True)
class Play:
    """Start from bar 1."""


@dataclass(frozen=True, slots=True)
class PlaySince:
    """Play at `bpm` as if bar 1 had begun on engine frame `since_frames`: for the first take, which sets the tempo."""

    bpm: float
    since_frames: int


@dataclass(frozen=True, slots=True)
class Stop:
    """Stop the sequencer; voices ring out."""


@dataclass(frozen=True, slots=True)
class Continue:
    """Play on from where the song was stopped, or from song tick `ticks`; from the sixteenth at or before it."""

    ticks: Ticks | None = None


@dataclass(frozen=True, slots=True)
class PlayFrom:
    """Play from song tick `ticks` on, exactly: where another program's transport is."""

    ticks: Ticks


@dataclass(frozen=True, slots=True)
class SetTempo:
    """Play on at `bpm` without moving the playhead."""

    bpm: float


@dataclass(frozen=True, slots=True)
class Panic:
    """Silence every voice now; the transport goes on."""


@apply.register
def _(command: Play, machine: Machine, at_frames: int) -> Machine:
    timeline = replace(machine.timeline, origin_ticks=Ticks(0), origin_frames=Frames(at_frames))
    fill = FOR_EVER if machine.fill_until_ticks == FOR_EVER else Ticks(0)
    return replace(machine, playing=True, timeline=timeline, phase_ticks=Ticks(0), loop_ticks=Ticks(0),
                   fill_until_ticks=fill)


@apply.register
def _(command: PlaySince, machine: Machine, at_frames: int) -> Machine:
    timeline = Timeline(command.bpm, machine.timeline.sample_rate, Ticks(0), Frames(command.since_frames))
    return replace(machine, playing=True, timeline=timeline, phase_ticks=Ticks(0), loop_ticks=Ticks(0))


@apply.register
def _(command: Stop, machine: Machine, at_frames: int) -> Machine:
    resting_ticks = machine.timeline.ticks_at(at_frames) if machine.playing else machine.resting_ticks
    return replace(machine, playing=False, resting_ticks=resting_ticks)


@apply.register
def _(command: Continue, machine: Machine, at_frames: int) -> Machine:
    ticks = machine.resting_ticks if command.ticks is None else command.ticks
    start = Ticks(max(0, ticks) // SIXTEENTH_TICKS * SIXTEENTH_TICKS)
    timeline = replace(machine.timeline, origin_ticks=start, origin_frames=Frames(at_frames))
    return replace(machine, playing=True, timeline=timeline)


@apply.register
def _(command: PlayFrom, machine: Machine, at_frames: int) -> Machine:
    timeline = replace(machine.timeline, origin_ticks=Ticks(max(0, command.ticks)), origin_frames=Frames(at_frames))
    return replace(machine, playing=True, timeline=timeline)


@apply.register
def _(command: SetTempo, machine: Machine, at_frames: int) -> Machine:
    at_ticks = machine.timeline.ticks_at(at_frames)
    return replace(machine, timeline=machine.timeline.with_bpm(command.bpm, at_ticks))


@apply.register
def _(command: Panic, machine: Machine, at_frames: int) -> Machine:
    return machine
