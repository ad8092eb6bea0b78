"""Readers of audio files."""

import io
from pathlib import Path

import numpy as np
import soundfile

from engine.library.audio_files import read_audio
from engine.library.export_settings import ExportSettings
from engine.library.importers.one_shot_audio import one_shot_audio
from engine.library.wav_file import Marks, read_marks, write_marked_wav
from engine.library.wav_sizes import missing_bytes
from tests.readers.damage import header_edits
from tests.readers.reader import Reader

SOUND = np.random.default_rng(1).uniform(-0.5, 0.5, (600, 2))


def readers(scratch: Path) -> tuple[Reader, ...]:
    """One for each way to read them."""
    path = scratch / "sound"
    marked = scratch / "marked.wav"
    marks = Marks(120.0, 4, root_note=60, slices=((0, "kick"), (100, "snare")))
    write_marked_wav(marked, SOUND.astype(np.float32), 44100, ExportSettings(16), marks)

    def read_loop_or_hit(data: bytes) -> None:
        path.write_bytes(data)
        missing_bytes(path)
        try:
            read_audio(path, 0.01)
        finally:
            read_audio(path)

    def read_one_shot(data: bytes) -> None:
        path.write_bytes(data)
        one_shot_audio(path, path.name)

    def read_its_marks(data: bytes) -> None:
        path.write_bytes(data)
        read_marks(path)

    return (Reader("audio", read_loop_or_hit, (*map(encoded, ("WAV", "FLAC", "AIFF", "OGG", "MP3", "RF64")),
                                               marked.read_bytes()), header_edits, 8),
            Reader("one-shots", read_one_shot, (encoded("WAV"), encoded("AIFF"), marked.read_bytes()), header_edits, 4),
            Reader("marks of a WAV", read_its_marks, (marked.read_bytes(),), header_edits, 4))


def encoded(kind: str) -> bytes:
    """A short sound in this format."""
    file = io.BytesIO()
    soundfile.write(file, SOUND, 44100, format=kind)
    return file.getvalue()

