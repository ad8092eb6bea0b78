"""The step grid: a ruler and one lane per track, all on the same page of the pattern."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.reactive import reactive
from textual.widget import Widget

from engine.core.commands.steps import StepRange
from engine.core.machine import Machine
from engine.core.pattern import MAX_TRACKS, Pattern, Track
from engine.core.snapshot import Heard, Snapshot, Status
from engine.core.timeline import PPQN
from tui.geometry import FULL_LABEL, GridView
from tui.glyphs import Glyphs
from tui.pending_edits import Setting
from tui.step_values import Values
from tui.widgets.lane import Lane
from tui.widgets.lane_label import Switches
from tui.widgets.sounds import sound_of
from tui.widgets.styles import part_styles


class Ruler(Widget):
    """Bars and beats above the grid, and the beat that plays."""

    view: reactive[GridView] = reactive(GridView())
    bar_ticks: reactive[int] = reactive(4 * PPQN)
    pulse_ticks: reactive[int] = reactive(PPQN)
    total_ticks: reactive[int] = reactive(8 * PPQN)
    playing_column: reactive[int | None] = reactive(None)
    slots: reactive[str] = reactive("")
    values: reactive[str] = reactive("")
    swing: reactive[float] = reactive(0.5)

    COMPONENT_CLASSES: ClassVar[set[str]] = {"ruler--bar", "ruler--beat", "ruler--playhead"}

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(id="ruler")
        self.glyphs = glyphs

    def render(self) -> Text:
        """`1.1   1.2   1.3 ...`, downbeats in bold; a mark where the playhead is."""
        view = self.view
        bar_look, beat_look, head = part_styles(self, "ruler--bar", "ruler--beat", "ruler--playhead")
        text = Text(self._page(), beat_look, no_wrap=True)
        columns = [" "] * view.columns
        bold = []
        for bar, nth, column in self._beats():
            label = f"{bar}.{nth}"[: self.pulse_ticks * view.columns_per_beat // PPQN]
            columns[column : column + len(label)] = label
            if nth == 1:
                bold.append((column, column + len(label)))
        line = Text("".join(columns)[: view.columns], beat_look)
        for start, end in bold:
            line.stylize(bar_look, start, end)
        text.append_text(line)
        if self.playing_column is None:
            return text
        at = view.label_columns + self.playing_column
        under = text.plain[at : at + 1]
        look = head if under.isspace() else head + Style(reverse=True)
        mark = Text(self.glyphs.playhead if under.isspace() else under, look)
        return Text("", no_wrap=True) + text[:at] + mark + text[at + 1 :]

    def _beats(self) -> list[tuple[int, int, int]]:
        """(bar, beat, column) of each counted beat on this page, bars and beats from 1."""
        view, found = self.view, []
        first, end = view.first_beat * PPQN, (view.first_beat + view.beats) * PPQN
        for bar in range(first // self.bar_ticks, -(-end // self.bar_ticks)):
            for nth, ticks in enumerate(range(0, self.bar_ticks, self.pulse_ticks), 1):
                at = bar * self.bar_ticks + ticks - first
                if 0 <= at < end - first:
                    found.append((bar + 1, nth, at * view.columns_per_beat // PPQN))
        return found

    def _page(self) -> str:
        """The pattern and the next one, and the values; which bars these are, where not all are shown; the swing."""
        first = self.view.first_beat * PPQN // self.bar_ticks + 1
        swing = "" if self.swing <= 0.5 else f" swing {self.swing:.0%}"
        all_shown = self.view.beats * PPQN >= self.total_ticks
        page = f"{first}/{-(-self.total_ticks // self.bar_ticks)}"
        bars = "" if all_shown else f" bar {page}" if self.view.label_columns >= FULL_LABEL else f" {page}"
        words = bars if self.view.label_columns < FULL_LABEL and bars else f"{bars} {self.slots} {self.values}".rstrip()
        if len(words) + len(swing) <= self.view.label_columns:
            words += swing
        return words[: self.view.label_columns].ljust(self.view.label_columns)


class StepGrid(Vertical):
    """Shows a machine. Step indices come from the snapshot, columns from the view; the grid only combines them."""

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(id="grid")
        self.glyphs = glyphs
        self.ruler = Ruler(glyphs)
        self.lanes = [Lane(number, glyphs) for number in range(1, MAX_TRACKS + 1)]

    def compose(self) -> ComposeResult:
        """The ruler, then a lane for every track that a pattern may have; those without a track are hidden."""
        yield self.ruler
        yield from self.lanes

    def show_machine(self, status: Status, pending: Mapping[Setting, Any]) -> None:
        """Show tracks and switches; `pending`: what has been asked for but has not happened yet."""
        machine, heard = status.machine, status.heard
        pattern = machine.pattern
        self.ruler.slots = self._slots(machine, pending)
        for lane, track in zip(self.lanes, _padded(pattern), strict=True):
            lane.display = track is not None
            lane.track = track
            if track is not None:
                name = track.name
                lane.heard, lane.swing = heard_track(heard, pattern, name), pattern.swing
                lane.sound = sound_of(status, name)
                lane.switches = Switches(name in machine.mutes, name in machine.solos,
                                         Setting("mute", name) in pending, Setting("solo", name) in pending,
                                         machine.audible(name), name in machine.locks)
        self.ruler.bar_ticks, self.ruler.pulse_ticks = pattern.bar_ticks, pattern.pulse_ticks
        self.ruler.total_ticks = pattern.ticks
        self.ruler.swing = pattern.swing

    def show_values(self, values: Values) -> None:
        """Show these values."""
        self.ruler.values = "" if values is Values.HITS else values.value
        for lane in self.lanes:
            lane.values = values

    def show_levels(self, peaks: tuple[float, ...], elapsed_s: float) -> None:
        """Show the newest peaks, one per track."""
        for lane in self.lanes:
            lane.show_level(peaks[lane.number - 1] if lane.number <= len(peaks) else 0.0, elapsed_s)

    def _slots(self, machine: Machine, pending: Mapping[Setting, Any]) -> str:
        """`P1▷3 F`: the slot that plays, the next one, a fill."""
        chain, follows = machine.chain, pending.get(Setting("pattern"))
        if follows is None and chain:
            follows = chain[(machine.chain_place + 1) % len(chain)]
        words = f"P{machine.slot + 1}" if follows is None else f"P{machine.slot + 1}{self.glyphs.pending}{follows + 1}"
        return f"{words} F" if pending.get(Setting("fill"), machine.fill_until_ticks) else words

    def show_view(self, view: GridView, cursor_track: int, cursor_step: int) -> None:
        """Turn to a page and put the cursor there."""
        self.ruler.view = view
        for lane in self.lanes:
            lane.view = view
            lane.cursor = cursor_step if lane.number == cursor_track + 1 else None
            if lane.number == cursor_track + 1 and lane.display:
                self.scroll_to_widget(lane, animate=False)

    def show_marked(self, pattern: Pattern, marked: StepRange | None) -> None:
        """Show which steps are marked."""
        for lane, track in zip(self.lanes, _padded(pattern), strict=True):
            on = marked is not None and marked.first_lane < lane.number <= marked.last_lane + 1
            lane.marked = marked.indices(track) if marked is not None and on else range(0)

    def show_playing(self, snapshot: Snapshot) -> None:
        """Move each track's playhead to where the music is."""
        marks = []
        for lane in self.lanes:
            if lane.track is None:
                continue
            lane.playing = snapshot.playing_step(lane.track)
            if lane.playing is not None:
                column = lane.view.column(lane.playing, lane.track.steps_per_beat)
                marks.append((len(lane.track.steps), column))
        self.ruler.playing_column = max(marks, key=lambda mark: mark[0])[1] if marks else None


def heard_track(heard: Heard | None, pattern: Pattern, name: str) -> Track | None:
    """The track as it was heard, if something was, and the pattern is still that of the loop."""
    if heard is None or heard.pattern.beats != pattern.beats:
        return None
    return next((track for track in heard.pattern.tracks if track.name == name), None)


def _padded(pattern: Pattern) -> list:
    return [*pattern.tracks, *(None,) * (MAX_TRACKS - len(pattern.tracks))]
