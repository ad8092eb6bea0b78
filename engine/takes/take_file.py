"""A take on disk while it is recorded: a WAV file of float32 stereo whose header is correct at all times."""

import struct
from pathlib import Path
from typing import BinaryIO

import numpy as np

from engine.core.loop import Audio

HEADER_BYTES = 58
FRAME_BYTES = 8
IEEE_FLOAT = 3
MAX_FRAMES = (2**32 - 1 - HEADER_BYTES) // FRAME_BYTES


def wav_header(frames: int, sample_rate: int) -> bytes:
    """The header for `frames` frames of float32 stereo: fmt, fact and data chunks (RIFF, WAVE_FORMAT_IEEE_FLOAT)."""
    size = frames * FRAME_BYTES
    return struct.pack("<4sI4s4sIHHIIHHH4sII4sI", b"RIFF", HEADER_BYTES - 8 + size, b"WAVE", b"fmt ", 18, IEEE_FLOAT, 2,
                       sample_rate, sample_rate * FRAME_BYTES, FRAME_BYTES, 32, 0, b"fact", 4, frames, b"data", size)


class TakeFile:
    """Grows by `append`, after which the file can be read. Every method raises OSError when the disk fails."""

    def __init__(self, path: Path, sample_rate: int) -> None:
        self.path, self._sample_rate, self._frames = path, sample_rate, 0
        self._file: BinaryIO = path.open("xb")
        self._file.write(wav_header(0, sample_rate))

    def append(self, audio: Audio) -> None:
        """Add float32 (frames, 2)."""
        self._file.seek(HEADER_BYTES + self._frames * FRAME_BYTES)
        self._file.write(np.ascontiguousarray(audio, "<f4").tobytes())
        self._file.flush()
        self._frames += len(audio)
        self._file.seek(0)
        self._file.write(wav_header(self._frames, self._sample_rate))
        self._file.flush()

    def close(self) -> None:
        """The take is complete."""
        self._file.close()

    def discard(self) -> None:
        """Delete the file: the take was cancelled."""
        self._file.close()
        self.path.unlink(missing_ok=True)
