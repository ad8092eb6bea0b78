"""The loop strip: the recording above its own steps, and how far its decomposition has come."""

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from engine.core.loop import PlayedLoop
from engine.core.snapshot import Job
from tui.geometry import GridView
from tui.glyphs import Glyphs
from tui.widgets.styles import part_styles

STAGES = ("slices", "pattern", "stems", "kit")
EIGHTHS = 8
ROOMY = 70


class Wave(Widget):
    """Peaks of the loop, in the columns of the grid below."""

    loop: reactive[PlayedLoop | None] = reactive(None)
    view: reactive[GridView] = reactive(GridView())
    playing_column: reactive[int | None] = reactive(None)

    COMPONENT_CLASSES: ClassVar[set[str]] = {"wave--body", "wave--playhead"}

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(id="wave")
        self.glyphs = glyphs

    def show_playing(self, fraction: float | None) -> None:
        """Move the playhead to this share of the loop."""
        column = None
        if fraction is not None and self.loop is not None:
            at = int(fraction * self._loop_columns(self.loop)) - self._first_column()
            column = at if 0 <= at < self.view.columns else None
        self.playing_column = column

    def render_line(self, y: int) -> Strip:
        """One line of the waveform."""
        ground = self.rich_style
        body, head = (ground + look for look in part_styles(self, "wave--body", "wave--playhead"))
        height = self.size.height
        segments = [Segment(" " * self.view.label_columns, ground)]
        for column, peak in enumerate(self._peaks()):
            eighths = max(0, min(EIGHTHS, round(peak * height * EIGHTHS) - (height - 1 - y) * EIGHTHS))
            is_head = column == self.playing_column
            glyph = self.glyphs.wave[eighths - 1] if eighths else self.glyphs.beat if is_head else " "
            style = head if is_head else body
            if eighths == EIGHTHS and self.glyphs.name != "ascii":
                style += Style(bgcolor=style.color)  # no seams between full blocks, whatever the font
            segments.append(Segment(glyph, style))
        return Strip(segments).adjust_cell_length(self.size.width, ground)

    def _peaks(self) -> list[float]:
        loop = self.loop
        if loop is None or not loop.overview:
            return []
        columns, first, peaks = self._loop_columns(loop), self._first_column(), loop.overview
        shown = range(first, min(first + self.view.columns, columns))
        bounds = [column * len(peaks) // columns for column in range(columns + 1)]
        return [max(peaks[bounds[column] : max(bounds[column] + 1, bounds[column + 1])]) for column in shown]

    def _loop_columns(self, loop: PlayedLoop) -> int:
        return loop.beats * self.view.columns_per_beat

    def _first_column(self) -> int:
        return self.view.first_beat * self.view.columns_per_beat


class LoopStrip(Vertical):
    """A title line (name, length, stages, progress) and the wave."""

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(id="loop")
        self.title_line = LoopTitle(glyphs)
        self.wave = Wave(glyphs)

    def compose(self) -> ComposeResult:
        """Title over waveform."""
        yield self.title_line
        yield self.wave

    def show(self, loop: PlayedLoop | None, job: Job | None) -> None:
        """Show the loop that plays and the job that runs."""
        self.title_line.loop, self.title_line.job, self.wave.loop = loop, job, loop


class LoopTitle(Widget):
    """`amen.flac  8 beats` on the left; on the right each stage with a mark for done, running or to come."""

    loop: reactive[PlayedLoop | None] = reactive(None)
    job: reactive[Job | None] = reactive(None)

    COMPONENT_CLASSES: ClassVar[set[str]] = {"title--name", "title--quiet", "title--now", "title--done"}

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(id="loop-title")
        self.glyphs = glyphs

    def render(self) -> Text:
        """Name on the left, job on the right."""
        name, quiet = part_styles(self, "title--name", "title--quiet")
        if self.loop is None and self.job is None:
            words = " No loop yet. r records one, ctrl+o opens a file"
            return Text(words, quiet, no_wrap=True, overflow="ellipsis")
        left = Text(" ", no_wrap=True)
        if self.loop is not None:
            beats = f"  {self.loop.beats} beats" if self.size.width >= ROOMY else ""
            left += Text.assemble((self.loop.name, name), (beats, quiet))
        else:
            left.append(self.job.loop_name if self.job else "", name)
        right = self._job_text()
        room = self.size.width - right.cell_len - 2
        left.truncate(max(0, room), overflow="ellipsis")
        return left + Text(" " * max(1, room + 1 - left.cell_len)) + right

    def _job_text(self) -> Text:
        job = self.job
        if job is None:
            return Text("")
        quiet, now, done = part_styles(self, "title--quiet", "title--now", "title--done")
        text = Text(no_wrap=True)
        reached = STAGES.index(job.stage) if job.stage in STAGES else 0
        for number, stage in enumerate(STAGES if self.size.width >= ROOMY else (job.stage,)):
            if number < reached or not job.running:
                text.append(f"{self.glyphs.done} {stage}  ", done)
            elif stage == job.stage:
                text.append(f"{self.glyphs.chosen} {stage}  ", now)
            else:
                text.append(f"{self.glyphs.todo} {stage}  ", quiet)
        if job.running:
            lit = round(job.fraction * 10)
            text.append(self.glyphs.bar * lit, now).append(self.glyphs.rest * (10 - lit), quiet)
            text.append(f" {job.fraction:4.0%}", now)
        return text
