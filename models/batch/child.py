"""One process of the pool, as the pool sees it: started, given a job at a time, heard, ended."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from engine.bridge.children import NICE, THREADS
from engine.bridge.codec import BadMessage
from engine.bridge.wire import FrameReader, framed
from engine.core.names import readable
from engine.library.folder_swap import clear_parts
from models.batch.jobs import Advanced, Beat, FromChild, Job, Ready
from models.batch.settings import Settings
from models.batch.stall import Stall

ROOT = Path(__file__).parents[2]
LAST_WORDS_BYTES = 4000


class Child:
    """A process with one thread, of low priority, in a group of its own: a Ctrl-C in the terminal is for the pool, and
    what plugins have started ends with it. Not thread-safe."""

    def __init__(self, settings: Settings, stall_s: float) -> None:
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  closed in `end`
        self._process = subprocess.Popen(
            [sys.executable, "-m", "models.batch.worker", json.dumps(settings.to_json())], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self._log, bufsize=0, env=environment(), start_new_session=True)
        with contextlib.suppress(OSError):  # it has ended already; `messages` finds out
            os.setpriority(os.PRIO_PROCESS, self._process.pid, NICE)
        assert self._process.stdin is not None and self._process.stdout is not None
        self._stdin, self._stdout = self._process.stdin, self._process.stdout
        os.set_blocking(self._stdout.fileno(), False)
        self._frames, self._stall = FrameReader(), Stall(stall_s)
        self.job: Job | None = None
        self.ready = False

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def fileno(self) -> int:
        """Where its messages arrive."""
        return self._stdout.fileno()

    @property
    def idle(self) -> bool:
        """Whether it waits for a job."""
        return self.ready and self.job is None

    @property
    def has_stalled(self) -> bool:
        """Whether it makes no progress with its job, or with its start."""
        return not self.idle and self._stall.is_over(time.monotonic())

    def begin(self, job: Job) -> None:
        """Hand over a job."""
        self.job = job
        self._stall.advance(time.monotonic())
        with contextlib.suppress(OSError):  # it has just died; `messages` finds out
            self._stdin.write(framed(msgspec.msgpack.encode(job)))

    def finish(self) -> Job:
        """The job that has ended; from now on it waits for another."""
        assert self.job is not None
        job, self.job = self.job, None
        return job

    def messages(self) -> list[FromChild] | None:
        """What it has said; None when it is dead, or talks nonsense."""
        found: list[FromChild] = []
        try:
            while piece := self._stdout.read(1 << 16):
                found += [msgspec.msgpack.decode(data, type=FromChild) for data in self._frames.feed(piece)]
        except (BadMessage, msgspec.MsgspecError):
            return None
        for message in found:
            self._note(message)
        return found if found or piece is None else None  # b"" is the end

    def end(self) -> str:
        """End the process, with all that plugins have started, and clear away what it was writing; how it ended."""
        with contextlib.suppress(ProcessLookupError, PermissionError):  # all of them have ended
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for stream in (self._stdin, self._stdout):
            with contextlib.suppress(OSError):  # what it has not read
                stream.close()
        if self.job is not None:
            with contextlib.suppress(OSError):
                clear_parts(self.job.kit)
        words = self._last_words()
        self._log.close()
        return _ending(self._process.returncode, words)

    def _note(self, message: FromChild) -> None:
        now_s = time.monotonic()
        if isinstance(message, Beat):
            self._stall.beat(message.cpu_s, now_s)
        elif isinstance(message, Advanced | Ready):
            self._stall.advance(now_s)
            self.ready = True

    def _last_words(self) -> str:
        size = self._log.seek(0, os.SEEK_END)
        self._log.seek(max(0, size - LAST_WORDS_BYTES))
        lines = self._log.read().decode(errors="replace").strip().splitlines()
        return readable(lines[-1], 200) if lines else ""


def environment() -> dict[str, str]:
    """This process's environment, with one thread for each library, threads that sleep while they wait, and Tao found
    where this process found it."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return {**os.environ, **THREADS, "OMP_WAIT_POLICY": "PASSIVE", "KMP_BLOCKTIME": "0", "PYTHONPATH": path}


def _ending(status: int, words: str) -> str:
    """How a process ended, to follow "it"."""
    how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
    return f"{how}: {words}" if words and status >= 0 else how
