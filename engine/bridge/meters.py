"""The meters page: one small shared page that the audio thread overwrites with each block and clients read.

A seqlock: the writer makes word 0 odd, writes, makes it even; a reader that saw it odd or changed reads
again.
"""

import mmap
import os
import struct
from pathlib import Path

import numpy as np

from engine.core.pattern import MAX_TRACKS
from engine.core.snapshot import Meters

WORDS = 64
SEQUENCE, FRAMES, POSITION_TICKS, PLAYING, DROPPED, VOICES, TRACKS = range(7)
MASTER, INPUT, LOAD, PEAKS = 8, 10, 12, 16
_LAYOUT = struct.Struct("=7q8x2d2dd24x8d")
assert MAX_TRACKS == 8


def create_page(path: Path, words: int = WORDS) -> np.ndarray:
    """A new shared page of zeros, int64 (words,); levels are float64 in the same words. Raises OSError when there is no
    room for it."""
    with path.open("xb+") as file:
        file.truncate(words * 8)
        if hasattr(os, "posix_fallocate"):  # a page that is missing when it is written ends the process
            os.posix_fallocate(file.fileno(), 0, words * 8)
        memory = mmap.mmap(file.fileno(), words * 8)
    return np.frombuffer(memory, np.int64)


class MetersPage:
    """A client's view of the page. Raises OSError when it does not exist."""

    def __init__(self, path: str | Path) -> None:
        with Path(path).open("rb") as file:
            self._memory = mmap.mmap(file.fileno(), WORDS * 8, access=mmap.ACCESS_READ)
        self._last = Meters()

    def read(self) -> Meters:
        """The newest block's meters; the previous ones if the writer was busy ten times in a row."""
        for _ in range(10):
            before = self._memory[:8]
            data = self._memory[: _LAYOUT.size]
            if before[0] % 2 == 0 and self._memory[:8] == before:
                self._last = _meters(data)
                break
        return self._last


def _meters(data: bytes) -> Meters:
    _, frames, ticks, playing, dropped, voices, tracks, *levels = _LAYOUT.unpack(data)
    return Meters(frames, ticks, bool(playing), tuple(levels[5 : 5 + tracks]), (levels[0], levels[1]),
                  (levels[2], levels[3]), levels[4], dropped, voices)
