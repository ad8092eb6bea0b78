"""A take is readable at any moment, whatever happens next."""

import errno
import os
import signal
import stat
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.library.files import free_path
from engine.live.notices import Notices
from engine.takes import unsaved
from engine.takes.recorder import Finished, Take
from engine.takes.take_file import TakeFile, cut_off
from engine.takes.unsaved import UnsavedTakes


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


def test_a_take_has_its_header_before_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def look(source: Path, target: Path) -> None:
        seen.append(soundfile.info(source).frames)
        source.rename(target)

    monkeypatch.setattr(os, "link", look)
    TakeFile(tmp_path / "take.wav", 44100).close()
    assert seen == [0] and soundfile.info(tmp_path / "take.wav").samplerate == 44100


@pytest.mark.parametrize("links", [True, False])
def test_two_engines_that_arm_in_the_same_second_each_keep_their_take(
        tmp_path: Path, links: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, "no links")

    if not links:
        monkeypatch.setattr(os, "link", no_links)
    path = free_path(tmp_path, "take", ".wav")
    files = [TakeFile(path, 48000) for _ in range(3)]
    for number, file in enumerate(files):
        file.append(np.full((100, 2), number, np.float32))
        file.close()
    assert [soundfile.read(file.path)[0][0, 0] for file in files] == [0.0, 1.0, 2.0]
    assert {path.name for path in tmp_path.iterdir()} == {"take.wav", "take-2.wav", "take-3.wav"}


def test_a_take_that_was_cut_off_is_announced_once(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.umask(0o077)
        file = TakeFile(tmp_path / "take 1.wav", 48000)
        file.append(np.ones((24000, 2), np.float32))
        os.write(writing, b"x")
        time.sleep(60)
    os.read(reading, 1)
    assert cut_off(tmp_path) == [], "it is being recorded"
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    (sentence,) = cut_off(tmp_path)
    assert "take 1.wav was cut off" in sentence and "0.5 s" in sentence and cut_off(tmp_path) == []
    assert soundfile.info(tmp_path / "take 1.wav").frames == 24000
    assert stat.S_IMODE((tmp_path / "take 1.wav").stat().st_mode) == 0o600
    complete, cancelled = TakeFile(tmp_path / "take 2.wav", 48000), TakeFile(tmp_path / "take 3.wav", 48000)
    complete.close()
    cancelled.discard()
    assert cut_off(tmp_path) == [] and len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("begun", [True, False])
def test_a_take_that_found_no_room_is_saved_when_there_is_some(tmp_path: Path, begun: bool,
                                                               monkeypatch: pytest.MonkeyPatch) -> None:
    audio = np.random.default_rng(1).normal(size=(1000, 2)).astype(np.float32)
    path = tmp_path / "take.wav"
    path.write_bytes(b"a part of it" if begun else b"another's")
    notices = Notices()
    takes = UnsavedTakes(48000, notices)
    takes.add(Finished(Take(0, 1000, made_from=("kit",)), audio, path, "No space left on device", begun))
    with monkeypatch.context() as full:
        full.setattr(unsaved, "_has_room", lambda _: False)
        takes.step()
        assert not notices.newest
    end_s = time.monotonic() + 20
    while not notices.newest and time.monotonic() < end_s:
        takes.step()
        time.sleep(0.01)
    saved = path if begun else tmp_path / "take-2.wav"
    assert [notice.text for notice in notices.newest] == [f"There is room on the disk again: {saved.name} is saved."]
    assert np.array_equal(soundfile.read(saved, dtype="float32")[0], audio)
    assert saved.with_suffix(".json").exists() and (begun or path.read_bytes() == b"another's")
