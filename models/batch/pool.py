"""Processes of this computer that share the files of a batch. A file that kills its process costs itself alone."""

import select
from collections import deque
from collections.abc import Iterable, Iterator
from types import TracebackType

from engine.core.errors import TaoError
from models.batch.child import Child
from models.batch.jobs import Failed, Finished, FromChild, Job, Outcome, Ready, Unfit
from models.batch.settings import Settings
from models.batch.stall import STALL_S

TICK_S = 0.2
MOST_FALSE_STARTS = 3  # processes in a row that end before they have loaded their tools


class Pool:
    """At most `size` processes. One that dies is replaced; its file is tried once more when all others are done, alone,
    for they may have taken the memory that it needs. A file with which a process makes no progress is given up.

    Use it as a context: whatever runs ends with it, at once, and leaves only whole folders. Not thread-safe.
    """

    def __init__(self, settings: Settings, size: int, stall_s: float = STALL_S) -> None:
        self._settings, self._size, self._stall_s = settings, size, stall_s
        self._children: list[Child] = []
        self._waiting: deque[Job] = deque()
        self._suspects: deque[Job] = deque()  # their process died
        self._tried: set[int] = set()
        self._false_starts = 0

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        while self._children:
            self._children.pop().end()

    def outcomes(self, jobs: Iterable[Job]) -> Iterator[Outcome]:
        """Do the jobs; the outcome of each, in the order in which they end. Raises TaoError when none can be done."""
        self._waiting.extend(jobs)
        self._tried.clear()
        while self._waiting or self._suspects or self._running:
            self._hand_out()
            select.select(self._children, [], [], TICK_S)
            for child in list(self._children):
                yield from self._heard(child)

    @property
    def _running(self) -> int:
        """How many jobs run."""
        return sum(child.job is not None for child in self._children)

    def _hand_out(self) -> None:
        """Give every idle process a job; a suspect only when nothing else runs."""
        wanted = min(self._size, len(self._waiting) + self._running) or 1
        while len(self._children) < wanted:
            self._children.append(Child(self._settings, self._stall_s))
        for child in self._children:
            if child.idle and self._waiting:
                child.begin(self._waiting.popleft())
            elif child.idle and self._suspects and not self._running:
                child.begin(self._suspects.popleft())

    def _heard(self, child: Child) -> Iterator[Outcome]:
        """What a process has said, or what has become of it."""
        messages = child.messages()
        for message in messages or ():
            yield from self._taken(child, message)
        if messages is None:
            yield from self._died(child)
        elif child.has_stalled:
            yield from self._stalled(child)

    def _taken(self, child: Child, message: FromChild) -> Iterator[Outcome]:
        match message:
            case Unfit():
                error = TaoError(message.sentence)
                error.exit_code = message.exit_code
                raise error
            case Ready():
                self._false_starts = 0
            case Finished():
                yield Outcome(child.finish(), message.path, message.words)
            case Failed():
                yield Outcome(child.finish(), None, message.sentence)

    def _died(self, child: Child) -> Iterator[Outcome]:
        how, job = self._removed(child)
        if job is None:
            self._false_started(how)
        elif job.number in self._tried:
            yield Outcome(job, None, f"The process that decomposes it died, twice: it {how}. If memory is short, close "
                                     "other programs; else leave this file out.")
        else:
            self._tried.add(job.number)
            self._suspects.append(job)

    def _stalled(self, child: Child) -> Iterator[Outcome]:
        _, job = self._removed(child)
        if job is None:
            self._false_started("made no progress")
        else:
            yield Outcome(job, None, f"The process that decomposes it made no progress for {self._stall_s:g} s and was "
                                     "stopped. Try it again, or leave this file out.")

    def _removed(self, child: Child) -> tuple[str, Job | None]:
        self._children.remove(child)
        how = child.end()
        return how, child.job

    def _false_started(self, how: str) -> None:
        self._false_starts += 1
        if self._false_starts >= MOST_FALSE_STARTS:
            raise TaoError(f"The processes that decompose cannot be started: each {how}. Decompose one file alone to "
                           "see why.")
