"""Sockets and shared audio belong to this user alone, whatever the umask and whatever was there before."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.bridge import segments
from engine.bridge.places import runtime_folder
from engine.bridge.segments import memory_folder, write_segment
from engine.core.errors import TaoError


@pytest.fixture(autouse=True)
def careless_umask() -> Iterator[None]:
    """As a distribution or a shell start-up file may set it."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both folders in a place of the test's own."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    monkeypatch.setattr(segments, "SHARED_MEMORY", tmp_path / "shm")
    (tmp_path / "shm").mkdir()


def mode(path: Path) -> int:
    """Its permissions."""
    return stat.S_IMODE(path.stat().st_mode)


def test_the_runtime_folder_is_private() -> None:
    assert mode(runtime_folder()) == 0o700
    runtime_folder().chmod(0o755)
    assert mode(runtime_folder()) == 0o700, "one that was there already is made so"


def test_the_shared_memory_folder_is_private() -> None:
    assert mode(memory_folder()) == 0o700
    memory_folder().chmod(0o755)
    assert mode(memory_folder()) == 0o700, "one that was there already is made so"


def test_shared_audio_is_private() -> None:
    name, _ = write_segment(memory_folder(), [])
    assert mode(Path(name)) == 0o600


@pytest.mark.parametrize("make", [runtime_folder, memory_folder])
def test_a_folder_that_is_only_a_link_is_refused(tmp_path: Path, make: object) -> None:
    (tmp_path / "other").mkdir()
    assert callable(make)
    folder = make()
    folder.rmdir()
    folder.symlink_to(tmp_path / "other")
    with pytest.raises(TaoError, match="belongs to"):
        make()
