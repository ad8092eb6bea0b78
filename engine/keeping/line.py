"""Kits that wait for the disk: handed to the kit writer one at a time, and again after it has failed."""

import os
import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from engine.core.errors import TaoError
from engine.core.kit import SampleId
from engine.core.loop import Audio
from engine.keeping.homes import Homes
from engine.keeping.writer import Answer, KitWritten, WriteKit
from engine.keeping.writing import Writing
from engine.library.kits.live_kit import LiveKit
from engine.live.notices import Notices

FIRST_PAUSE_S, LAST_PAUSE_S = 3.0, 60.0
MOST_WAITING = 6
SPARE = 2  # times the size of a kit's sounds must be free before it is tried again


@dataclass(frozen=True, slots=True)
class Task:
    """A kit to write, with its sounds. wanted: the name that the musician has given it; None to keep its own."""

    live: LiveKit
    samples: dict[SampleId, Audio]
    wanted: str | None = None

    @property
    def bytes(self) -> int:
        """How much it takes on the disk, without stems."""
        return sum(audio.nbytes for audio in self.samples.values())


class Line:
    """Owns what waits, and a thread that hands over sounds and waits for the writer; the control thread calls it."""

    def __init__(self, kits_folder: Path, sample_rate: int, writing: Writing, notices: Notices) -> None:
        self._kits_folder, self._sample_rate, self._writing, self._notices = kits_folder, sample_rate, writing, notices
        self._helper = ThreadPoolExecutor(1, "keeper")
        self._waiting: deque[Task] = deque()
        self._now: tuple[Task, Future[Answer]] | None = None
        self._resume_s, self._pause_s = 0.0, 0.0
        self._problem = ""
        self.has_recovered = False  # whether the kit written last could not be written before

    @property
    def empty(self) -> bool:
        """Whether nothing waits and nothing is being written."""
        return self._now is None and not self._waiting

    @property
    def fails(self) -> bool:
        """Whether there is no use in waiting, for the last attempt has failed."""
        return self._now is None and self._resume_s > time.monotonic()

    def put(self, task: Task) -> None:
        """Add a kit. One that waits under the same name for the same reason gives way to it."""
        if self._waiting and (self._waiting[-1].live.key, self._waiting[-1].wanted) == (task.live.key, task.wanted):
            self._waiting.pop()
        self._waiting.append(task)
        while len(self._waiting) > MOST_WAITING:
            lost = self._waiting.popleft().live.kit.name
            self._notices.warn(f"The edits of {lost} could not be saved, for too long. {self._problem}")

    def step(self, homes: Homes, live: LiveKit) -> None:
        """Hand over the next kit, if the writer is free; after a failure, as it is `live`, once there is room."""
        if self._now is not None or not self._waiting or time.monotonic() < self._resume_s:
            return
        task = self._waiting[0]
        if self._problem and not _has_room(self._kits_folder, task.bytes):
            self._resume_s = time.monotonic() + FIRST_PAUSE_S
            return
        self._waiting.popleft()
        if self._problem and live.key == task.live.key and live.samples <= task.samples.keys():
            task = replace(task, live=live)
        home, name = homes.of(task.live.key), task.wanted or task.live.kit.name
        own = str(home.folder or "") if name == task.live.kit.name else ""
        question = WriteKit(task.live, self._sample_rate, {}, str(self._kits_folder), name, own,
                            str(home.before or ""), home.version)
        self._now = task, self._helper.submit(self._writing.save, question, task.samples)

    def written(self) -> tuple[Task, Path, str] | None:
        """The kit that has been written since the last call, its folder and that one's version."""
        if self._now is None or not self._now[1].done():
            return None
        (task, future), self._now = self._now, None
        try:
            found = future.result()
        except TaoError as error:
            self._fail(task, str(error))
            return None
        assert isinstance(found, KitWritten)
        self.has_recovered = bool(self._problem)
        self._problem, self._pause_s = "", 0.0
        return task, Path(found.folder), found.version

    def hurry(self) -> None:
        """Try again now what has failed."""
        self._resume_s = 0.0

    def close(self) -> None:
        """End the writer, once it has finished, and the thread."""
        self._writing.close()
        self._helper.shutdown(cancel_futures=True)

    def _fail(self, task: Task, sentence: str) -> None:
        """Say it once, and try again later."""
        if not self._problem:
            self._notices.warn(f"{task.live.kit.name} is not saved: {sentence} The music goes on, and Tao tries again "
                               "by itself.")
        self._problem = sentence
        self._pause_s = min(LAST_PAUSE_S, 2 * self._pause_s or FIRST_PAUSE_S)
        self._resume_s = time.monotonic() + self._pause_s
        self._waiting.appendleft(task)


def _has_room(folder: Path, size: int) -> bool:
    """Whether the disk has room, as far as it says."""
    try:
        found = os.statvfs(folder)
    except OSError:
        return True  # the writer says what is wrong
    return found.f_bavail * found.f_frsize > SPARE * size
