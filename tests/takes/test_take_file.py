"""A take is readable at any moment, whatever happens next."""

from pathlib import Path

import numpy as np
import soundfile

from engine.library.files import free_path
from engine.takes.take_file import TakeFile


def test_after_each_append_the_file_holds_all_of_it(tmp_path: Path) -> None:
    audio = np.random.default_rng(1).normal(size=(1000, 2)).astype(np.float32)
    file = TakeFile(tmp_path / "take.wav", 44100)
    for end in (300, 301, 1000):
        file.append(audio[(0 if end == 300 else 300 if end == 301 else 301) : end])
        read, rate = soundfile.read(tmp_path / "take.wav", dtype="float32")
        assert rate == 44100 and np.array_equal(read, audio[:end])
    file.close()


def test_a_take_never_replaces_another(tmp_path: Path) -> None:
    paths = []
    for _ in range(3):
        path = free_path(tmp_path, "take", ".wav")
        TakeFile(path, 48000).close()
        paths.append(path)
    assert len(set(paths)) == 3
