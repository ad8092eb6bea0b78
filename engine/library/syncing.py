"""Making files durable without waiting for the disk, which may take seconds."""

import contextlib
import os
import threading
from pathlib import Path


class Syncer:
    """A thread that syncs the files and folders it is told. What fails is in `problem`."""

    def __init__(self) -> None:
        self._wanted: set[Path] = set()
        self._closed = False
        self._wake = threading.Condition()
        self.problem: OSError | None = None
        self._thread: threading.Thread | None = None

    def sync(self, *paths: Path) -> None:
        """Make these durable soon. Real-time: no."""
        with self._wake:
            self._wanted.update(paths)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="sync", daemon=True)
                self._thread.start()
            self._wake.notify()

    def close(self, timeout_s: float = 5.0) -> None:
        """Sync what is left and end, but do not wait longer than that for a slow disk."""
        with self._wake:
            self._closed = True
            self._wake.notify()
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _run(self) -> None:
        with contextlib.suppress(AttributeError, OSError):  # it must not compete with a real-time thread
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._wanted or self._closed)
                paths, self._wanted, last = sorted(self._wanted), set(), self._closed
            for path in paths:
                self._sync(path)
            if last:
                return

    def _sync(self, path: Path) -> None:
        try:
            handle = os.open(path, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        except FileNotFoundError:
            return  # removed meanwhile
        except OSError as error:
            self.problem = error
