"""What a musician can ask of the machine about MIDI and whose time it keeps, and what becomes of it."""

from dataclasses import dataclass, replace
from functools import singledispatch

from engine.core.errors import InvalidValue
from engine.core.machine import Machine
from engine.core.midi import ClockOut, Midi, Route, Source
from engine.core.timeline import Frames, Ticks

SIXTEENTH_TICKS = 240


@dataclass(frozen=True, slots=True)
class Continue:
    """Play on from where the song was stopped, or from song tick `ticks`; from the sixteenth at or before it."""

    ticks: Ticks | None = None


@dataclass(frozen=True, slots=True)
class Steer:
    """Follow: play on at `bpm`, which holds a small correction of phase; whom we follow plays at `heard_bpm`,
    smoothed (None: we follow nobody any more)."""

    bpm: float
    heard_bpm: float | None


@dataclass(frozen=True, slots=True)
class SetSource:
    """Keep this source's time."""

    source: Source


@dataclass(frozen=True, slots=True)
class SetSongPosition:
    """Obey the Song Position that comes in by `input` (1 or 2), or ignore it."""

    input: int
    obeyed: bool


@dataclass(frozen=True, slots=True)
class SetClockOut:
    """What `output` (1..4) sends as its clock."""

    output: int
    clock: ClockOut


@dataclass(frozen=True, slots=True)
class SetRoute:
    """Let a track play a note elsewhere, or (None) no longer."""

    track: str
    route: Route | None


@dataclass(frozen=True, slots=True)
class SetPad:
    """Let an incoming note strike a track, or (None) nothing."""

    note: int
    track: str | None


@dataclass(frozen=True, slots=True)
class SetMidi:
    """All of it at once, as it was kept."""

    midi: Midi


MidiCommand = Continue | Steer | SetSource | SetSongPosition | SetClockOut | SetRoute | SetPad | SetMidi


@singledispatch
def wire(command: MidiCommand, machine: Machine, at_frames: int) -> Machine:
    """The machine after `command`, as `commands.apply` has it. Raises InvalidValue."""
    raise InvalidValue(f"No machine understands {command!r}.")


@wire.register
def _(command: Continue, machine: Machine, at_frames: int) -> Machine:
    ticks = machine.resting_ticks if command.ticks is None else command.ticks
    start = Ticks(max(0, ticks) // SIXTEENTH_TICKS * SIXTEENTH_TICKS)
    timeline = replace(machine.timeline, origin_ticks=start, origin_frames=Frames(at_frames))
    return replace(machine, playing=True, timeline=timeline)


@wire.register
def _(command: Steer, machine: Machine, at_frames: int) -> Machine:
    timeline = machine.timeline.with_bpm(command.bpm, machine.timeline.ticks_at(at_frames))
    return replace(machine, timeline=timeline, midi=replace(machine.midi, heard_bpm=command.heard_bpm))


@wire.register
def _(command: SetSource, machine: Machine, at_frames: int) -> Machine:
    return replace(machine, midi=replace(machine.midi, source=command.source, heard_bpm=None))


@wire.register
def _(command: SetSongPosition, machine: Machine, at_frames: int) -> Machine:
    return replace(machine, midi=machine.midi.with_song_position(command.input, command.obeyed))


@wire.register
def _(command: SetClockOut, machine: Machine, at_frames: int) -> Machine:
    return replace(machine, midi=machine.midi.with_clock(command.output, command.clock))


@wire.register
def _(command: SetRoute, machine: Machine, at_frames: int) -> Machine:
    if command.route is not None:
        machine.pattern.track(command.track)
    return replace(machine, midi=machine.midi.with_route(command.track, command.route))


@wire.register
def _(command: SetPad, machine: Machine, at_frames: int) -> Machine:
    return replace(machine, midi=machine.midi.with_pad(command.note, command.track))


@wire.register
def _(command: SetMidi, machine: Machine, at_frames: int) -> Machine:
    return replace(machine, midi=command.midi)
