"""The library as the engine sees it: where its index is, and a process that brings it up to date in the background."""

import contextlib
import subprocess
import sys
import time
from pathlib import Path

from engine.bridge.children import environment
from engine.library.index.places import Places

UPDATER = (sys.executable, "-m", "engine.library.index")
QUIET_S = 5.0  # after the last change to the takes' folder: a kit follows its take
FRESH_S = 30.0


class Library:
    """Owns the updating process. The control thread alone calls it. takes: the folder whose changes call for an
    update."""

    def __init__(self, places: Places, takes: Path, argv: tuple[str, ...] = UPDATER) -> None:
        self.places, self._takes, self._argv = places, takes, argv
        self.is_new = False  # there was no index yet when the last update began
        self._process: subprocess.Popen[bytes] | None = None
        self._again = False
        self._begun_s: float | None = None
        self._seen_ns: int | None = None
        self._changed_s: float | None = None

    def update(self) -> None:
        """Bring the index up to date, in the background; once more if that is under way."""
        if self.updating:
            self._again = True
            return
        self._begun_s, self.is_new = time.monotonic(), not self.places.index.exists()
        self._seen_ns, self._changed_s = _changed_ns(self._takes), None  # what is written from here on may be missed
        folders = map(str, (self.places.index, self.places.named, *self.places.own))
        with contextlib.suppress(OSError):  # no memory for a process: the index stays as it is
            self._process = subprocess.Popen((*self._argv, *folders), stdin=subprocess.DEVNULL,
                                             stdout=subprocess.DEVNULL, env=environment())

    def freshen(self) -> None:
        """Update for somebody who is about to search, unless that has just been done."""
        if self._begun_s is None or time.monotonic() - self._begun_s >= FRESH_S:
            self.update()

    @property
    def updating(self) -> bool:
        """Whether the process is at work."""
        return self._process is not None and self._process.poll() is None

    def look(self) -> None:
        """Once a second: update after a take or kit was written, when the folder has been quiet for a while."""
        if self._again and not self.updating:
            self._again = False
            self.update()
        now_ns, now_s = _changed_ns(self._takes), time.monotonic()
        if now_ns != self._seen_ns:
            self._changed_s = None if self._seen_ns is None else now_s
            self._seen_ns = now_ns
        elif self._changed_s is not None and now_s - self._changed_s >= QUIET_S:
            self._changed_s = None
            self.update()

    def close(self) -> None:
        """Stop the process; what it has not done is done next time."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()


def _changed_ns(folder: Path) -> int:
    """When something was last added to the folder or removed from it; 0 if it is not there."""
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return 0
