"""The MIDI screen: the clock source, ports, tracks that play other instruments, learned controls."""

import time
from dataclasses import replace
from functools import partial
from typing import TypeVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from engine.core.commands import (
    Command,
    LeadTransport,
    SetClockOut,
    SetClockSource,
    SetPad,
    SetRoute,
    SetSongPosition,
    apply,
)
from engine.core.kit import gm_note
from engine.core.midi import GRID_AUTO, GRID_OFF, MAX_OFFSET_MS, MIDI_OUTPUTS, PAD, ClockSource, Route
from engine.core.requests import ChooseGrid, ConnectMidi, Direction, Learn, Unlearn, WriteSteps
from engine.core.snapshot import Snapshot
from tui.glyphs import Glyphs
from tui.keymap import Group, key_label, key_table
from tui.midi_rows import PORT, Kind, Row, rows
from tui.modes.mode import Actions
from tui.requests import Requests
from tui.screens.choose_port import NO_PORT, ChoosePortScreen
from tui.widgets.readout import Readout

Choice = TypeVar("Choice")
BESIDE_PORT = 59  # columns that a line needs beside the name of a port
PENDING_S = 1.0  # for so long an edit is shown as done before the engine confirms it
HINTS = {  # the actions that a line knows, and what each does to it
    Kind.SOURCE: (("midi-change", "next source: internal, MIDI, Link, JACK, auto"),),
    Kind.TRANSPORT: (("midi-change", "lead, or not"),),
    Kind.WRITING: (("midi-change", "record pad hits into the pattern, or not"),),
    Kind.INPUT: (("midi-change", "port"), ("midi-forget", "none"), ("midi-position", "follow Song Position, or not")),
    Kind.OUTPUT: (("midi-change", "port"), ("midi-forget", "none"), ("midi-clock", "clock"),
                  ("midi-less midi-more", "offset"), ("midi-runs", "runs on")),
    Kind.GRID: (("midi-change", "next: auto, off, or a note map"),),
    Kind.ROUTE: (("midi-change", "output"), ("midi-forget", "none"), ("midi-less midi-more", "channel"),
                 ("midi-note-up midi-note-down", "note"), ("midi-hear", "sound here")),
    Kind.CONTROL: (("midi-change", "learn, then move a control"), ("midi-forget", "forget")),
    Kind.NOTES: (("midi-change", "learn, then play a note"), ("midi-forget", "forget")),
}


def hint(kind: Kind, keys: Group, glyphs: Glyphs) -> str:
    """`⏎ port  ⌫ none ...`: what the keys in force do on a line."""
    labels = {action.id: key_label(action.keys[0], glyphs) for action in keys.actions if action.keys}
    known = [(" ".join(labels[id_] for id_ in ids.split() if id_ in labels), words) for ids, words in HINTS[kind]]
    return "  ".join(f"{named} {words}" for named, words in known if named)


