"""How a batch goes, on stderr: a bar on a terminal, otherwise a line for each file; at the end what has failed."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

from models.batch.jobs import Outcome

PACE_EVERY_S = 60.0


@dataclass(slots=True)
class Tally:
    """What has been done: all files to do, the kits made, and the failures, by file. began_s: when work began."""

    total: int
    made: int = 0
    failures: list[tuple[Path, str]] = field(default_factory=list)
    began_s: float = field(default_factory=time.monotonic)

    @property
    def ended(self) -> int:
        """How many files are over."""
        return self.made + len(self.failures)

    def add(self, outcome: Outcome) -> None:
        """One more is over."""
        if outcome.folder is None:
            self.failures.append((outcome.job.file, outcome.words))
        else:
            self.made += 1

    def pace(self, now_s: float) -> str:
        """Files a minute and the time that is left, in words; empty before there is a pace."""
        spent_s = now_s - self.began_s
        if not self.ended or spent_s <= 0.0:
            return ""
        left_s = spent_s / self.ended * (self.total - self.ended)
        return f"{60.0 * self.ended / spent_s:.1f} files a minute, {lasting(left_s)} left"


def lasting(seconds: float) -> str:
    """A time span, as exact as anybody wants to know it."""
    minutes = round(seconds / 60.0)
    if seconds < 90.0:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"


def said_of(outcome: Outcome) -> str:
    """One file's end, on one line."""
    name = printable(outcome.job.file)
    return f"{name}: {outcome.words}" + (f", in {printable(outcome.folder)}" if outcome.folder is not None else "")


def printable(path: Path) -> str:
    """A path that every terminal takes, whatever bytes its name has."""
    return "".join(letter if letter.isprintable() else "?" for letter in str(path))


class Progress(Protocol):
    """Shows how far the work has come."""

    def show(self, outcome: Outcome, tally: Tally) -> None:
        """One more file is over; `tally` counts it already."""


@contextmanager
def shown(tally: Tally, stream: IO[str] | None = None) -> Iterator[Progress]:
    """Show progress until the block ends."""
    stream = stream or sys.stderr
    if _is_terminal(stream):
        with _bar(tally, stream) as bar:
            yield bar
    else:
        yield _Lines(stream)


@contextmanager
def shown_stages(name: str, stream: IO[str] | None = None) -> Iterator[Callable[[str, float], None]]:
    """A function to call with each stage of one file, and the share that is done: a bar on a terminal until the block
    ends, otherwise a line for each stage."""
    stream = stream or sys.stderr
    if not _is_terminal(stream):
        said: list[str] = []

        def say(stage: str, _: float) -> None:
            if stage not in said:
                said.append(stage)
                print(f"{name}: {stage}", file=stream, flush=True)

        yield say
        return
    from rich import progress as rich
    from rich.console import Console

    columns = (rich.TextColumn("{task.fields[file]}", markup=False), rich.BarColumn(), rich.TaskProgressColumn(),
               rich.TextColumn("{task.description}"))
    with rich.Progress(*columns, console=Console(file=stream), transient=True, redirect_stdout=False,
                       redirect_stderr=False) as bars:
        task = bars.add_task("starting", total=1.0, file=name)
        yield lambda stage, share: bars.update(task, completed=share, description=stage)


def _is_terminal(stream: IO[str]) -> bool:
    return stream.isatty() and os.environ.get("TERM") != "dumb"


@dataclass(slots=True)
class _Lines:
    """Progress for a pipe or a log."""

    stream: IO[str]
    said_s: float = field(default_factory=time.monotonic)

    def show(self, outcome: Outcome, tally: Tally) -> None:
        now_s = time.monotonic()
        print(f"{tally.ended} of {tally.total}: {said_of(outcome)}", file=self.stream, flush=True)
        if now_s - self.said_s > PACE_EVERY_S and tally.ended < tally.total:
            self.said_s = now_s
            print(f"tao: {tally.pace(now_s)}, {len(tally.failures)} failed", file=self.stream, flush=True)


@contextmanager
def _bar(tally: Tally, stream: IO[str]) -> Iterator[Progress]:
    from rich import progress as rich  # a third of a second, which other verbs need not wait
    from rich.console import Console

    columns = (rich.BarColumn(), rich.MofNCompleteColumn(), rich.TextColumn("{task.description}"))
    console = Console(file=stream)
    with rich.Progress(*columns, console=console, redirect_stdout=False, redirect_stderr=False) as bars:
        task = bars.add_task("starting", total=tally.total)

        class Bar:
            """A bar below the failures."""

            def show(self, outcome: Outcome, tally: Tally) -> None:
                failed = f", {len(tally.failures)} failed" if tally.failures else ""
                bars.update(task, completed=tally.ended, description=tally.pace(time.monotonic()) + failed)
                if outcome.folder is None:
                    console.print(said_of(outcome), markup=False, highlight=False, soft_wrap=True)

        yield Bar()
