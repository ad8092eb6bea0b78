"""One track of the grid: its name, switches, meter and picture, then its steps, with cursor and playhead."""

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.events import Click
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from engine.core.pattern import Track
from tui.geometry import FULL_LABEL, GridView
from tui.glyphs import Glyphs
from tui.meter_scale import FLOOR_DB, lit_columns, next_level_db
from tui.step_values import Values
from tui.widgets.lane_label import METER_COLUMNS, Label, Sound, Switches, columns_of, label_cells, meter_starts
from tui.widgets.lane_steps import BARS_FROM, Cells, Ground, Steps, step_cells
from tui.widgets.styles import part_styles

STYLES = ("name", "chosen", "switch", "on", "pending", "strong", "medium", "ghost", "uncertain", "silent", "beat",
          "bracket", "playing", "mute", "marked", "mark", "value", "forgotten", "shade", "meter", "over", "rest",
          "picture", "match")


class Lane(Widget):
    """Track number `number` (from 1). `cursor` and `playing` are step indices or None; `marked` are step indices;
    `heard` is the track as the decomposer heard it, if it did."""

    track: reactive[Track | None] = reactive(None)
    heard: reactive[Track | None] = reactive(None)
    swing: reactive[float] = reactive(0.5)
    switches: reactive[Switches] = reactive(Switches())
    sound: reactive[Sound] = reactive(Sound())
    values: reactive[Values] = reactive(Values.HITS)
    view: reactive[GridView] = reactive(GridView())
    cursor: reactive[int | None] = reactive(None)
    playing: reactive[int | None] = reactive(None, repaint=False)
    marked: reactive[range] = reactive(range(0))
    lit: reactive[int] = reactive(0, repaint=False)
    over: reactive[bool] = reactive(False, repaint=False)

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"lane--{name}" for name in STYLES}

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
        self.level_db = FLOOR_DB
        self._styles: dict[str, Style] = {}
        self._drawn: tuple[object, list[Cells], list[Strip]] = (None, [], [])

    def show_level(self, peak: float, elapsed_s: float) -> None:
        """Show the newest peak, linear, `elapsed_s` after the last one."""
        if self.view.wide and self.track is not None:
            self.level_db = next_level_db(self.level_db, peak, elapsed_s)
            self.lit = lit_columns(self.level_db, METER_COLUMNS)
            self.over = peak > 1.0 or (self.over and self.level_db > -3.0)

    def notify_style_update(self) -> None:
        """Look the styles up again: the theme may have changed."""
        self._styles = {}
        super().notify_style_update()

    def watch_lit(self) -> None:
        """Redraw the meter alone."""
        self.refresh(Region(meter_starts(self.view), self.size.height - 1, METER_COLUMNS, 1))

    def watch_over(self) -> None:
        """The same."""
        self.watch_lit()

    def watch_playing(self, before: int | None, after: int | None) -> None:
        """Redraw the cells that the playhead leaves and enters."""
        for index in (before, after):
            if (span := self._span(index)) is not None:
                self.refresh(Region(span[0], 0, span[1], self.size.height))

    def render_line(self, y: int) -> Strip:
        """The label, then a row of the steps; marks above the hits where there is room."""
        width, ground = self.size.width, self.rich_style
        if self.track is None:
            return Strip.blank(width, ground)
        style = self._styles = self._styles or dict(
            zip(STYLES, part_styles(self, *(f"lane--{name}" for name in STYLES)), strict=True))
        label = Label(self.number, self.track, self.switches, self.sound, self.cursor is not None, self.lit, self.over)
        cells = label_cells(label, self.view, self.size.height, y, self.glyphs, style)
        if self._bracket_in_label and (y or self.size.height == 1):
            cells[-1] = "[", style["bracket"]
        steps = self._steps(self.track, style, ground)[y]
        whole = Strip.join([_strip(cells, ground), self._with_playhead(steps, y, style, ground)])
        return whole.adjust_cell_length(width, ground)

    def on_click(self, event: Click) -> None:
        """Say which step, or which part of the label, was clicked."""
        if self.track is None:
            return
        if event.x >= self.view.label_columns:
            index = self.view.index(event.x - self.view.label_columns, self.track.steps_per_beat)
            if index < len(self.track.steps):
                self.post_message(self.StepPressed(self.number, index))
            return
        mute, solo = columns_of(self.view)
        full = self.view.label_columns >= FULL_LABEL
        part = "mute" if full and event.x in mute else "solo" if full and event.x in solo else "name"
        self.post_message(self.LabelPressed(self.number, part))

    def _steps(self, track: Track, style: dict[str, Style], ground: Style) -> list[Strip]:
        """Every row of the steps, drawn again only when something but the playhead has changed."""
        shown = Steps(track, self.heard, self.swing, self.values, self.cursor, self.marked, self.switches.audible)
        key = shown, self.view, self.size.height, ground, tuple(style.values())
        if self._drawn[0] != key:
            rows = step_cells(shown, self.view, Ground(self.size.height, self.glyphs, style))
            self._drawn = key, rows, [_strip(cells, ground) for cells in rows]
        return self._drawn[2]

    def _with_playhead(self, steps: Strip, y: int, style: dict[str, Style], ground: Style) -> Strip:
        """A row with the cells that sound in another colour."""
        span = self._span(self.playing)
        if span is None:
            return steps
        start, columns = span[0] - self.view.label_columns, span[1]
        lit = _strip([(text, style["playing"]) for text, _ in self._drawn[1][y][start : start + columns]], ground)
        return Strip.join([steps.crop(0, start), lit, steps.crop(start + columns)])

    @property
    def _bracket_in_label(self) -> bool:
        """Whether the cursor's opening bracket falls on the label's last column."""
        assert self.track is not None
        roomy = self.view.columns_per_beat >= 2 * self.track.steps_per_beat
        return self.cursor is not None and roomy and self.view.column(self.cursor, self.track.steps_per_beat) == 0

    def _span(self, index: int | None) -> tuple[int, int] | None:
        """The first column of a step, and how many are lit while it sounds."""
        if index is None or self.track is None:
            return None
        column = self.view.column(index, self.track.steps_per_beat)
        if column is None:
            return None
        width = max(1, self.view.columns_per_beat // self.track.steps_per_beat)
        most = width - 1 if self.size.height >= BARS_FROM else 3  # as wide as the bars, if there are any
        return self.view.label_columns + column, min(width, max(1, most), self.view.columns - column)


def _strip(cells: Cells, ground: Style) -> Strip:
    """Cells as few segments: neighbours of one style become one."""
    segments: list[Segment] = []
    letters, look = "", None
    for letter, style in cells:
        if look is not None and style != look:
            segments.append(Segment(letters, ground + look))
            letters = ""
        letters, look = letters + letter, style
    if look is not None:
        segments.append(Segment(letters, ground + look))
    return Strip(segments)
