"""Sessions go only when you ask for it, oldest first, and never one that plays."""

import os
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine.core.errors import UsageError
from engine.live.journal import Journal, Session
from engine.server.command_line import sessions_verb
from engine.sessions.folders import in_order
from engine.sessions.pruning import SizeWatch, bytes_of, removable, words_for


@pytest.fixture
def sessions(tmp_path: Path) -> Path:
    """Four ended sessions of 1000 bytes, and between them one that plays."""
    for number in range(1, 6):
        folder = tmp_path / f"20260101-00000{number}-{os.getpid() if number == 2 else 2**22 + number}"
        folder.mkdir()
        (folder / "number").write_text(f"{number}")
        (folder / "samples.wav").write_bytes(bytes(999))
    return tmp_path


def test_the_oldest_that_have_ended_go_first(sessions: Path) -> None:
    playing = in_order(sessions)[1]
    journal = Journal(playing / "deeper", Session(48000, "bypass", 1024))
    every = in_order(sessions)
    assert removable(sessions, 10**9) == []
    assert [folder for folder, _ in removable(sessions, 0)] == [every[0], *every[2:]]
    assert [folder for folder, _ in removable(sessions, 5000)] == every[:1]
    journal.close()


@pytest.mark.parametrize(("answer", "left"), [("n", 5), ("y", 3), ("", 5)])
def test_pruning_lists_and_asks(sessions: Path, answer: str, left: int) -> None:
    done = CliRunner().invoke(sessions_verb(lambda: sessions), ["--prune", "3KB"], input=answer)
    assert "20260101-000001" in done.output and "for good?" in done.output
    assert len(in_order(sessions)) == left


def test_sizes_are_read_and_written_as_people_do() -> None:
    assert [bytes_of(text) for text in ("500MB", "2 gb", "1.5G", "7")] == [500_000_000, 2 * 10**9, 1_500_000_000, 7]
    assert [words_for(size) for size in (7, 4321, 500_000_000, 10**10)] == ["7 B", "4 KB", "500 MB", "10.0 GB"]
    for text in ("", "much", "-1GB", "1e9", "1PB", "nanGB"):
        with pytest.raises(UsageError, match="not a size"):
            bytes_of(text)


def test_a_notice_comes_once_when_sessions_take_too_much(sessions: Path) -> None:
    for limit, expected in ((10**9, False), (3000, True)):
        watch, found, end_s = SizeWatch(sessions, limit), None, time.monotonic() + (5 if expected else 0.3)
        while found is None and time.monotonic() < end_s:
            found = watch.sentence()
        assert (found is not None) is expected and watch.sentence() is None
    assert found is not None and "--prune 3KB" in found
