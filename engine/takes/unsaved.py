"""Takes that the disk had no room for: kept in memory, and saved as soon as it has."""

import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor

from engine.library.audio_files import write_wav
from engine.library.files import adding, free_path, replacing
from engine.library.kits.lineage import Lineage, write_lineage
from engine.live.notices import Notices
from engine.takes.recorder import Finished

MAX_KEPT_BYTES = 512 << 20


def lineage_problem(finished: Finished, sample_rate: int) -> list[str]:
    """Write down what a take was made from; a sentence if that fails."""
    take = finished.take
    try:
        write_lineage(finished.path, Lineage(take.source, take.made_from, take.beats, sample_rate))
    except OSError as error:
        return [f"{finished.path.name} is saved, but not what it was made from: {error.strerror}."]
    return []


class UnsavedTakes:
    """The control thread alone calls it; a thread of its own writes."""

    def __init__(self, sample_rate: int, notices: Notices) -> None:
        self._sample_rate, self._notices = sample_rate, notices
        self._takes: deque[Finished] = deque()
        self._writer: ThreadPoolExecutor | None = None
        self._writing: Future[str] | None = None

    def add(self, finished: Finished) -> None:
        """Keep a take that could not be saved."""
        self._takes.append(finished)
        while sum(take.audio.nbytes for take in self._takes) > MAX_KEPT_BYTES and len(self._takes) > 1:
            lost = self._takes.popleft()
            self._notices.warn(f"{lost.path.name} could not be saved: the disk has been full for too long.")

    def step(self) -> None:
        """Try to save the oldest one, if there is room; say when it is saved."""
        if self._writing is not None:
            if self._writing.done():
                self._take_in(self._writing)
                self._writing = None
        elif self._takes and _has_room(self._takes[0]):
            self._writer = self._writer or ThreadPoolExecutor(1, "takes")
            self._writing = self._writer.submit(self._save, self._takes[0])

    def _take_in(self, written: "Future[str]") -> None:
        if written.exception() is None:
            self._takes.popleft()
            self._notices.say(f"There is room on the disk again: {written.result()} is saved.")

    def _save(self, finished: Finished) -> str:
        """Write the whole take, in the place of the part that is there; the file's name. Raises OSError."""
        path = finished.path
        if not finished.begun:
            path = free_path(path.parent, path.stem, path.suffix)
        with (replacing if finished.begun else adding)(path) as part:
            write_wav(part, finished.audio, self._sample_rate)
        if finished.take.made_from:
            take = finished.take
            write_lineage(path, Lineage(take.source, take.made_from, take.beats, self._sample_rate))
        return path.name


def _has_room(finished: Finished) -> bool:
    try:
        found = os.statvfs(finished.path.parent)
    except OSError:
        return False
    return found.f_bavail * found.f_frsize > finished.audio.nbytes
