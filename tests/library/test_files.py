"""A file is old or new, never half of each; nothing is overwritten unasked."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from engine.library import folder_swap
from engine.library.files import adding, folder_name, free_path, move_in, replace_file, replacing, safe_name
from engine.library.kits.kit_folder import UnwritableFolder, read_folder, write_folder
from tests.library.values import rich_decomposition


def fail(*_: object, **__: object) -> None:
    """What a full disk does."""
    raise OSError(28, "No space left on device")


@pytest.fixture(params=["write", "sync", "replace"])
def full_disk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A disk that fails while kit.json's new content is written, made durable or put in its place."""
    if request.param == "write":
        monkeypatch.setattr(Path, "write_bytes", fail)
    elif request.param == "sync":
        monkeypatch.setattr(os, "fsync", fail)
    else:
        monkeypatch.setattr(Path, "replace", fail)
    return str(request.param)


def test_a_failure_at_any_moment_leaves_the_old_file(tmp_path: Path, full_disk: str) -> None:
    path = tmp_path / "settings.json"
    with path.open("wb") as file:
        file.write(b"old")
    with pytest.raises(OSError, match="No space"):
        replace_file(path, b"new")
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path], full_disk


@pytest.mark.parametrize("moment", ["sync", "swap"])
def test_a_kit_that_cannot_be_replaced_stays_what_it_was(tmp_path: Path, moment: str, monkeypatch: pytest.MonkeyPatch
                                                         ) -> None:
    kit = tmp_path / "kit"
    write_folder(kit, rich_decomposition())
    before = (kit / "kit.json").read_bytes()
    seen: list[bytes] = []

    def fail_and_look(*_: object) -> None:
        seen.append((kit / "kit.json").read_bytes())
        fail()

    monkeypatch.setattr(*((os, "fsync") if moment == "sync" else (folder_swap, "_swap")), fail_and_look)
    with pytest.raises(UnwritableFolder, match="No space"):
        write_folder(kit, replace(rich_decomposition(), match=0.123))
    monkeypatch.undo()
    assert seen == [before], "until the new file is complete, the old one is there, whole"
    assert (kit / "kit.json").read_bytes() == before and json.loads(before)["schema"] == "tao.kit/1"
    assert list(tmp_path.iterdir()) == [kit]
    read_folder(kit)


def test_a_new_file_never_takes_the_place_of_another(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with adding(path) as part:
        part.write_bytes(b"first")
    with pytest.raises(FileExistsError), adding(path):
        raise AssertionError("it was there before")
    other = tmp_path / "other"
    with pytest.raises(FileExistsError), adding(other) as part:
        part.write_bytes(b"mine")
        other.write_bytes(b"yours")
    assert path.read_bytes() == b"first" and other.read_bytes() == b"yours"
    assert sorted(tmp_path.iterdir()) == [path, other]


def test_a_file_takes_the_place_of_another_only_when_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with replacing(path) as part:
        part.write_bytes(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new" and not part.exists()
    with pytest.raises(KeyboardInterrupt), replacing(path) as part:
        part.write_bytes(b"half")
        raise KeyboardInterrupt
    assert path.read_bytes() == b"new" and not part.exists()


def test_folders_are_made_for_a_new_file(tmp_path: Path) -> None:
    replace_file(tmp_path / "a" / "b" / "c.json", b"{}")
    assert (tmp_path / "a" / "b" / "c.json").read_bytes() == b"{}"


def test_a_free_path_is_the_first_that_nothing_has(tmp_path: Path) -> None:
    names = []
    for _ in range(3):
        path = free_path(tmp_path, "take", ".wav")
        path.touch()
        names.append(path.name)
    assert names == ["take.wav", "take-2.wav", "take-3.wav"]
    assert free_path(tmp_path, "take") == tmp_path / "take"


def test_a_safe_name_keeps_letters_digits_and_blanks() -> None:
    assert safe_name("häts 2/../-_x") == "häts 2____-_x"


@pytest.mark.parametrize(("name", "folder"), [
    ("take 2026-01-01 12.00.00", "take 2026-01-01 12.00.00"), ("../../evil", "_.._evil"), (".hidden", "hidden"),
    ("..", "kit"), ("", "kit"), ("a/b\\c:d", "a_b_c_d"), ("x" * 400, "x" * 60), ("end. ", "end")])
def test_any_name_is_a_folder_that_stays_where_it_belongs(name: str, folder: str) -> None:
    assert folder_name(name, "kit") == folder


@pytest.mark.parametrize("is_folder", [False, True])
def test_what_is_moved_in_gets_a_free_name(tmp_path: Path, is_folder: bool) -> None:
    staging, out = tmp_path / "staging", tmp_path / "out"
    out.mkdir()
    for content in ("1", "2", "3"):
        made = staging / "a 90.5 BPM.wav"
        (made if is_folder else staging).mkdir(parents=True, exist_ok=True)
        (made / "x" if is_folder else made).write_text(content)
        path = move_in(made, out)
        assert not made.exists() and (path / "x" if is_folder else path).read_text() == content
    names = ["a 90.5 BPM.wav", "a 90.5 BPM.wav-2", "a 90.5 BPM.wav-3"] if is_folder else \
        ["a 90.5 BPM.wav", "a 90.5 BPM-2.wav", "a 90.5 BPM-3.wav"]
    assert sorted(path.name for path in out.iterdir()) == sorted(names)


def test_a_name_that_is_taken_in_the_last_moment_is_not_overwritten(tmp_path: Path,
                                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    made, out = tmp_path / "a.wav", tmp_path / "out"
    out.mkdir()
    made.write_text("new")
    free = iter([out / "a.wav", out / "a-2.wav"])
    (out / "a.wav").write_text("theirs")
    monkeypatch.setattr("engine.library.files.free_path", lambda *_: next(free))
    assert move_in(made, out) == out / "a-2.wav" and (out / "a.wav").read_text() == "theirs"
