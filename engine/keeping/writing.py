"""The kit writer as the engine sees it: asked one thing at a time, and started again when it has died."""

import contextlib
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import IO

from engine.bridge.codec import Codec
from engine.bridge.messages import SampleRef
from engine.bridge.segments import unlink_segment, write_segment
from engine.bridge.wire import FrameReader, framed
from engine.core.errors import TaoError
from engine.core.kit import SampleId
from engine.core.loop import Audio
from engine.keeping.writer import ANSWERS, Answer, NotDone, Question, WriteKit

WRITER = (sys.executable, "-m", "engine.keeping.writer")
PATIENCE_S = 120.0  # for a slow card that is nearly full
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class Writing:
    """Saves kits and sets in another process. Any thread may ask; those behind it wait."""

    def __init__(self, memory_folder: Path, argv: tuple[str, ...] = WRITER) -> None:
        self._memory_folder = memory_folder / "kits"  # jobs that end clear away the segments in the folder itself
        self._memory_folder.mkdir(mode=0o700, exist_ok=True)
        self._argv, self._codec = argv, Codec(ANSWERS)
        self._process: subprocess.Popen[bytes] | None = None
        self._asking, self._starting = threading.Lock(), threading.Lock()
        self._closed = False

    def save(self, question: WriteKit, samples: Mapping[SampleId, Audio]) -> Answer:
        """Hand over a kit's samples, in shared memory, and let it be written. Raises TaoError."""
        names = list(samples)
        segment, offsets = write_segment(self._memory_folder, [samples[name] for name in names])
        refs = {name: SampleRef(segment, offset, len(samples[name]))
                for name, offset in zip(names, offsets, strict=True)}
        try:
            return self.ask(replace(question, samples=refs))
        finally:
            unlink_segment(segment)

    def ask(self, question: Question) -> Answer:
        """The answer. Raises TaoError when there is none, or it is no."""
        with self._asking:
            found = self._answer(question)
        if isinstance(found, NotDone):
            raise TaoError(found.sentence)
        return found

    def _answer(self, question: Question) -> Answer:
        process = self._running()
        assert process.stdin is not None and process.stdout is not None
        frames, deadline_s = FrameReader(), time.monotonic() + PATIENCE_S
        try:
            process.stdin.write(framed(self._codec.encode(question)))
            found: Answer | None = None
            while found is None:
                data = next(frames.feed(_piece(process.stdout, deadline_s)), None)
                found = None if data is None else self._codec.decode(data).message
        except (OSError, TaoError):
            self._give_up()
            raise TaoError("The kit writer stopped unexpectedly.") from None
        return found

    def close(self) -> None:
        """Let the process end, which finishes what it is at."""
        with self._starting:
            self._closed = True
            process, self._process = self._process, None
        if process is not None and process.stdin is not None and process.stdout is not None:
            for stream in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):
                    stream.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(1.0)

    def _running(self) -> "subprocess.Popen[bytes]":
        with self._starting:
            if self._closed:
                raise TaoError("The engine is ending.")
            if self._process is None or self._process.poll() is not None:
                try:
                    self._process = subprocess.Popen(self._argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                                     bufsize=0, env={**os.environ, **ONE_THREAD},
                                                     start_new_session=True)
                except OSError as error:
                    raise TaoError(f"The kit writer does not start: {error.strerror}. Free some memory.") from None
            return self._process

    def _give_up(self) -> None:
        """End the process; the next question starts another."""
        with self._starting:
            process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()


def _piece(source: IO[bytes], deadline_s: float) -> bytes:
    """What arrives next. Raises OSError at the end, and when it takes too long."""
    ready, _, _ = select.select([source], [], [], max(0.0, deadline_s - time.monotonic()))
    piece = os.read(source.fileno(), 1 << 16) if ready else b""
    if not piece:
        raise OSError("the kit writer gave no answer")
    return piece
