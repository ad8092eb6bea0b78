"""The MIDI screen: whose time we keep, what goes to which port, what knobs and notes do."""

import time
from dataclasses import replace

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from engine.core.commands import Command, SetClockOut, SetClockSource, SetPad, SetRoute, SetSongPosition, apply
from engine.core.kit import gm_note
from engine.core.midi import MAX_OFFSET_MS, MIDI_OUTPUTS, PAD, ClockSource, Route
from engine.core.requests import ConnectMidi, Direction, Learn, MidiRequest, Unlearn, WriteSteps
from engine.core.snapshot import Snapshot
from tui.glyphs import Glyphs
from tui.keymap import Group, key_label
from tui.midi_rows import Kind, Row, rows
from tui.modes.leader_keys import Asked
from tui.screens.port import NOTHING, PortScreen
from tui.widgets.readout import Readout

ECHO_S = 1.0  # for so long what was asked for is shown as if it had been done
HINTS = {  # the actions that a line knows, and what each does to it
    Kind.SOURCE: (("midi-change", "the next source: internal, midi, link, auto"),),
    Kind.WRITING: (("midi-change", "write pads that are struck into the pattern, or not"),),
    Kind.INPUT: (("midi-change", "port"), ("midi-forget", "none"), ("midi-position", "obey Song Position, or not")),
    Kind.OUTPUT: (("midi-change", "port"), ("midi-forget", "none"), ("midi-clock", "clock"),
                  ("midi-less midi-more", "offset"), ("midi-runs", "runs on")),
    Kind.ROUTE: (("midi-change", "output"), ("midi-forget", "none"), ("midi-less midi-more", "channel"),
                 ("midi-note-up midi-note-down", "note"), ("midi-hear", "sounds here")),
    Kind.CONTROL: (("midi-change", "learn: then move a knob, or again"), ("midi-forget", "forget")),
    Kind.NOTES: (("midi-change", "learn: then play a note, or again"), ("midi-forget", "forget")),
}


def hint(kind: Kind, keys: Group, glyphs: Glyphs) -> str:
    """`⏎ port  ⌫ none ...`: what can be done on a line, by the keys in force."""
    labels = {action.id: key_label(action.keys[0], glyphs) for action in keys.actions if action.keys}
    known = [(" ".join(labels[id_] for id_ in ids.split() if id_ in labels), words) for ids, words in HINTS[kind]]
    return "  ".join(f"{named} {words}" for named, words in known if named)


