"""Progress reports of a training run: a progress bar on a terminal, lines elsewhere."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

_LINE_STEPS = 10


@dataclass(frozen=True, slots=True)
class StepReport:
    """The state after a step. steps: the total, 0 until it is known."""

    step: int
    steps: int
    loss: float
    spent_s: float


class Reporter(Protocol):
    """Receives the reports of a run."""

    def line(self, text: str) -> None:
        """A lasting message: a validation, a checkpoint."""

    def step(self, report: StepReport) -> None:
        """One more step is done."""


class Lines:
    """Reports every tenth step as a line."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def line(self, text: str) -> None:
        """Print it."""
        print(text, file=self._out, flush=True)

    def step(self, report: StepReport) -> None:
        """Print every tenth step, and the last."""
        if report.step % _LINE_STEPS == 0 or report.step == report.steps:
            minutes = report.spent_s / 60
            self.line(f"step {report.step}/{report.steps or '?'}  loss {report.loss:.4f}  {minutes:.1f} min")


class Bar:
    """A progress bar, with lasting messages above it."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("training", total=None, loss="")

    def line(self, text: str) -> None:
        """Print it above the bar."""
        self._progress.console.print(text, highlight=False, markup=False)

    def step(self, report: StepReport) -> None:
        """Move the bar."""
        self._progress.update(self._task, completed=report.step, total=report.steps or None,
                              loss=f"loss {report.loss:.4f}")


@contextmanager
def reporting(out: TextIO = sys.stderr, columns: int | None = None) -> Iterator[Reporter]:
    """A reporter: a bar on a terminal, lines elsewhere. columns: the width; None for the terminal's own."""
    if not out.isatty():
        yield Lines(out)
        return
    shown = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[loss]}"),
             TimeRemainingColumn())
    with Progress(*shown, console=Console(file=out, width=columns)) as progress:
        yield Bar(progress)


class Silent:
    """Reports nothing: for all processes but the first."""

    def line(self, text: str) -> None:
        """Do nothing."""

    def step(self, report: StepReport) -> None:
        """Do nothing."""
