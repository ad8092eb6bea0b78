"""How a training run tells of itself: a bar where someone looks on, lines where they go into a file."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

_LINE_STEPS = 10


@dataclass(frozen=True, slots=True)
class Moved:
    """Where a run is. steps: 0 while it is not known how many there will be."""

    step: int
    steps: int
    loss: float
    spent_s: float


class Teller(Protocol):
    """Who is told."""

    def line(self, text: str) -> None:
        """Something to keep: a validation, a checkpoint."""

    def moved(self, where: Moved) -> None:
        """One more step is done."""


class Lines:
    """Every tenth step is a line."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def line(self, text: str) -> None:
        """Print it."""
        print(text, file=self._out, flush=True)

    def moved(self, where: Moved) -> None:
        """Print where the run is, now and then."""
        if where.step % _LINE_STEPS == 0 or where.step == where.steps:
            self.line(f"step {where.step}/{where.steps or '?'}  loss {where.loss:.4f}  {where.spent_s / 60:.1f} min")


class Bar:
    """A bar that moves, and above it what is to be kept."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("training", total=None, loss="")

    def line(self, text: str) -> None:
        """Print it above the bar."""
        self._progress.console.print(text, highlight=False, markup=False)

    def moved(self, where: Moved) -> None:
        """Move the bar."""
        self._progress.update(self._task, completed=where.step, total=where.steps or None,
                              loss=f"loss {where.loss:.4f}")


@contextmanager
def telling(out: TextIO = sys.stderr, columns: int | None = None) -> Iterator[Teller]:
    """A bar on a terminal, lines elsewhere. columns: the terminal's width, its own when None."""
    if not out.isatty():
        yield Lines(out)
        return
    shown = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[loss]}"),
             TimeRemainingColumn())
    with Progress(*shown, console=Console(file=out, width=columns)) as progress:
        yield Bar(progress)


class Silent:
    """Tells nobody: the processes beside the first one."""

    def line(self, text: str) -> None:
        """Nothing."""

    def moved(self, where: Moved) -> None:
        """Nothing."""
