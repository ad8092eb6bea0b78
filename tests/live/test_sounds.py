"""Strangers' files are read outside the engine: whatever they do, it costs one sentence, and the next file is read."""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.core.errors import TaoError
from engine.live.sounds import Sounds

RATE = 48000


@pytest.fixture
def sounds() -> Iterator[Sounds]:
    sounds = Sounds()
    yield sounds
    sounds.close()


def hit(path: Path, rate: int = RATE) -> np.ndarray:
    audio = np.random.default_rng(3).uniform(-0.5, 0.5, (3000, 2)).astype(np.float32)
    soundfile.write(path, audio, rate, subtype="FLOAT")
    return audio


def test_a_hit_arrives_to_the_bit_from_another_process(sounds: Sounds, tmp_path: Path) -> None:
    audio = hit(tmp_path / "a.wav")
    assert [found.name for found in sounds.in_folder(tmp_path)] == ["a.wav"]
    for _ in range(3):
        assert np.array_equal(sounds.read_hit(tmp_path / "a.wav", RATE), audio)
    assert sounds._reader.running is not None and sounds._reader.running.pid != os.getpid()


def test_a_pipe_or_no_file_is_one_sentence_and_the_reader_goes_on(sounds: Sounds, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    hit(tmp_path / "a.wav")
    for name in ("pipe.wav", "gone.wav"):
        with pytest.raises(TaoError, match=name):
            sounds.read_hit(tmp_path / name, RATE)
    with pytest.raises(TaoError, match="no folder"):
        sounds.in_folder(tmp_path / "gone")
    assert len(sounds.read_hit(tmp_path / "a.wav", RATE)) == 3000


def test_a_file_whose_name_is_not_text_can_be_heard(sounds: Sounds, tmp_path: Path) -> None:
    hit(tmp_path / "a.wav")
    odd = os.fsdecode(bytes(tmp_path) + b"/\xff\n.wav")
    (tmp_path / "a.wav").rename(odd)
    (found,) = sounds.in_folder(tmp_path)
    assert found.name == "? .wav" and found.path is not None
    assert len(sounds.read_hit(found.path, RATE)) == 3000


def test_a_reader_that_is_killed_is_started_again(sounds: Sounds, tmp_path: Path) -> None:
    hit(tmp_path / "a.wav")
    sounds.read_hit(tmp_path / "a.wav", RATE)
    assert sounds._reader.running is not None
    os.kill(sounds._reader.running.pid, signal.SIGSTOP)
    threading.Timer(0.2, sounds._reader.running.kill).start()
    with pytest.raises(TaoError, match="could not be done"):
        sounds.read_hit(tmp_path / "a.wav", RATE)
    assert len(sounds.read_hit(tmp_path / "a.wav", RATE)) == 3000


@pytest.mark.parametrize("program", ["import sys; sys.stdout.write('nonsense' * 100); sys.stdout.flush(); input()",
                                     "import sys; sys.exit(1)"])
def test_a_reader_that_talks_nonsense_or_exits_is_one_sentence(tmp_path: Path, program: str) -> None:
    sounds = Sounds((sys.executable, "-c", program))
    with pytest.raises(TaoError, match="could not be done"):
        sounds.read_hit(tmp_path / "a.wav", RATE)
    sounds.close()


SLOW = """
import sys, time
from engine.live import sound_reader
sound_reader.ANSWER_S = 1
sound_reader.read_hit = lambda path, rate: time.sleep(60)
sound_reader.main()
"""
GREEDY = SLOW.replace("time.sleep(60)", "bytearray(sound_reader.MEMORY_BYTES)")


def test_a_file_that_takes_too_long_or_too_much_memory_is_given_up(tmp_path: Path) -> None:
    for program, said in ((SLOW, "took longer"), (GREEDY, "more memory")):
        sounds = Sounds((sys.executable, "-c", program))
        began_s = time.monotonic()
        with pytest.raises(TaoError, match=said):
            sounds.read_hit(tmp_path / "a.wav", RATE)
        assert time.monotonic() - began_s < 10.0
        sounds.close()


def test_the_reader_ends_with_the_engine(sounds: Sounds, tmp_path: Path) -> None:
    hit(tmp_path / "a.wav")
    sounds.read_hit(tmp_path / "a.wav", RATE)
    process = sounds._reader.running
    assert process is not None and process.stdin is not None
    process.stdin.close()
    assert process.wait(10.0) == 0


def test_closing_does_not_wait_for_an_answer(tmp_path: Path) -> None:
    sounds = Sounds((sys.executable, "-c", SLOW.replace("ANSWER_S = 1", "ANSWER_S = 30")))
    threading.Timer(0.5, sounds.close).start()
    began_s = time.monotonic()
    with pytest.raises(TaoError):
        sounds.read_hit(tmp_path / "a.wav", RATE)
    assert time.monotonic() - began_s < 5.0
    with pytest.raises(TaoError, match="ending"):
        sounds.read_hit(tmp_path / "a.wav", RATE)
