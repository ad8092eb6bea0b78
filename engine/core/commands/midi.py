"""MIDI commands: the clock source, clock outputs, routes to other instruments, notes that trigger tracks."""

from dataclasses import dataclass, replace

from engine.core.commands.apply import apply
from engine.core.machine import Machine
from engine.core.midi import ClockOut, ClockSource, Midi, Route


@dataclass(frozen=True, slots=True)
class SetClockSource:
    """Follow this clock source."""

    source: ClockSource


@dataclass(frozen=True, slots=True)
class FollowTempo:
    """Play on at `bpm`, which includes a small phase correction; the leader plays at `leader_bpm`, smoothed (None:
    nothing is followed any more)."""

    bpm: float
    leader_bpm: float | None


@dataclass(frozen=True, slots=True)
class SetSongPosition:
    """Obey or ignore the Song Position that arrives at `input` (1 or 2)."""

    input: int
    obeyed: bool


@dataclass(frozen=True, slots=True)
class SetClockOut:
    """What `output` (1..4) sends as its clock."""

    output: int
    clock: ClockOut


@dataclass(frozen=True, slots=True)
class SetRoute:
    """Play a note on another instrument with every hit of a track; None: no longer."""

    track: str
    route: Route | None


@dataclass(frozen=True, slots=True)
class SetPad:
    """Trigger a track with an incoming note; None: the note triggers nothing."""

    note: int
    track: str | None


@dataclass(frozen=True, slots=True)
class LeadTransport:
    """Lead JACK's transport, or stop doing so."""

    on: bool


@dataclass(frozen=True, slots=True)
class SetMidi:
    """All MIDI settings at once, as they were saved."""

    midi: Midi


@apply.register
def _(command: SetClockSource, machine: Machine, at_frames: int) -> Machine:
    return replace(machine, midi=replace(machine.midi, source=command.source, leader_bpm=None))


@apply.register
def _(command: FollowTempo, machine: Machine, at_frames: int) -> Machine:
    timeline = machine.timeline.with_bpm(command.bpm, machine.timeline.ticks_at(at_frames))
    return replace(machine, timeline=timeline, midi=replace(machine.midi, leader_bpm=command.leader_bpm))


@apply.register
def _(command: SetSongPosition, machine: Machine, at_frames: int) -> Machine:
    return replace(machine, midi=machine.midi.with_song_position(command.input, command.obeyed))


@apply.register
def _(command: SetClockOut, machine: Machine, at_frames: int) -> Machine:
    return replace(machine, midi=machine.midi.with_clock(command.output, command.clock))


@apply.register
def _(command: SetRoute, machine: Machine, at_frames: int) -> Machine:
    if command.route is not None:
        machine.pattern.track(command.track)
    return replace(machine, midi=machine.midi.with_route(command.track, command.route))


@apply.register
def _(command: SetPad, machine: Machine, at_frames: int) -> Machine:
    return replace(machine, midi=machine.midi.with_pad(command.note, command.track))


@apply.register
def _(command: LeadTransport, machine: Machine, at_frames: int) -> Machine:
    return replace(machine, midi=replace(machine.midi, leads_transport=command.on))


@apply.register
def _(command: SetMidi, machine: Machine, at_frames: int) -> Machine:
    return replace(machine, midi=command.midi)
