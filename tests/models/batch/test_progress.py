"""What is said while a batch runs."""

import io
from pathlib import Path

import pytest

from models.batch.jobs import Job, Outcome
from models.batch.progress import Tally, lasting, shown

MADE = Outcome(Job(0, b"a.wav", b"out/a"), Path("out/a"), "120.00 BPM")
FAILED = Outcome(Job(1, b"b\xff.wav", b"out/b"), None, "It is a text file.")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def told(stream: io.StringIO) -> str:
    tally = Tally(3)
    with shown(tally, stream) as progress:
        for outcome in (MADE, FAILED):
            tally.add(outcome)
            progress.show(outcome, tally)
    return stream.getvalue()


def test_a_pipe_gets_a_line_for_each_file() -> None:
    assert told(io.StringIO()).splitlines() == [
        "1 of 3: a.wav: 120.00 BPM, in out/a", "2 of 3: b?.wav: It is a text file."]


def test_a_terminal_gets_a_bar_and_the_failures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    said = told(Terminal())
    assert "2/3" in said and "files a minute" in said and "1 failed" in said and "b?.wav: It is a text file." in said
    assert "a.wav: 120.00 BPM" not in said


def test_the_pace_says_how_long_it_will_take() -> None:
    tally = Tally(100, began_s=0.0)
    assert tally.pace(10.0) == ""
    tally.made = 25
    assert tally.pace(600.0) == "2.5 files a minute, 30 min left"
    assert [lasting(seconds) for seconds in (5.0, 89.0, 100.0, 7500.0)] == ["5 s", "89 s", "2 min", "2 h 5 min"]
