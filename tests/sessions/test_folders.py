"""Sessions are counted, private and kept; a wrong clock or a process number that is used again does not mislead."""

import os
import stat
import time
from pathlib import Path

import pytest

from engine.live.journal import Journal, Session
from engine.sessions.folders import has_ended, in_order, session_folder, size_of


def test_the_newest_session_is_the_last_one_whatever_the_clock_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch
                                                                    ) -> None:
    made = []
    for year in ("2026", "1970", "2025"):
        monkeypatch.setattr(time, "strftime", lambda _, year=year: f"{year}0101-000000")
        made.append(session_folder(tmp_path / "sessions"))
    assert in_order(tmp_path / "sessions") == made
    (tmp_path / "sessions" / "20300101-000000-1").mkdir()
    assert in_order(tmp_path / "sessions")[1:] == made, "those that were not counted come first"


def test_no_session_is_ever_removed_by_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(40):
        monkeypatch.setattr(os, "getpid", lambda number=number: 2**22 + number)
        session_folder(tmp_path)
    assert len(in_order(tmp_path)) == 40


def test_a_session_is_private(tmp_path: Path) -> None:
    folder = session_folder(tmp_path / "sessions")
    assert [stat.S_IMODE(path.stat().st_mode) for path in (folder, folder.parent)] == [0o700, 0o700]


def test_a_session_has_ended_when_another_process_has_its_number(tmp_path: Path) -> None:
    folder = session_folder(tmp_path)
    assert not has_ended(folder), "it has not begun yet"
    journal = Journal(folder, Session(48000, "bypass", 1024))
    assert not has_ended(folder)
    journal.close()
    assert has_ended(folder), "this process lives, but not as that engine"
    assert size_of(folder) > 0


def test_a_folder_with_an_odd_number_is_no_process(tmp_path: Path) -> None:
    for name, ended in (("20260101-120000-99999999999999999999", True), ("a-b-²", False), ("a-b-٣", False)):
        (tmp_path / name).mkdir()
        assert has_ended(tmp_path / name) == ended
