"""One track of the grid: its name and switches, then its steps, with cursor and playhead."""

from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.events import Click
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from engine.core.pattern import Track
from tui.geometry import FULL_LABEL, GridView
from tui.glyphs import Glyphs
from tui.widgets.styles import part_styles

NAME_COLUMNS = range(9)
MUTE_COLUMNS = range(9, 11)
SOLO_COLUMNS = range(11, 13)
STYLES = ("name", "chosen", "switch", "on", "pending", "strong", "medium", "ghost", "uncertain", "silent", "beat",
          "bracket", "playing", "mute", "marked")


@dataclass(frozen=True, slots=True)
class Switches:
    """A track's mute and solo, which of them are pending, whether the track is audible, and whether its one-shot is
    locked."""

    muted: bool = False
    soloed: bool = False
    mute_pending: bool = False
    solo_pending: bool = False
    audible: bool = True
    locked: bool = False


class Lane(Widget):
    """Track number `number` (from 1). `cursor` and `playing` are step indices or None; `marked` are step indices."""

    track: reactive[Track | None] = reactive(None)
    switches: reactive[Switches] = reactive(Switches())
    view: reactive[GridView] = reactive(GridView())
    cursor: reactive[int | None] = reactive(None)
    playing: reactive[int | None] = reactive(None)
    marked: reactive[range] = reactive(range(0))

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"lane--{name}" for name in STYLES} | {"lane--shade"}

    class StepPressed(Message):
        """A step of lane `number` was clicked."""

        def __init__(self, number: int, index: int) -> None:
            super().__init__()
            self.number, self.index = number, index

    class LabelPressed(Message):
        """The `name`, the `mute` or the `solo` of lane `number` was clicked."""

        def __init__(self, number: int, part: str) -> None:
            super().__init__()
            self.number, self.part = number, part

    def __init__(self, number: int, glyphs: Glyphs) -> None:
        super().__init__(id=f"lane-{number}")
        self.number = number
        self.glyphs = glyphs

    def render_line(self, y: int) -> Strip:
        """The middle line holds the steps; the lines around it continue the beats."""
        width = self.size.width
        if self.track is None:
            return Strip.blank(width, self.rich_style)
        style = dict(zip(STYLES, part_styles(self, *(f"lane--{name}" for name in STYLES)), strict=True))
        middle = (self.size.height - 1) // 2
        if y == middle:
            label = [(letter, look) for text, look in self._label(style) for letter in text]
            cells = label + self._steps(self.track, style)
        else:
            cells = [(" ", Style())] * self.view.label_columns + self._beats(self.track, style)
        self._draw_marked(cells, self.track, style)
        self._draw_playhead(cells, self.track, style)
        if y == middle:
            self._draw_cursor(cells, self.track, style)
        ground = self.rich_style
        strip = Strip([Segment(text, ground + look) for text, look in cells])
        return strip.adjust_cell_length(width, ground)

    def on_click(self, event: Click) -> None:
        """Say which step, or which part of the label, was clicked."""
        if self.track is None:
            return
        if event.x >= self.view.label_columns:
            index = self.view.index(event.x - self.view.label_columns, self.track.steps_per_beat)
            if index < len(self.track.steps):
                self.post_message(self.StepPressed(self.number, index))
        elif self.view.label_columns < FULL_LABEL or event.x in NAME_COLUMNS:
            self.post_message(self.LabelPressed(self.number, "name"))
        elif event.x in MUTE_COLUMNS or event.x in SOLO_COLUMNS:
            self.post_message(self.LabelPressed(self.number, "mute" if event.x in MUTE_COLUMNS else "solo"))

    def _label(self, style: dict[str, Style]) -> list[tuple[str, Style]]:
        assert self.track is not None
        chosen = self.cursor is not None
        now = self.switches
        name = style["chosen" if chosen else "name" if now.audible else "mute"]
        if self.view.label_columns < FULL_LABEL:
            letter = "M" if now.muted else "S" if now.soloed else " "
            return [(str(self.number), style["switch"]), (f"{self.track.name[:5]:<5}", name),
                    (letter, style["on"] if letter != " " else Style()), (" ", Style())]
        crop = self.track.name if len(self.track.name) <= 6 else self.track.name[:5] + self.glyphs.cut
        return [(self.glyphs.chosen if chosen else " ", style["chosen"]),
                (f"{self.number} ", style["switch"]), (f"{crop:<6}", name),
                *self._switch("m", now.muted, now.mute_pending, style),
                *self._switch("s", now.soloed, now.solo_pending, style),
                ("L" if now.locked else " ", style["on"] if now.locked else Style()), (" ", Style())]

    def _switch(self, letter: str, on: bool, pending: bool, style: dict[str, Style]) -> list[tuple[str, Style]]:
        mark = self.glyphs.pending if pending else " "
        return [(mark, style["pending"]), (letter.upper() if on else letter, style["on" if on else "switch"])]

    def _beats(self, track: Track, style: dict[str, Style]) -> list[tuple[str, Style]]:
        """The empty grid: a line on each beat of the track, every other beat on a shaded ground."""
        shade, = part_styles(self, "lane--shade")
        per_beat = self.view.columns_per_beat
        end = len(track.steps) * per_beat // track.steps_per_beat - self.view.first_beat * per_beat
        cells = []
        for column in range(self.view.columns):
            ground = shade if column // per_beat % 2 else Style()
            line = column % per_beat == 0 and column < end
            cells.append((self.glyphs.beat if line else " ", ground + style["beat"]))
        return cells

    def _steps(self, track: Track, style: dict[str, Style]) -> list[tuple[str, Style]]:
        cells = self._beats(track, style)
        columns = [self.view.column(index, track.steps_per_beat) for index in range(len(track.steps))]
        for index, column in enumerate(columns):
            if column is None:
                continue
            following = self.view.column(index + 1, track.steps_per_beat) or self.view.columns
            self._draw_step(cells, index, column, following - column, style)
        return cells

    def _draw_step(self, cells: list[tuple[str, Style]], index: int, column: int, width: int,
                   style: dict[str, Style]) -> None:
        assert self.track is not None
        step = self.track.steps[index]
        ground = cells[column][1]
        if step is None:
            on_beat = index % self.track.steps_per_beat == 0
            cells[column] = (self.glyphs.beat if on_beat else self.glyphs.silent,
                             ground + style["beat" if on_beat else "silent"])
        else:
            glyph, mark = self.glyphs.of_step(step), self.glyphs.mark_of(step)
            names = {self.glyphs.strong: "strong", self.glyphs.medium: "medium", self.glyphs.ghost: "ghost"}
            look = style[names[glyph] if self.switches.audible else "mute"]
            uncertain = mark == self.glyphs.uncertain
            cells[column] = (mark if uncertain and width < 2 else glyph, ground + look)
            if uncertain and width > 1:
                cells[column + 1] = (mark, ground + style["uncertain"])

    def _draw_marked(self, cells: list[tuple[str, Style]], track: Track, style: dict[str, Style]) -> None:
        """Another background under the marked steps, up to where the next one begins."""
        per_beat, first = self.view.columns_per_beat, self.view.first_beat * self.view.columns_per_beat
        start = self.marked.start * per_beat // track.steps_per_beat - first
        end = self.marked.stop * per_beat // track.steps_per_beat - first
        for at in range(max(0, start), min(end, self.view.columns)):
            glyph, look = cells[self.view.label_columns + at]
            cells[self.view.label_columns + at] = glyph, look + style["marked"]

    def _draw_playhead(self, cells: list[tuple[str, Style]], track: Track, style: dict[str, Style]) -> None:
        """The cell that sounds, on every line of the lane."""
        column = None if self.playing is None else self.view.column(self.playing, track.steps_per_beat)
        if column is None:
            return
        width = max(1, self.view.columns_per_beat // track.steps_per_beat)
        start = self.view.label_columns + column
        for at in range(start, min(start + min(width, 3), len(cells))):
            cells[at] = (cells[at][0], style["playing"])

    def _draw_cursor(self, cells: list[tuple[str, Style]], track: Track, style: dict[str, Style]) -> None:
        """Brackets around the step, or reversed where there is no room for them."""
        column = None if self.cursor is None else self.view.column(self.cursor, track.steps_per_beat)
        if column is None:
            return
        at = self.view.label_columns + column
        glyph, look = cells[at]
        if self.view.columns_per_beat < 2 * track.steps_per_beat:
            cells[at] = (glyph, look + Style(reverse=True))
            return
        cells[at - 1] = ("[", cells[at - 1][1] + style["bracket"])
        cells[at + 1] = ("]", cells[at + 1][1] + style["bracket"])
