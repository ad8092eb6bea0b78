"""A folder is the old one or the new one, whenever its writer is killed; files of the user's stay."""

import errno
import os
import random
import signal
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.library import folder_swap
from engine.library.kits import kit_folder
from engine.library.kits.kit_folder import UnwritableFolder, files_of, read_folder, write_folder, write_new_folder
from tests.library.values import rich_decomposition

KILLS = 60
HALF = replace(rich_decomposition(), match=0.5, loop=rich_decomposition().loop * np.float32(0.5))


def content(folder: Path) -> dict[str, bytes]:
    """Every file's content; a WAV's is its audio, for its header holds the time of writing."""
    return {str(path.relative_to(folder)): audio_of(path) for path in folder.rglob("*") if path.is_file()}


def audio_of(path: Path) -> bytes:
    data = path.read_bytes()
    return soundfile.read(path)[0].tobytes() if data[:4] == b"RIFF" else data


def no_swap(*_: object) -> None:
    raise OSError(errno.ENOSYS, "no such system call")


@pytest.fixture(params=["one step", "two steps"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """With the system's exchange of two folders, and without."""
    if request.param == "two steps":
        monkeypatch.setattr(folder_swap, "_exchange", no_swap)
    return str(request.param)


def test_a_killed_writer_leaves_the_old_kit_or_the_new_one(tmp_path: Path, way: str) -> None:
    kit, rng = tmp_path / "kit", random.Random(1)
    write_folder(kit, HALF)
    new = content(kit)
    began = time.perf_counter()
    write_folder(kit, rich_decomposition())
    latest_s, old = time.perf_counter() - began, content(kit)
    seen = {"old": 0, "new": 0}
    for _ in range(KILLS):
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.write(writing, b"x")
            write_folder(kit, HALF)
            os._exit(0)
        os.read(reading, 1)
        time.sleep(rng.uniform(0, latest_s))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(reading)
        os.close(writing)
        read_folder(kit)
        now = content(kit)
        assert now in (old, new), "a mixture"
        seen["new" if now == new else "old"] += 1
        latest_s *= 0.9 if now == new else 1.15  # about half of the kills come too late, however slow the disk is
        if now == new:
            write_folder(kit, rich_decomposition())
    write_folder(kit, rich_decomposition())
    assert min(seen.values()) > 0, seen
    assert list(tmp_path.iterdir()) == [kit], "what killed writers left behind is gone"


def test_a_folder_set_aside_by_a_killed_writer_is_put_back_by_the_next_reader(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_folder(tmp_path / "kit", rich_decomposition())
    monkeypatch.setattr(folder_swap, "_exchange", no_swap)
    pid = os.fork()
    if pid == 0:
        monkeypatch.setattr(folder_swap, "sync_tree", lambda _: setattr(Path, "rename", first_then_die(Path.rename)))
        write_folder(tmp_path / "kit", HALF)
        os._exit(0)
    os.waitpid(pid, 0)
    assert not (tmp_path / "kit").exists()
    assert read_folder(tmp_path / "kit").match == rich_decomposition().match


def first_then_die(rename: object) -> object:
    def once(self: Path, target: Path) -> None:
        rename(self, target)  # type: ignore[operator]
        os.kill(os.getpid(), signal.SIGKILL)

    return once


def test_files_of_the_users_survive_and_stale_ones_go(tmp_path: Path, way: str) -> None:
    kit = tmp_path / "kit"
    write_folder(kit, rich_decomposition())
    stale = {"oneshots/kick.2.wav", "stems/kick.wav", "residual.wav"}
    assert stale <= files_of(kit)
    mine = {"notes.txt": b"mine", "oneshots/my kick.wav": b"mine too", "deep/er/still.bin": b"x"}
    for name, data in mine.items():
        (kit / name).parent.mkdir(parents=True, exist_ok=True)
        (kit / name).write_bytes(data)
    (kit / "empty").mkdir()
    (kit / "link").symlink_to("nowhere")
    rich = rich_decomposition()
    shots = {"hihat": rich.kit.one_shots["hihat"]}
    (hihat,) = (track for track in rich.pattern.tracks if track.name == "hihat")
    small = replace(rich, residual=None, stems={}, onsets={}, track_match={}, unknown_of_track={},
                    kit=replace(rich.kit, one_shots=shots), pattern=replace(rich.pattern, tracks=(hihat,)))
    write_folder(kit, small)
    after = content(kit)
    assert mine.items() <= after.items() and (kit / "empty").is_dir() and (kit / "link").readlink() == Path("nowhere")
    assert after.keys() - mine.keys() == {"kit.json", "loop.wav", "pattern.mid", "oneshots/hihat.wav"}
    assert list(tmp_path.iterdir()) == [kit]


def test_a_file_of_the_users_whose_name_the_kit_needs_gets_another(tmp_path: Path, way: str) -> None:
    kit = tmp_path / "kit"
    kit.mkdir()
    (kit / "loop.wav").write_bytes(b"mine")
    write_folder(kit, rich_decomposition())
    assert (kit / "loop-2.wav").read_bytes() == b"mine"
    assert read_folder(kit).match == rich_decomposition().match


def test_a_file_system_without_links_keeps_them_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "no links")

    kit = tmp_path / "kit"
    write_folder(kit, rich_decomposition())
    (kit / "notes.txt").write_bytes(b"mine")
    os.mkfifo(kit / "pipe")
    monkeypatch.setattr(os, "link", no_links)
    write_folder(kit, HALF)
    assert (kit / "notes.txt").read_bytes() == b"mine" and (kit / "pipe").is_fifo()
    assert list(tmp_path.iterdir()) == [kit]


def test_a_new_folder_never_takes_the_place_of_another(tmp_path: Path) -> None:
    assert write_new_folder(tmp_path / "kit", rich_decomposition()) == tmp_path / "kit"
    before = content(tmp_path / "kit")
    assert write_new_folder(tmp_path / "kit", HALF) == tmp_path / "kit-2"
    assert content(tmp_path / "kit") == before and read_folder(tmp_path / "kit-2").match == 0.5
    (tmp_path / "empty").mkdir()
    assert write_new_folder(tmp_path / "empty", HALF) == tmp_path / "empty"


def test_two_writers_of_one_folder_do_not_disturb_each_other(tmp_path: Path) -> None:
    kit = tmp_path / "kit"
    write_folder(kit, rich_decomposition())
    with folder_swap._locked(kit), pytest.raises(UnwritableFolder, match="another program"):
        write_folder(kit, HALF)
    assert read_folder(kit).match == rich_decomposition().match


def test_a_reader_sees_one_kit_while_it_is_replaced(tmp_path: Path) -> None:
    kit = tmp_path / "kit"
    pair = rich_decomposition(), HALF
    write_folder(kit, pair[0])
    pid = os.fork()
    if pid == 0:
        for number in range(40):
            write_folder(kit, pair[number % 2])
        os._exit(0)
    reads = 0
    while os.waitpid(pid, os.WNOHANG) == (0, 0):
        stored = read_folder(kit)
        wanted = pair[0] if stored.match == pair[0].match else pair[1]
        assert stored.match == wanted.match and np.array_equal(stored.loop, wanted.loop)
        reads += 1
    assert reads > 3


def test_a_reader_is_not_misled_by_a_number_that_is_used_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that was replaced twice may have the inode that it had at first."""
    kit, reads, real = tmp_path / "kit", [], kit_folder._read
    write_folder(kit, HALF)

    def read(folder: Path) -> object:
        stored = real(folder)
        reads.append(stored.match)
        if len(reads) == 1:
            for content in (HALF, rich_decomposition()):
                write_folder(kit, content)
        return stored

    monkeypatch.setattr(kit_folder, "_read", read)
    assert read_folder(kit).match == rich_decomposition().match and reads == [0.5, rich_decomposition().match]


def test_what_a_killed_writer_left_is_cleared_and_what_is_being_written_stays(tmp_path):
    def interrupted(new):
        (new / "half").touch()
        folder_swap.clear_parts(tmp_path / "kit")
        assert (new / "half").exists()

    left = tmp_path / f"{folder_swap.part_prefix(tmp_path / 'kit')}1-0.part"
    left.mkdir()
    folder_swap.add_folder(tmp_path / "kit", interrupted)
    folder_swap.clear_parts(tmp_path / "kit")
    assert [path.name for path in tmp_path.iterdir()] == ["kit"]
