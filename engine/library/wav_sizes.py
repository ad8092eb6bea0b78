"""The sizes that a WAV's header announces: recorders that lost power leave 0, and some programs count wrongly."""

import io
import struct
from pathlib import Path

MOST_BYTES = 1 << 30
FEW_BYTES = 512         # so much may be missing at the end of a file that is read all the same


def missing_bytes(path: Path) -> int:
    """How many bytes of audio a WAV's header announces but the file lacks; 0 for other formats, and for recordings
    with an unfinished header, which announces nothing."""
    found = _audio_of(path)
    return 0 if found is None or found[1] >= 0xFFFFFF00 else max(0, found[1] - found[2])


def with_sizes(path: Path) -> io.BytesIO | None:
    """A WAV that announces no audio but holds some, as it would be with the right sizes; None for any other file."""
    found = _audio_of(path)
    if found is None or found[1] or not 0 < found[2] <= MOST_BYTES:
        return None
    data = bytearray(path.read_bytes())
    struct.pack_into("<I", data, 4, len(data) - 8)
    struct.pack_into("<I", data, found[0] - 4, min(found[2], len(data) - found[0]))
    return io.BytesIO(data)


def _audio_of(path: Path) -> tuple[int, int, int] | None:
    """(where a WAV's audio begins, how many bytes are announced, how many are there); None if there is none."""
    with path.open("rb") as file:
        if file.read(4) != b"RIFF" or file.seek(8) != 8 or file.read(4) != b"WAVE":
            return None
        while len(head := file.read(8)) == 8:
            kind, size = struct.unpack("<4sI", head)
            if kind == b"data":
                return file.tell(), size, path.stat().st_size - file.tell()
            file.seek(size + size % 2, 1)
    return None
