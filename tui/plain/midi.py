"""The words for MIDI: ports, clocks, other instruments, controllers, pads."""

from dataclasses import replace

from engine.core.commands import LeadTransport, SetClockOut, SetPad, SetRoute, SetSongPosition
from engine.core.midi import CONTROLS, GRID_AUTO, GRID_OFF, MAX_OFFSET_MS, MIDI_INPUTS, MIDI_OUTPUTS, PAD, Route
from engine.core.requests import ChooseGrid, ConnectMidi, Direction, Learn, Unlearn, WriteSteps
from tui.midi_rows import rows
from tui.plain.line import Answer, Ask, Line, Say
from tui.plain.word import Word

WAYS = {"in": Direction.IN, "out": Direction.OUT}


def _midi(line: Line) -> Answer:
    status = line.snapshot.status
    said, kind = [], None
    for row in rows(line.machine.midi, status.midi, status.sync, line.machine.pattern.tracks):
        said += [] if row.kind is kind else [f"{row.kind.value}:"]
        kind = row.kind
        said.append(" ".join(row.text.split()) + ".")
    return Say((*said, f"Ports to read from: {', '.join(status.midi.sources) or 'none'}.",
                f"Ports to write to: {', '.join(status.midi.destinations) or 'none'}."))


def _connect(line: Line) -> Answer:
    way = line.one_of("a direction", WAYS)
    number = line.whole("a port of Tao's", 1, MIDI_INPUTS if way is Direction.IN else MIDI_OUTPUTS)
    name = line.rest("a port's name, or off")
    return Ask(ConnectMidi(way, number, None if name == "off" else name), said=f"Port {way.value} {number}: {name}.")


def _clock(line: Line) -> Answer:
    output = line.whole("an output", 1, MIDI_OUTPUTS)
    clock = line.machine.midi.clocks[output - 1]
    match line.one_of("what to set", {word: word for word in ("on", "off", "offset", "stopped")}):
        case "offset":
            clock = replace(clock, offset_ms=line.number("an offset in ms", -MAX_OFFSET_MS, MAX_OFFSET_MS))
        case "stopped":
            clock = replace(clock, runs_stopped=line.on_off(clock.runs_stopped))
        case word:
            clock = replace(clock, on=word == "on")
    return Ask(SetClockOut(output, clock), said=f"Output {output}: clock {'on' if clock.on else 'off'}, "
                                                f"{clock.offset_ms:+g} ms.")


def _route(line: Line) -> Answer:
    track = line.track().name
    if line.peek() == "off":
        line.word("off")
        return Ask(SetRoute(track, None), said=f"{track} plays no other instrument.")
    route = Route(line.whole("an output", 1, MIDI_OUTPUTS), line.whole("a channel", 1, 16),
                  line.whole("a note", 0, 127))
    if line.more:
        route = replace(route, sounds=line.one_of("its own sound", {"too": True, "only": False}))
    return Ask(SetRoute(track, route), said=f"{track} plays note {route.note} on output {route.output}.")


def _pad(line: Line) -> Answer:
    note = line.whole("a note", 0, 127)
    track = None if line.peek() == "off" and line.word("off") else line.track().name
    return Ask(SetPad(note, track), said=f"Note {note} triggers {track or 'nothing'}.")


def _learn(line: Line) -> Answer:
    target = line.rest("a target")
    if target == "off":
        return Ask(Learn(None))
    known = (*CONTROLS, *(PAD + track.name for track in line.machine.pattern.tracks))
    if target not in known:
        return Say((f"A controller can move: {', '.join(known)}.",))
    return Ask(Learn(target), said=f"Move a control, or play a note, for {target}.")


def _transport(line: Line) -> Answer:
    on = line.one_of("what to do with the transport", {"lead": True, "leave": False})
    return Ask(LeadTransport(on), said=f"JACK's transport is {'' if on else 'not '}led.")


def _grid(line: Line) -> Answer:
    maps = (GRID_AUTO, GRID_OFF, *line.snapshot.status.midi.grid.maps)
    name = line.one_of("a note map", {known: known for known in maps})
    return Ask(ChooseGrid(name), said=f"Grid controller: {name}.")


def _position(line: Line) -> Answer:
    input_ = line.whole("an input", 1, MIDI_INPUTS)
    obeyed = line.on_off(line.machine.midi.song_position[input_ - 1])
    return Ask(SetSongPosition(input_, obeyed), said=f"Input {input_}: Song Position is "
                                                     f"{'followed' if obeyed else 'ignored'}.")


def _writes(line: Line) -> Answer:
    on = line.on_off(line.snapshot.status.midi.writes_steps)
    return Ask(WriteSteps(on), said=f"Pad hits are {'' if on else 'not '}recorded into the pattern.")


MIDI = (
    Word("midi", "", _midi, ("midi",), "say ports, clocks, routes and controllers"),
    Word("connect", "in | out NUMBER PORT | off", _connect, (), "connect one of Tao's MIDI ports"),
    Word("transport", "lead | leave", _transport, (), "lead JACK's transport with Tao's tempo, or leave it alone"),
    Word("clock", "OUTPUT on | off | offset MS | stopped [on | off]", _clock, (), "send MIDI clock from an output"),
    Word("position", "INPUT [on | off]", _position, (), "follow an input's Song Position, or ignore it"),
    Word("route", "TRACK OUTPUT CHANNEL NOTE [too | only] or TRACK off", _route, (), "play another instrument with a "
         "track"),
    Word("pad", "NOTE TRACK | off", _pad, (), "say which track a MIDI note triggers"),
    Word("controller", "auto | off | MAP", _grid, (), "choose whose pads show the pattern and set steps"),
    Word("learn", "TARGET | off", _learn, ("learn",), "give a target to the next controller that moves"),
    Word("forget", "TARGET", lambda line: Ask(Unlearn(line.rest("a target"))), (), "forget a target's controllers"),
    Word("write", "[on | off]", _writes, (), "record pad hits into the pattern, or not"),
)
