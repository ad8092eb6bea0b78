"""A take on disk while it is recorded: a WAV file of float32 stereo whose header is correct at all times.

A hidden, locked marker beside it says that it is being recorded; one that a crash has left tells the next start.
"""

import contextlib
import fcntl
import os
import struct
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soundfile

from engine.core.loop import Audio
from engine.library.files import free_path
from engine.library.syncing import Syncer

HEADER_BYTES = 58
FRAME_BYTES = 8
IEEE_FLOAT = 3
MAX_FRAMES = (2**32 - 1 - HEADER_BYTES) // FRAME_BYTES
MARKER = ".recording"


def wav_header(frames: int, sample_rate: int) -> bytes:
    """The header for `frames` frames of float32 stereo: fmt, fact and data chunks (RIFF, WAVE_FORMAT_IEEE_FLOAT)."""
    size = frames * FRAME_BYTES
    return struct.pack("<4sI4s4sIHHIIHHH4sII4sI", b"RIFF", HEADER_BYTES - 8 + size, b"WAVE", b"fmt ", 18, IEEE_FLOAT, 2,
                       sample_rate, sample_rate * FRAME_BYTES, FRAME_BYTES, 32, 0, b"fact", 4, frames, b"data", size)


class TakeFile:
    """Grows by `append`, after which the file can be read. Every method raises OSError when the disk fails.

    path: the file, under another free name if the one asked for is taken.
    """

    def __init__(self, path: Path, sample_rate: int, syncer: Syncer | None = None) -> None:
        self._sample_rate, self._frames, self._syncer = sample_rate, 0, syncer
        self.path = _made(path, wav_header(0, sample_rate))
        self._file: BinaryIO = self.path.open("r+b", buffering=0)
        self._marker = _marked(self.path)

    def append(self, audio: Audio) -> None:
        """Add float32 (frames, 2)."""
        self._write(HEADER_BYTES + self._frames * FRAME_BYTES, np.ascontiguousarray(audio, "<f4").tobytes())
        self._frames += len(audio)
        self._write(0, wav_header(self._frames, self._sample_rate))
        if self._syncer is not None:
            self._syncer.sync(self.path, self.path.parent)

    def close(self) -> None:
        """The take is complete, or cannot be continued."""
        self._file.close()
        if self._marker is not None:
            with contextlib.suppress(OSError):
                _marker_of(self.path).unlink()
            os.close(self._marker)
            self._marker = None

    def discard(self) -> None:
        """Delete the file: the take was cancelled."""
        self.close()
        self.path.unlink(missing_ok=True)

    def _write(self, at: int, data: bytes) -> None:
        """Write all of it, from byte `at` on."""
        left = memoryview(data)
        while left:
            count = os.pwrite(self._file.fileno(), left, at)
            at, left = at + count, left[count:]


def cut_off(folder: Path) -> list[str]:
    """A sentence for each take in `folder` that was being recorded when its engine was killed; each is told once."""
    sentences = []
    for marker in sorted(folder.glob(f".*{MARKER}")):
        path = folder / marker.name[1 : -len(MARKER)]
        with contextlib.suppress(OSError, soundfile.SoundFileError), marker.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # refused while it is recorded
            marker.unlink()
            with soundfile.SoundFile(path) as take:
                length_s = take.frames / take.samplerate
            sentences.append(f"{path.name} was cut off when Tao was killed. What was recorded until then, "
                             f"{length_s:.1f} s, is in {folder}.")
    return sentences


def _made(path: Path, header: bytes) -> Path:
    """Create a file that begins with `header` from its first moment on; its path, which nobody else has."""
    part = path.with_name(f".{path.stem}-{os.getpid()}.part")
    try:
        part.write_bytes(header)
        while True:
            try:
                os.link(part, path)
                return path
            except FileExistsError:
                path = free_path(path.parent, path.stem, path.suffix)
            except OSError:  # a file system without links
                with contextlib.suppress(FileExistsError), path.open("xb") as file:
                    file.write(header)
                    return path
                path = free_path(path.parent, path.stem, path.suffix)
    finally:
        with contextlib.suppress(OSError):
            part.unlink()


def _marked(path: Path) -> int | None:
    """Make and lock the marker of a take; its handle, or None where that cannot be."""
    try:
        handle = os.open(_marker_of(path), os.O_WRONLY | os.O_CREAT, 0o600)
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return None
    return handle


def _marker_of(path: Path) -> Path:
    return path.with_name(f".{path.name}{MARKER}")
