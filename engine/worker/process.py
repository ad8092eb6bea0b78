"""The worker, seen from the engine: started from a command line, given jobs, watched, restarted, stopped."""

import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from typing import Any, BinaryIO

from engine.bridge import messages
from engine.bridge.codec import BadMessage, Codec
from engine.bridge.messages import CancelWork, JobDone, JobFailed
from engine.bridge.wire import FrameReader, framed

NICE = 10
CANCEL_S = 2.0
MAX_CRASHES = 3
THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS",
                         "VECLIB_MAXIMUM_THREADS"), "1")


@dataclass
class _Task:
    """The job in hand: until when it may take, and when it was asked to stop."""

    id: int
    deadline_s: float
    cancelled_s: float | None = None


class Decomposer:
    """One worker process and at most one job. Not thread-safe: the control thread alone calls it.

    `reader` is the file descriptor to wait on (None without a worker). Every job ends with one JobDone or
    JobFailed out of `read` or `check`, whatever happens to the process.
    """

    def __init__(self, argv: tuple[str, ...], job_limit_s: float, log: BinaryIO) -> None:
        self._argv, self._job_limit_s, self._log = argv, job_limit_s, log
        self._codec = Codec(messages.FROM_WORKER)
        self._process: subprocess.Popen[bytes] | None = None
        self._frames = FrameReader()
        self._task: _Task | None = None
        self._crashes = 0
        self.changed = False  # another process speaks now, maybe on the same descriptor

    @property
    def reader(self) -> int | None:
        """Where the worker's messages arrive."""
        if self._process is None or self._process.stdout is None:
            return None
        return self._process.stdout.fileno()

    @property
    def pid(self) -> int | None:
        """The worker's process id."""
        return None if self._process is None else self._process.pid

    @property
    def busy(self) -> bool:
        """Whether a job runs."""
        return self._task is not None

    def start(self) -> str | None:
        """Start the worker; a sentence when it cannot be started. Its threads are few and its priority low."""
        if not self._argv:
            return "No decomposer is set up; start Tao with its worker."
        try:
            self._process = subprocess.Popen(self._argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                             stderr=self._log, bufsize=0, env={**THREADS, **os.environ})
        except OSError as error:
            return f"The decomposer does not start: {error}."
        os.setpriority(os.PRIO_PROCESS, self._process.pid, NICE)
        os.set_blocking(self._process.stdout.fileno(), False)  # type: ignore[union-attr]
        self._frames, self.changed = FrameReader(), True
        return None

    def submit(self, job: Any) -> str | None:
        """Hand over a job; a sentence when that is not possible."""
        if self._task is not None:
            return "The decomposer is busy; wait for it, or stop its job first."
        if self._process is None:
            self._crashes = 0
            if (problem := self.start()) is not None:
                return problem
        assert self._process is not None and self._process.stdin is not None
        self._task = _Task(job.job_id, time.monotonic() + self._job_limit_s)
        with contextlib.suppress(OSError):  # it has just died; `read` finds the end of its output and says so
            self._process.stdin.write(framed(self._codec.encode(job)))
        return None

    def cancel(self) -> None:
        """Ask the worker to drop its job; `check` ends it if it does not answer."""
        if self._task is None or self._process is None or self._process.stdin is None:
            return
        self._task.cancelled_s = time.monotonic()
        with contextlib.suppress(OSError):  # as in `submit`
            self._process.stdin.write(framed(self._codec.encode(CancelWork(self._task.id))))

    def read(self) -> list[Any]:
        """The messages that have arrived, without waiting; a crash is one JobFailed."""
        found: list[Any] = []
        while self._process is not None and self._process.stdout is not None:
            piece: bytes | None = self._process.stdout.read(1 << 16)  # None: nothing has arrived
            if piece is None:
                break
            if not piece:
                found += self._crashed("stopped unexpectedly")
                break
            try:
                found += [self._codec.decode(data).message for data in self._frames.feed(piece)]
            except BadMessage as error:
                found += self._crashed(f"sent what is no message ({error})")
        return [message for message in found if self._concerns(message)]

    def check(self) -> list[Any]:
        """Stop a job that takes too long, or does not obey; what to tell about it."""
        task, now = self._task, time.monotonic()
        if task is None:
            return []
        if task.cancelled_s is not None and now - task.cancelled_s > CANCEL_S:
            return self._end(JobFailed(task.id, "The job was stopped."))
        if now > task.deadline_s:
            return self._end(JobFailed(task.id, f"The decomposer took more than {self._job_limit_s:g} s and was "
                                                "stopped; try a shorter loop."))
        return []

    def stop(self) -> None:
        """End the worker process."""
        process, self._process, self.changed = self._process, None, True
        if process is None:
            return
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):  # what it did not read any more
                    stream.close()
        process.send_signal(signal.SIGKILL)
        process.wait()

    def _concerns(self, message: Any) -> bool:
        """Whether it is about the job in hand; the last word about it frees the worker."""
        if self._task is None or message.job_id != self._task.id:
            return isinstance(message, JobFailed) and message.job_id == 0
        if isinstance(message, JobDone | JobFailed):
            self._task, self._crashes = None, 0 if isinstance(message, JobDone) else self._crashes
        return True

    def _crashed(self, how: str) -> list[JobFailed]:
        """The process is gone: start another, unless it dies again and again."""
        self.stop()
        self._crashes += 1
        number = self._task.id if self._task is not None else 0
        if self._crashes <= MAX_CRASHES:
            self.start()
            return [JobFailed(number, f"The decomposer {how} and was started again; the loop is still there.")]
        return [JobFailed(number, f"The decomposer {how} {self._crashes} times; it starts again with the next job.")]

    def _end(self, last_word: JobFailed) -> list[JobFailed]:
        self._task = None
        self.stop()
        self.start()
        return [last_word]
