"""A process that is asked one question at a time, and started again when the last one was too much for it."""

import contextlib
import os
import select
import subprocess
import threading
import time
from collections.abc import Callable

from engine.bridge.children import environment
from engine.bridge.wire import FrameReader, framed
from engine.core.errors import TaoError


class NoAnswer(Exception):
    """The process has ended, takes too long, or says what is no message."""


class AskedProcess:
    """Started with the first question. One thread asks; any may end it. name: what the musician reads, such as "The
    sound reader"."""

    def __init__(self, name: str, argv: tuple[str, ...], patience_s: float, in_own_group: bool = False) -> None:
        self._name, self._argv, self._patience_s, self._in_own_group = name, argv, patience_s, in_own_group
        self._process: subprocess.Popen[bytes] | None = None
        self._starting = threading.Lock()
        self._closed = False

    @property
    def running(self) -> "subprocess.Popen[bytes] | None":
        """The process, if it was started."""
        return self._process

    def ask(self, question: bytes) -> tuple[bytes, Callable[[int], bytes]]:
        """The answer, and what reads so many bytes that follow it. Raises NoAnswer, and TaoError where there is no
        process to ask."""
        process = self._started()
        assert process.stdin is not None
        frames, deadline_s, message = FrameReader(), time.monotonic() + self._patience_s, None
        try:
            process.stdin.write(framed(question))
            while message is None:  # what comes after it may be audio
                message = next(frames.feed(_piece(process, deadline_s)), None)
        except (OSError, TaoError) as error:
            raise NoAnswer from error

        def following(count: int) -> bytes:
            data = frames.rest
            while len(data) < count:
                data += _piece(process, deadline_s)
            return bytes(data)

        return message, following

    def give_up(self) -> int | None:
        """End the process, so that the next question starts another; its exit status, None if there was none."""
        with self._starting:
            process, self._process = self._process, None
        if process is None:
            return None
        process.kill()
        process.wait()
        _hang_up(process)
        return process.returncode

    def kill(self) -> None:
        """End it for good; a question that is being asked gets no answer."""
        with self._starting:
            self._closed = True
            if self._process is not None:
                self._process.kill()

    def finish(self, within_s: float) -> None:
        """Let it end for good, after what it is at."""
        with self._starting:
            self._closed = True
            process, self._process = self._process, None
        if process is not None:
            _hang_up(process)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(within_s)

    def _started(self) -> "subprocess.Popen[bytes]":
        with self._starting:
            if self._closed:
                raise TaoError("The engine is ending.")
            if self._process is None or self._process.poll() is not None:
                try:
                    self._process = subprocess.Popen(self._argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                                     bufsize=0, env=environment(),
                                                     start_new_session=self._in_own_group)
                except OSError as error:
                    raise TaoError(f"{self._name} does not start: {error.strerror}. Free some memory.") from None
            return self._process


def _piece(process: "subprocess.Popen[bytes]", deadline_s: float) -> bytes:
    """What arrives next. Raises NoAnswer at the end, and when it takes too long."""
    assert process.stdout is not None
    try:
        ready, _, _ = select.select([process.stdout], [], [], max(0.0, deadline_s - time.monotonic()))
        piece = os.read(process.stdout.fileno(), 1 << 20) if ready else b""
    except (OSError, ValueError) as error:  # it was hung up meanwhile
        raise NoAnswer from error
    if not piece:
        raise NoAnswer
    return piece


def _hang_up(process: "subprocess.Popen[bytes]") -> None:
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()
