"""The waveform of the loop in the columns of the grid, and below it what the kit does not explain: the residual."""

from typing import ClassVar

from rich.segment import Segment
from textual.geometry import Region
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from engine.core.loop import PlayedLoop
from engine.core.timeline import PPQN
from tui.braille import rows_of, stretched
from tui.geometry import GridView
from tui.glyphs import Glyphs
from tui.widgets.styles import part_styles

RESIDUAL_FROM = 3  # rows: of fewer, none is left for the residual
SHARE = 4  # of so many rows one shows the residual


class Wave(Widget):
    """Peaks that rise from a line; the residual hangs from it, on the same scale. Both begin on the loop's first bar
    line, like the steps below."""

    loop: reactive[PlayedLoop | None] = reactive(None)
    residual: reactive[bytes] = reactive(b"")
    view: reactive[GridView] = reactive(GridView())
    playing_column: reactive[int | None] = reactive(None, repaint=False)

    COMPONENT_CLASSES: ClassVar[set[str]] = {"wave--body", "wave--residual", "wave--playhead"}

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(id="wave")
        self.glyphs = glyphs
        self._drawn: tuple[object, list[str], int] = (None, [], 0)

    def show_playing(self, fraction: float | None) -> None:
        """Move the playhead to this share of the loop."""
        column = None
        if fraction is not None and self.loop is not None:
            beat = (fraction * self.loop.beats - self._downbeat) % self.loop.beats
            at = int(beat * self.view.columns_per_beat) - self._first_column
            column = at if 0 <= at < self.view.columns else None
        self.playing_column = column

    def watch_playing_column(self, before: int | None, after: int | None) -> None:
        """Redraw the columns that the playhead leaves and enters."""
        for column in (before, after):
            if column is not None:
                self.refresh(Region(self.view.label_columns + column, 0, 1, self.size.height))

    def render_line(self, y: int) -> Strip:
        """One line of the picture."""
        ground = self.rich_style
        body, residual, head = (ground + look for look in
                                part_styles(self, "wave--body", "wave--residual", "wave--playhead"))
        lines, up = self._lines()
        line, look, at = lines[y] if y < len(lines) else "", body if y < up else residual, self.playing_column
        segments = [Segment(self._name_of(y, up).ljust(self.view.label_columns), residual)]
        if at is None or at >= len(line):
            segments.append(Segment(line, look))
        else:
            under = self.glyphs.beat if line[at] == " " else line[at]
            segments += [Segment(line[:at], look), Segment(under, head), Segment(line[at + 1 :], look)]
        return Strip(segments).adjust_cell_length(self.size.width, ground)

    def _name_of(self, y: int, up: int) -> str:
        """What the rows show, beside the first of each."""
        if not self._drawn[1] or self.view.label_columns < 12:
            return ""
        return " recording" if y == 0 else " residual" if y == up else ""

    def _lines(self) -> tuple[list[str], int]:
        """Every line, drawn again only when something but the playhead has changed; and how many rise."""
        rows = self.size.height
        key = self.loop, self.residual, self.view, rows
        if self._drawn[0] != key:
            down = max(1, rows // SHARE) if self.residual and rows >= RESIDUAL_FROM else 0
            lines = [] if self.loop is None else self._draw(self.loop, rows - down, down)
            self._drawn = key, lines, rows - down
        return self._drawn[1], self._drawn[2]

    def _draw(self, loop: PlayedLoop, up: int, down: int) -> list[str]:
        columns = min(self.view.columns, max(0, int(loop.beats * self.view.columns_per_beat) - self._first_column))
        ascii_ = self.glyphs.wave if self.glyphs.name == "ascii" else ""
        count = columns * (1 if ascii_ else 2)
        first = (self.view.first_beat + self._downbeat) / loop.beats
        share = columns / (self.view.columns_per_beat * loop.beats)
        lines = rows_of(stretched(loop.overview, count, first, share), up, ascii_=ascii_)
        if down:
            peaks = stretched([peak / 255 for peak in self.residual], count, first, share)
            lines += rows_of([min(1.0, peak * up / down) for peak in peaks], down, hanging=True, ascii_=ascii_)
        return lines

    @property
    def _downbeat(self) -> float:
        """Where in the loop its first bar line is, in beats."""
        return 0.0 if self.loop is None else self.loop.downbeat_ticks / PPQN

    @property
    def _first_column(self) -> int:
        return self.view.first_beat * self.view.columns_per_beat
