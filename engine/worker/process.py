"""The worker process as the engine sees it: started, given one job at a time, watched, restarted, stopped."""

import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from typing import Any, BinaryIO

from engine.bridge import messages
from engine.bridge.children import NICE, THREADS
from engine.bridge.codec import BadMessage, Codec
from engine.bridge.messages import CancelWork, DecomposeFile, DecomposeJob, JobDone, JobFailed, OpenFolder
from engine.bridge.wire import FrameReader, framed

CANCEL_S = 2.0
MAX_CRASHES = 3
START_FACTOR = 5  # a worker that has not spoken yet is still importing its libraries: so many times the limit
MAX_UNREAD_BYTES = 4 << 20  # a job or two that the worker has not read
REAP_S = 0.5


@dataclass
class _Task:
    """The job in hand: when the worker last made progress with it, and when it was asked to stop."""

    id: int
    name: str
    progress_s: float
    cancelled_s: float | None = None


class WorkerProcess:
    """One process and at most one job. Not thread-safe: the control thread alone calls it, and never waits here: what
    the worker does not read is kept for it, up to a limit.

    A job may take as long as it likes while messages about it keep coming; after `stall_limit_s` without one it is
    stopped. Every job ends with one JobDone or JobFailed out of `read`, whatever happens to the process. `reader` is
    the file descriptor to wait on, None without a worker.
    """

    def __init__(self, argv: tuple[str, ...], stall_limit_s: float, log: BinaryIO) -> None:
        self._argv, self._stall_limit_s, self._log = argv, stall_limit_s, log
        self._codec = Codec(messages.FROM_WORKER)
        self._process: subprocess.Popen[bytes] | None = None
        self._frames = FrameReader()
        self._unread = bytearray()  # by the worker
        self._task: _Task | None = None
        self._crashes = 0
        self._has_spoken = False
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
            return "This engine was started without a worker, so it cannot decompose. Start Tao again."
        try:
            self._process = subprocess.Popen(self._argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                             stderr=self._log, bufsize=0, env={**THREADS, **os.environ},
                                             start_new_session=True)
        except OSError as error:
            return f"The worker does not start: {error}."
        os.setpriority(os.PRIO_PROCESS, self._process.pid, NICE)
        assert self._process.stdin is not None and self._process.stdout is not None
        os.set_blocking(self._process.stdin.fileno(), False)
        os.set_blocking(self._process.stdout.fileno(), False)
        self._frames, self._has_spoken, self.changed = FrameReader(), False, True
        self._unread.clear()
        return None

    def submit(self, job: DecomposeJob | DecomposeFile | OpenFolder, name: str) -> str | None:
        """Hand over a job about the loop or kit `name`; a sentence when that is not possible."""
        if self._task is not None:
            return f"The worker is busy with {self._task.name}. Wait for it, or cancel it first."
        if self._process is None:
            self._crashes = 0
            if (problem := self.start()) is not None:
                return problem
        self._task = _Task(job.job_id, name, time.monotonic())
        self._send(job)
        return None

    def cancel(self) -> None:
        """Ask the worker to drop its job; `read` ends the process if it does not obey."""
        if self._task is not None:
            self._task.cancelled_s = time.monotonic()
            self._send(CancelWork(self._task.id))

    def read(self) -> list[Any]:
        """The messages that have arrived, without waiting. A crash, a stall or disobedience is one JobFailed."""
        self._write()
        arrived = [message for message in self._arrived() if self._concerns(message)]
        return arrived or self._overdue()

    def stop(self) -> None:
        """End the worker process, and what its plugins have started."""
        process, self._process, self.changed = self._process, None, True
        if process is None:
            return
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):  # what it has not read
                    stream.close()
        with contextlib.suppress(ProcessLookupError, PermissionError):  # all of them have ended
            os.killpg(process.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):  # it ends later; the music does not wait
            process.wait(REAP_S)

    def _send(self, message: DecomposeJob | DecomposeFile | OpenFolder | CancelWork) -> None:
        if len(self._unread) <= MAX_UNREAD_BYTES:  # else it is stopped soon, for it makes no progress
            self._unread += framed(self._codec.encode(message))
        self._write()

    def _write(self) -> None:
        """Write what the worker takes now."""
        if self._process is None or self._process.stdin is None:
            return
        try:
            while self._unread:
                del self._unread[: os.write(self._process.stdin.fileno(), self._unread)]
        except BlockingIOError:
            return
        except OSError:  # it has just died; `read` finds the end of its output and says so
            self._unread.clear()

    def _arrived(self) -> list[Any]:
        """All that has arrived, and what has become of the process."""
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
                self._has_spoken = self._has_spoken or bool(found)
            except BadMessage as error:
                found += self._crashed(f"sent something that is not a message ({error})")
        return found

    def _concerns(self, message: Any) -> bool:
        """Whether it is about the job in hand: then that makes progress. The last message frees the worker."""
        if self._task is None or message.job_id != self._task.id:
            return isinstance(message, JobFailed) and message.job_id == 0
        self._task.progress_s = time.monotonic()
        if isinstance(message, JobDone | JobFailed):
            self._task, self._crashes = None, 0 if isinstance(message, JobDone) else self._crashes
        return True

    def _overdue(self) -> list[JobFailed]:
        """Stop a job that makes no progress, or that was cancelled and goes on."""
        task, now = self._task, time.monotonic()
        if task is None:
            return []
        if task.cancelled_s is not None:
            late = now - task.cancelled_s > CANCEL_S
            return self._end(JobFailed(task.id, "The job was stopped.")) if late else []
        limit_s = self._stall_limit_s if self._has_spoken else START_FACTOR * self._stall_limit_s
        if now - task.progress_s > limit_s:
            return self._end(JobFailed(task.id, f"The worker made no progress on {task.name} for {limit_s:g} s and was "
                                                "restarted. The loop is still there; try again."))
        return []

    def _crashed(self, how: str) -> list[JobFailed]:
        """The process is gone: start another, unless it dies again and again."""
        self.stop()
        self._crashes += 1
        number = self._task.id if self._task is not None else 0
        if self._crashes <= MAX_CRASHES:
            self.start()
            return [JobFailed(number, f"The worker {how} and was restarted. The loop is still there.")]
        return [JobFailed(number, f"The worker {how} {self._crashes} times. It starts again with the next job.")]

    def _end(self, last_word: JobFailed) -> list[JobFailed]:
        self._task = None
        self.stop()
        self.start()
        return [last_word]
