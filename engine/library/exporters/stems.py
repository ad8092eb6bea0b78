"""One WAV as long as the loop for each drum, the residual and the loop itself: 32-bit float, marked with the tempo."""

import struct
from pathlib import Path

from engine.core.errors import InvalidValue
from engine.library.audio_files import write_wav
from engine.library.decomposition import StoredDecomposition
from engine.library.exporting import file_name
from engine.library.files import free_path

STRETCHES, ROOT_NOTE = 4, 60


class Stems:
    """NAME stems/, one file a drum."""

    name = "stems"

    def export(self, stored: StoredDecomposition, folder: Path) -> list[Path]:
        """Write them. Raises InvalidValue when the decomposition has no stems."""
        if not stored.stems:
            raise InvalidValue(f"{stored.kit.name} has no stems; decompose its loop again.")
        into = free_path(folder, f"{file_name(stored.kit.name)} stems")
        into.mkdir()
        parts = {**stored.stems, "loop": stored.loop}
        if stored.residual is not None:
            parts["residual"] = stored.residual
        for name, audio in parts.items():
            path = into / f"{file_name(name)}.wav"
            write_wav(path, audio, stored.sample_rate)
            mark_tempo(path, stored.pattern.beats, stored.tempo_bpm)
        return [into]


def mark_tempo(path: Path, beats: int, bpm: float) -> None:
    """Append an `acid` chunk to a WAV: 24 bytes of flags, root, 0x8000, 0.0, beats, meter (denominator,
    numerator) and tempo, as libsndfile reads it."""
    acid = struct.pack("<IHHfIHHf", STRETCHES, ROOT_NOTE, 0x8000, 0.0, beats, 4, 4, bpm)
    with path.open("r+b") as file:
        file.seek(0, 2)
        if file.tell() % 2:
            file.write(b"\0")
        file.write(b"acid" + struct.pack("<I", len(acid)) + acid)
        size = file.tell() - 8
        file.seek(4)
        file.write(struct.pack("<I", size))