class MidiScreen(ModalScreen[None]):
    """Up and down choose a line, the keys that it names change it. It asks by messages; `show` is given snapshots."""

    def __init__(self, snapshot: Snapshot, keys: Group, glyphs: Glyphs, begin: Kind = Kind.SOURCE) -> None:
        super().__init__()
        self.keys, self.glyphs = keys, glyphs
        for action in keys.actions:
            if action.keys:
                self._bindings.bind(",".join(action.keys), action.call, action.help, priority=True)
        self.snapshot, self.midi, self.begin = snapshot, snapshot.status.machine.midi, begin
        self.lines: list[Row | Kind] = []  # as they stand in the list: a kind is a heading
        self.list, self.hint, self.last = OptionList(id="midi-list"), Readout(id="midi-hint"), Readout(id="midi-last")
        self._asked_s = 0.0

    def compose(self) -> ComposeResult:
        """The lines, the keys of the one under the bar, what came in last."""
        with Vertical(id="midi-page") as page:
            page.border_title, page.border_subtitle = "MIDI", "Esc closes"
            yield self.list
            yield self.hint
            yield self.last

    def on_mount(self) -> None:
        """All lines, the bar on the first that was wanted."""
        self.show(self.snapshot)
        self.list.focus()
        self.list.highlighted = self.lines.index(self.begin) + 1

    def show(self, snapshot: Snapshot) -> None:
        """Take over the newest snapshot; what was just asked for stays until it has come."""
        self.snapshot, status = snapshot, snapshot.status
        if time.monotonic() - self._asked_s > ECHO_S:
            self.midi = status.machine.midi
        lines: list[Row | Kind] = []
        for row in rows(self.midi, status.midi, status.sync, status.machine.pattern.tracks):
            lines += [row] if row.kind in lines else [row.kind, row]
        before, self.lines = self.lines, lines
        if [_name(line) for line in before] == [_name(line) for line in lines]:
            for place, line in enumerate(lines):
                if line != before[place]:
                    self.list.replace_option_prompt_at_index(place, _option(line).prompt)
        else:
            self._fill()
        self.last.say(f"last: {status.midi.last or 'nothing has come in'}")

    @property
    def row(self) -> Row:
        """The line under the bar."""
        line = self.lines[self.list.highlighted or 1]
        assert isinstance(line, Row), "headings cannot be chosen"
        return line

    def action_change(self) -> None:
        """Change what the line is about."""
        self.list.action_select()

    def action_forget(self) -> None:
        """Join to nothing, send nowhere, forget what was learned."""
        row = self.row
        match row.kind:
            case Kind.INPUT | Kind.OUTPUT:
                self._join(row, NOTHING)
            case Kind.ROUTE:
                self._ask(SetRoute(row.name, None))
            case Kind.CONTROL:
                self._ask_desk(Unlearn(row.name))
            case Kind.NOTES:
                for note in [note for note, track in self.midi.pads.items() if track == row.name]:
                    self._ask(SetPad(note, None))

    def action_turn(self, by: int) -> None:
        """The clock of an output later or earlier, in ms; a track's channel up or down."""
        row = self.row
        if row.kind is Kind.OUTPUT:
            clock = self.midi.clocks[row.number - 1]
            offset_ms = min(MAX_OFFSET_MS, max(-MAX_OFFSET_MS, clock.offset_ms + by))
            self._ask(SetClockOut(row.number, replace(clock, offset_ms=offset_ms)))
        elif row.name in self.midi.routes and row.kind is Kind.ROUTE:
            route = self.midi.routes[row.name]
            self._ask(SetRoute(row.name, replace(route, channel=min(16, max(1, route.channel + by)))))

    def action_note(self, by: int) -> None:
        """The note that a track plays elsewhere."""
        row = self.row
        if row.kind is Kind.ROUTE and row.name in self.midi.routes:
            route = self.midi.routes[row.name]
            self._ask(SetRoute(row.name, replace(route, note=min(127, max(0, route.note + by)))))

    def action_clock(self) -> None:
        """An output's clock on or off."""
        if self.row.kind is Kind.OUTPUT:
            clock = self.midi.clocks[self.row.number - 1]
            self._ask(SetClockOut(self.row.number, replace(clock, on=not clock.on)))

    def action_runs(self) -> None:
        """Whether an output's clock runs while the song rests."""
        if self.row.kind is Kind.OUTPUT:
            clock = self.midi.clocks[self.row.number - 1]
            self._ask(SetClockOut(self.row.number, replace(clock, runs_stopped=not clock.runs_stopped)))

    def action_position(self) -> None:
        """Obey an input's Song Position, or ignore it."""
        if self.row.kind is Kind.INPUT:
            obeyed = self.midi.song_position[self.row.number - 1]
            self._ask(SetSongPosition(self.row.number, not obeyed))

    def action_hear(self) -> None:
        """Whether a track that plays elsewhere sounds here as well."""
        row = self.row
        if row.kind is Kind.ROUTE and row.name in self.midi.routes:
            route = self.midi.routes[row.name]
            self._ask(SetRoute(row.name, replace(route, sounds=not route.sounds)))

    def action_write(self) -> None:
        """Write pads that are struck into the pattern, or no longer."""
        self._ask_desk(WriteSteps(not self.snapshot.status.midi.writes_steps))

    @on(OptionList.OptionHighlighted)
    def _say_keys(self) -> None:
        self.hint.say(hint(self.row.kind, self.keys, self.glyphs))

    @on(OptionList.OptionSelected)
    def _change(self) -> None:
        row = self.row
        match row.kind:
            case Kind.SOURCE:
                self._ask(SetClockSource(next_source(self.midi.source)))
            case Kind.WRITING:
                self.action_write()
            case Kind.INPUT | Kind.OUTPUT:
                desk = self.snapshot.status.midi
                names = desk.sources if row.kind is Kind.INPUT else desk.destinations
                words = f"{'Input' if row.kind is Kind.INPUT else 'Output'} {row.number}"
                self.app.push_screen(PortScreen(words, names), lambda name: self._join(row, name))
            case Kind.ROUTE:
                self._ask(SetRoute(row.name, self._next_route(row.name)))
            case Kind.CONTROL | Kind.NOTES:
                target = row.name if row.kind is Kind.CONTROL else PAD + row.name
                self._ask_desk(Learn(None if self.snapshot.status.midi.learning == target else target))

    def _next_route(self, track: str) -> Route | None:
        """Output 1, then 2 to 4, then none; a new one plays the track's General MIDI note."""
        route = self.midi.routes.get(track)
        if route is None:
            return Route(1, note=gm_note(track))
        return replace(route, output=route.output + 1) if route.output < MIDI_OUTPUTS else None

    def _join(self, row: Row, name: str | None) -> None:
        if name is not None:
            direction = Direction.IN if row.kind is Kind.INPUT else Direction.OUT
            self._ask_desk(ConnectMidi(direction, row.number, name or None))

    def _ask(self, command: Command) -> None:
        """Ask, and show it as done: keys come faster than snapshots."""
        self._asked_s = time.monotonic()
        self.midi = apply(command, replace(self.snapshot.status.machine, midi=self.midi), 0).midi
        self.post_message(Asked(command))
        self.show(self.snapshot)

    def _ask_desk(self, request: MidiRequest) -> None:
        self.post_message(Asked(request))

    def _fill(self) -> None:
        """The whole list: it was empty, or a track has come or gone."""
        place = self.list.highlighted
        self.list.clear_options()
        self.list.add_options([_option(line) for line in self.lines])
        if place is not None:
            self.list.highlighted = min(place, len(self.lines) - 1)


def next_source(source: ClockSource) -> ClockSource:
    """The one after it."""
    order = list(ClockSource)
    return order[(order.index(source) + 1) % len(order)]


def _name(line: Row | Kind) -> tuple[str, int, str]:
    return (line.value, -1, "") if isinstance(line, Kind) else (line.kind.value, line.number, line.name)


def _option(line: Row | Kind) -> Option:
    return Option(Text(line.value, "bold"), disabled=True) if isinstance(line, Kind) else Option(Text(f"  {line.text}"))