class MidiScreen(ModalScreen[None]):
    """Up and down choose a line; the keys in its hint change it. `show` is given snapshots. shared: what the keys do
    that work on the instrument screen, too."""

    def __init__(self, snapshot: Snapshot, keys: Group, glyphs: Glyphs, requests: Requests, shared: Actions,
                 begin: Kind = Kind.SOURCE) -> None:
        super().__init__()
        self.keys, self.glyphs, self.requests, self.shared = keys, glyphs, requests, shared
        self.snapshot, self.midi, self.begin = snapshot, snapshot.status.machine.midi, begin
        self.lines: list[Row | Kind] = []  # in the order of the list: a kind is a heading
        self.list, self.hint, self.last = OptionList(id="midi-list"), Readout(id="midi-hint"), Readout(id="midi-last")
        self._ids = key_table(keys.actions)
        self._edited_s = 0.0

    @property
    def actions(self) -> Actions:
        """What each of the screen's keys does, by action id."""
        return {**self.shared, "midi-change": self.list.action_select, "midi-forget": self.forget,
                "midi-less": partial(self.turn, -1), "midi-more": partial(self.turn, 1),
                "midi-much-less": partial(self.turn, -10), "midi-much-more": partial(self.turn, 10),
                "midi-note-up": partial(self.change_note, 1), "midi-note-down": partial(self.change_note, -1),
                "midi-clock": self.toggle_clock, "midi-runs": self.toggle_runs_stopped,
                "midi-position": self.toggle_song_position, "midi-hear": self.toggle_sounds_here,
                "midi-write": self.toggle_writing, "midi-close": self.close}

    def on_key(self, event: Key) -> None:
        """Do what the key is for, before the list can take it."""
        if event.key in self._ids:
            event.stop()
            self.actions[self._ids[event.key]]()

    def compose(self) -> ComposeResult:
        """The lines, the keys for the highlighted one, the last message that came in."""
        with Vertical(id="midi-page") as page:
            page.border_title, page.border_subtitle = "MIDI", "Esc closes"
            yield self.list
            yield self.hint
            yield self.last

    def on_mount(self) -> None:
        """All lines, the first of the wanted kind highlighted."""
        self.show(self.snapshot)
        self.list.focus()
        self.list.highlighted = self.lines.index(self.begin) + 1

    def show(self, snapshot: Snapshot) -> None:
        """Show the newest snapshot; an edit stays on show until the engine has had time to confirm it."""
        self.snapshot, status = snapshot, snapshot.status
        if time.monotonic() - self._edited_s > PENDING_S:
            self.midi = status.machine.midi
        lines: list[Row | Kind] = []
        room = max(PORT, self.list.size.width - BESIDE_PORT)
        for row in rows(self.midi, status.midi, status.sync, status.machine.pattern.tracks, room):
            lines += [row] if row.kind in lines else [row.kind, row]
        before, self.lines = self.lines, lines
        if [_name(line) for line in before] == [_name(line) for line in lines]:
            for place, line in enumerate(lines):
                if line != before[place]:
                    self.list.replace_option_prompt_at_index(place, _option(line).prompt)
        else:
            self._fill()
        self.last.say(f"last: {status.midi.last or 'no message yet'}")

    def on_resize(self) -> None:
        """Use the room that there is."""
        self.show(self.snapshot)

    @property
    def row(self) -> Row:
        """The highlighted line."""
        line = self.lines[self.list.highlighted or 1]
        assert isinstance(line, Row), "headings cannot be highlighted"
        return line

    def close(self) -> None:
        """Leave the screen."""
        self.dismiss()

    def forget(self) -> None:
        """Disconnect a port, end a route, forget what was learned."""
        row = self.row
        match row.kind:
            case Kind.INPUT | Kind.OUTPUT:
                self._connect(row, NO_PORT)
            case Kind.ROUTE:
                self._edit(SetRoute(row.name, None))
            case Kind.CONTROL:
                self.requests.send(Unlearn(row.name))
            case Kind.NOTES:
                for note in [note for note, track in self.midi.pads.items() if track == row.name]:
                    self._edit(SetPad(note, None))

    def turn(self, by: int) -> None:
        """Move an output's clock later or earlier, in ms; a track's channel up or down."""
        row = self.row
        if row.kind is Kind.OUTPUT:
            clock = self.midi.clocks[row.number - 1]
            offset_ms = min(MAX_OFFSET_MS, max(-MAX_OFFSET_MS, clock.offset_ms + by))
            self._edit(SetClockOut(row.number, replace(clock, offset_ms=offset_ms)))
        elif (route := self._route) is not None:
            self._edit(SetRoute(row.name, replace(route, channel=min(16, max(1, route.channel + by)))))

    def change_note(self, by: int) -> None:
        """Change the note that a track plays on another instrument."""
        if (route := self._route) is not None:
            self._edit(SetRoute(self.row.name, replace(route, note=min(127, max(0, route.note + by)))))

    def toggle_clock(self) -> None:
        """Send an output's clock, or do not."""
        if self.row.kind is Kind.OUTPUT:
            clock = self.midi.clocks[self.row.number - 1]
            self._edit(SetClockOut(self.row.number, replace(clock, on=not clock.on)))

    def toggle_runs_stopped(self) -> None:
        """Let an output's clock run while the song is stopped, or not."""
        if self.row.kind is Kind.OUTPUT:
            clock = self.midi.clocks[self.row.number - 1]
            self._edit(SetClockOut(self.row.number, replace(clock, runs_stopped=not clock.runs_stopped)))

    def toggle_song_position(self) -> None:
        """Follow an input's Song Position, or ignore it."""
        if self.row.kind is Kind.INPUT:
            followed = self.midi.song_position[self.row.number - 1]
            self._edit(SetSongPosition(self.row.number, not followed))

    def toggle_sounds_here(self) -> None:
        """Let a track that plays another instrument sound here as well, or not."""
        if (route := self._route) is not None:
            self._edit(SetRoute(self.row.name, replace(route, sounds=not route.sounds)))

    def toggle_writing(self) -> None:
        """Record pad hits into the pattern, or not."""
        self.requests.send(WriteSteps(not self.snapshot.status.midi.writes_steps))

    @property
    def _route(self) -> Route | None:
        """The route of the highlighted track."""
        return self.midi.routes.get(self.row.name) if self.row.kind is Kind.ROUTE else None

    @on(OptionList.OptionHighlighted)
    def _show_hint(self) -> None:
        self.hint.say(hint(self.row.kind, self.keys, self.glyphs))

    @on(OptionList.OptionSelected)
    def _change(self) -> None:
        row = self.row
        match row.kind:
            case Kind.SOURCE:
                self._edit(SetClockSource(next_source(self.midi.source)))
            case Kind.WRITING:
                self.toggle_writing()
            case Kind.TRANSPORT:
                self._edit(LeadTransport(not self.midi.leads_transport))
            case Kind.INPUT | Kind.OUTPUT:
                status = self.snapshot.status.midi
                names = status.sources if row.kind is Kind.INPUT else status.destinations
                title = f"{'Input' if row.kind is Kind.INPUT else 'Output'} {row.number}"
                self.app.push_screen(ChoosePortScreen(title, names),
                                     lambda name: self._connect(row, name))
            case Kind.GRID:
                grid = self.snapshot.status.midi.grid
                self.requests.send(ChooseGrid(_next((GRID_AUTO, GRID_OFF, *grid.maps), grid.chosen)))
            case Kind.ROUTE:
                self._edit(SetRoute(row.name, self._next_route(row.name)))
            case Kind.CONTROL | Kind.NOTES:
                target = row.name if row.kind is Kind.CONTROL else PAD + row.name
                self.requests.send(Learn(None if self.snapshot.status.midi.learning == target else target))

    def _next_route(self, track: str) -> Route | None:
        """Output 1, then 2 to 4, then none; a new one plays the track's General MIDI note."""
        route = self.midi.routes.get(track)
        if route is None:
            return Route(1, note=gm_note(track))
        return replace(route, output=route.output + 1) if route.output < MIDI_OUTPUTS else None

    def _connect(self, row: Row, name: str | None) -> None:
        if name is not None:
            direction = Direction.IN if row.kind is Kind.INPUT else Direction.OUT
            self.requests.send(ConnectMidi(direction, row.number, name or None))

    def _edit(self, command: Command) -> None:
        """Send a command, and show it as done: keys come faster than snapshots."""
        self._edited_s = time.monotonic()
        self.midi = apply(command, replace(self.snapshot.status.machine, midi=self.midi), 0).midi
        self.requests.send(command)
        self.show(self.snapshot)

    def _fill(self) -> None:
        """The whole list: it was empty, or a track has come or gone."""
        place = self.list.highlighted
        self.list.clear_options()
        self.list.add_options([_option(line) for line in self.lines])
        if place is not None:
            self.list.highlighted = min(place, len(self.lines) - 1)


def next_source(source: ClockSource) -> ClockSource:
    """The one after it."""
    return _next(tuple(ClockSource), source)


def _next(order: tuple[Choice, ...], chosen: Choice) -> Choice:
    """The one after it, round and round."""
    return order[(order.index(chosen) + 1) % len(order)]


def _name(line: Row | Kind) -> tuple[str, int, str]:
    return (line.value, -1, "") if isinstance(line, Kind) else (line.kind.value, line.number, line.name)


def _option(line: Row | Kind) -> Option:
    return Option(Text(line.value, "bold"), disabled=True) if isinstance(line, Kind) else Option(Text(f"  {line.text}"))
