"""The loop strip: the recording above its own steps, its hits by drum, and how far its decomposition has come."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.reactive import reactive
from textual.widget import Widget

from engine.core.loop import PlayedLoop
from engine.core.snapshot import Heard, Job, Status
from tui.glyphs import Glyphs
from tui.widgets.onsets import OnsetRows
from tui.widgets.styles import part_styles
from tui.widgets.wave import Wave

STAGES = ("slices", "pattern", "stems", "kit")
ROOMY, SPACIOUS = 70, 110
ROUGH_BELOW = 0.6


class LoopStrip(Vertical):
    """A title line (name, length, match, progress), the wave and its hits."""

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(id="loop")
        self.title_line = LoopTitle(glyphs)
        self.wave, self.onsets = Wave(glyphs), OnsetRows()

    def compose(self) -> ComposeResult:
        """Title over waveform over hits."""
        yield self.title_line
        yield self.wave
        yield self.onsets

    def show(self, status: Status) -> None:
        """Show the loop that plays and the job that runs."""
        machine, title = status.machine, self.title_line
        title.loop, title.job, title.heard = machine.loop, status.job, status.heard
        title.has_kit = bool(machine.kit.one_shots)
        self.wave.loop = machine.loop
        residual = None if machine.loop is None else machine.loop.residual
        self.wave.residual = status.pictures.get(residual, b"") if residual else b""
        heard = machine.pattern if status.heard is None else status.heard.pattern
        fits = machine.loop is not None and heard.beats == machine.loop.beats
        self.onsets.pattern = heard if fits else None


class LoopTitle(Widget):
    """`amen.flac  8 beats  match 94%` on the left; on the right what is still coming, or missing."""

    loop: reactive[PlayedLoop | None] = reactive(None)
    job: reactive[Job | None] = reactive(None)
    heard: reactive[Heard | None] = reactive(None)
    has_kit: reactive[bool] = reactive(False)

    COMPONENT_CLASSES: ClassVar[set[str]] = {"title--name", "title--quiet", "title--now", "title--done"}

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(id="loop-title")
        self.glyphs = glyphs

    def render(self) -> Text:
        """Name on the left, what is missing on the right."""
        name, quiet = part_styles(self, "title--name", "title--quiet")
        if self.loop is None and self.job is None:
            words = " No loop yet: press r to record one, ctrl+o to open a file."
            return Text(words, quiet, no_wrap=True, overflow="ellipsis")
        right = self._right()
        left = Text(" ", no_wrap=True)
        left.append(self.loop.name if self.loop else self.job.loop_name if self.job else "", name)
        facts = self._facts()
        room = self.size.width - right.cell_len - facts.cell_len - 2
        left.truncate(max(0, room), overflow="ellipsis")
        left += facts
        return left + Text(" " * max(1, self.size.width - 1 - left.cell_len - right.cell_len)) + right

    def _facts(self) -> Text:
        """Length and match."""
        quiet, done, now = part_styles(self, "title--quiet", "title--done", "title--now")
        text = Text(no_wrap=True)
        if self.loop is not None and self.size.width >= ROOMY:
            text.append(f"  {self.loop.beats:g} beats", quiet)
        if self.loop is not None and self.heard is not None and self.heard.match is not None:
            rough = self.heard.match < ROUGH_BELOW
            words = f"  match {self.heard.match:.0%}"
            text.append(f"{words}, rough" if rough else words, now if rough else done)
        return text

    def _right(self) -> Text:
        """What is coming, stage by stage where there is room; or what to press for what is missing."""
        quiet, now, done = part_styles(self, "title--quiet", "title--now", "title--done")
        job = self.job
        if job is None or not job.running:
            return Text("" if self.has_kit else "no kit: press d ", now)
        text = Text(no_wrap=True)
        reached = STAGES.index(job.stage) if job.stage in STAGES else 0
        for number, stage in enumerate(STAGES if self.size.width >= SPACIOUS else ()):
            mark, look = ((self.glyphs.done, done) if number < reached else
                          (self.glyphs.chosen, now) if number == reached else (self.glyphs.todo, quiet))
            text.append(f"{mark} {stage}  ", look)
        text.append(f"{'new ' if self.has_kit and reached == 0 else ''}kit coming, {job.fraction:.0%} ", now)
        if self.size.width >= ROOMY:
            lit = round(job.fraction * 10)
            text.append(self.glyphs.bar * lit, now).append(self.glyphs.rest * (10 - lit), quiet).append(" ")
        return text
