"""The MIDI screen's lines: ports, clocks, routes and learned controls, in words."""

from dataclasses import dataclass
from enum import Enum

from engine.core.midi import CONTROLS, GRID_OFF, NOTE, PAD, SWITCHES, ClockSource, Midi
from engine.core.pattern import Track
from engine.core.snapshot import MidiStatus, Sync, SyncState


class Kind(Enum):
    """What a line is about; the value is the heading above it."""

    SOURCE = "Clock source"
    WRITING = "Pad hits"
    INPUT = "Inputs"
    OUTPUT = "Outputs"
    TRANSPORT = "JACK transport"
    GRID = "Grid controller"
    ROUTE = "Tracks on other instruments"
    CONTROL = "Knobs and switches"
    NOTES = "Notes that trigger"


@dataclass(frozen=True, slots=True)
class Row:
    """One line. number: the port's, from 1; name: the track's or the control's."""

    kind: Kind
    text: str
    number: int = 0
    name: str = ""


PORT = 17  # columns for a port's name, at least


def rows(midi: Midi, status: MidiStatus, sync: Sync, tracks: tuple[Track, ...], room: int = PORT) -> list[Row]:
    """Every line, those under one heading together. room: columns for the name of a port."""
    return [
        Row(Kind.SOURCE, f"{midi.source.value:<9}{sync_words(sync)}"),
        *(Row(Kind.INPUT, f"{number + 1}  {port_words(status.inputs[number], status.joined_in[number], room)}   "
                          f"song position {'followed' if followed else 'ignored'}", number + 1)
          for number, followed in enumerate(midi.song_position)),
        *(Row(Kind.OUTPUT, f"{number + 1}  {port_words(status.outputs[number], status.joined_out[number], room)}   "
                           f"{clock_words(midi, number)}", number + 1) for number in range(len(midi.clocks))),
        Row(Kind.TRANSPORT, "led: it has Tao's tempo and bars, and starts and stops with Tao" if midi.leads_transport
            else "not led"),
        Row(Kind.GRID, f"{status.grid.chosen:<12}{grid_words(status, room)}"),
        *(Row(Kind.ROUTE, f"{track.name:<8}{route_words(midi, track.name)}", name=track.name) for track in tracks),
        Row(Kind.WRITING, "recorded into the pattern while it plays" if status.writes_steps else "not recorded"),
        *(Row(Kind.NOTES, f"{track.name:<8}{notes_words(midi, status, track.name)}", name=track.name)
          for track in tracks),
        *(Row(Kind.CONTROL, f"{target:<15}{control_words(status, target)}", name=target) for target in CONTROLS),
    ]


def sync_words(sync: Sync) -> str:
    """What the song follows, and how well."""
    who = _leader_words(sync)
    bpm = "" if sync.bpm is None else f" at {sync.bpm:.1f} BPM"
    too = "; another clock is coming in, too" if sync.rivals else ""
    match sync.state:
        case SyncState.INTERNAL:
            return "Tao's own tempo"
        case SyncState.WAITING:
            return "waiting for the transport to roll" if sync.source is ClockSource.JACK else "waiting for a clock"
        case SyncState.SEEKING:
            return f"finding the tempo of {who}{too}"
        case SyncState.LOST:
            return f"{who} has disappeared; playing on{bpm}{too}"
    jitter = "" if sync.jitter_ms is None else f", jitter {sync.jitter_ms:.1f} ms"
    return f"following {who}{bpm}{jitter}{too}"


def _leader_words(sync: Sync) -> str:
    """input 2, or the JACK transport, or Link with 3 others."""
    if sync.input:
        return f"input {sync.input}"
    if sync.source is ClockSource.JACK:
        return "the JACK transport"
    return f"Link with {sync.peers} other{'' if sync.peers == 1 else 's'}"


def tempo_words(bpm: float, sync: Sync, uncertain: bool = False) -> str:
    """The tempo on the transport line, with a question mark where the loop can be read otherwise, and its source where
    that is not Tao itself."""
    if sync.state is SyncState.INTERNAL:
        return f"{bpm:.2f} BPM{'?' if uncertain else ''}"
    word = {SyncState.WAITING: "wait", SyncState.SEEKING: "...", SyncState.LOST: "LOST"}.get(sync.state, "")
    who = f"MIDI {sync.input}" if sync.input else "JACK" if sync.source is ClockSource.JACK else "LINK"
    return f"{bpm if sync.bpm is None else sync.bpm:.1f} {word or who}"


def port_words(wanted: str | None, joined: str, room: int = PORT) -> str:
    """What a port is connected to, or waits for."""
    words = _short(joined, room) if joined else "-" if wanted is None else f"{_short(wanted, room)} (away)"
    return f"{words:<{room + 7}}"


def clock_words(midi: Midi, number: int) -> str:
    """Whether an output sends clock, and how."""
    clock = midi.clocks[number]
    if not clock.on:
        return "no clock"
    while_stopped = "runs while stopped" if clock.runs_stopped else "stops with the song"
    return f"clock {clock.offset_ms:+.0f} ms, {while_stopped}"


def grid_words(status: MidiStatus, room: int = PORT) -> str:
    """The controller whose pads show the pattern."""
    grid = status.grid
    if grid.joined:
        by = f", map {grid.map}" if grid.map != grid.chosen else ""
        return f"{_short(grid.joined, room)} shows the pattern{by}"
    return "no pads show the pattern" if grid.chosen == GRID_OFF else "not found yet"


def route_words(midi: Midi, track: str) -> str:
    """Where a track's notes go."""
    route = midi.routes.get(track)
    if route is None:
        return "no other instrument"
    both = "as well as its own sound" if route.sounds else "instead of its own sound"
    return f"output {route.output}  channel {route.channel:<2}  note {route.note:<3}  {both}"


def notes_words(midi: Midi, status: MidiStatus, track: str) -> str:
    """The notes that trigger a track."""
    if status.learning == PAD + track:
        return "play a note now"
    return " ".join(str(note) for note in sorted(midi.pads) if midi.pads[note] == track) or "-"


def control_words(status: MidiStatus, target: str) -> str:
    """The controllers that have learned a target."""
    if status.learning == target:
        return "press a switch, or play a note" if target in SWITCHES else "move a control now"
    known = [key.split(":") for key, name in status.controls.items() if name == target]
    return ", ".join(f"{_source_words(number)}, channel {channel}" for channel, number in known) or "-"


def _source_words(number: str) -> str:
    """controller 74, or note 36."""
    return f"note {number.removeprefix(NOTE)}" if number.startswith(NOTE) else f"controller {number}"


def _short(name: str, room: int) -> str:
    """A port's name in no more room than there is; its end is what tells ports of one instrument apart."""
    return name if len(name) <= room else f"{name[: room - room // 2 - 1]}..{name[-(room // 2 - 1) :]}"
