"""A journal keeps what was done; what a power cut leaves of it can still be played."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.bridge.codec import Codec
from engine.core.commands import LoadKit, LoadPattern, Play, SetTempo
from engine.core.kit import Kit, OneShot, sample_id
from engine.core.loop import Audio
from engine.core.machine import empty_machine
from engine.core.pattern import Pattern, Step, Track
from engine.live.journal import (
    LOG,
    Applied,
    Faded,
    Journal,
    Jumped,
    PadHit,
    PanicSent,
    Plan,
    Session,
    UnreadableJournal,
    read_journal,
)
from engine.live.schedule import Schedule

RATE = 48000
AUDIO = (0.1 * np.random.default_rng(2).standard_normal((4800, 2))).astype(np.float32)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A session: a kit and a pattern at 0, play at 1000, a pad, a jump, a fade."""
    name = sample_id(AUDIO)
    schedule = Schedule(empty_machine(RATE), 0)
    journal = Journal(tmp_path / "session", Session(RATE, "bypass", 1024))
    journal.add_sample(name, AUDIO)
    schedule.edit(LoadKit(Kit("k", {"kick": OneShot(name, 4800)})), 0)
    schedule.edit(LoadPattern(Pattern((Track("kick", (Step(1.0), None, None, None)),), beats=1)), 0)
    schedule.edit(Play(), 1000)
    batch = schedule.take_unsent()
    assert batch is not None
    for planned in batch.planned:
        journal.add_planned(planned)
        journal.add(Applied(planned.sequence, planned.at_frames))
    journal.add(PadHit(90, 0, 0.5))
    journal.add(Applied(90, 15000))
    journal.add(PanicSent(91))
    journal.add(Jumped(32000, 32640))
    journal.add(Faded(60000, 480))
    journal.close()
    return tmp_path / "session"


@pytest.fixture
def replay() -> Callable[..., Audio]:
    """The real one, imported here because it compiles the kernels, which the other tests do not need."""
    from engine.sessions.replay import replay

    return replay


@pytest.mark.slow
def test_a_replay_strikes_on_the_frames_of_the_journal(folder: Path, replay: Callable[..., Audio]) -> None:
    audio = replay(folder, 64000)
    assert not audio[:1000].any()
    assert np.array_equal(audio[1000:5800], AUDIO), "below the limiter nothing changes"
    assert np.array_equal(audio[15000:19800], (0.5 * AUDIO).astype(np.float32))
    assert not audio[32000:32640].any(), "what was dropped was not heard"
    assert not audio[60480:].any()


@pytest.mark.slow
def test_a_replay_is_the_same_at_any_block_size(folder: Path, replay: Callable[..., Audio]) -> None:
    assert np.array_equal(replay(folder, 64000, 64), replay(folder, 64000, 512))


def test_a_journal_that_breaks_off_is_read_up_to_there(folder: Path) -> None:
    log = folder / LOG
    whole = log.read_bytes()
    for cut in range(len(whole) - 1, len(whole) - 60, -7):
        log.write_bytes(whole[:cut])
        assert len(read_journal(folder).events) < 6


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\x00\x00\x00\x02\x92\xa1"])
def test_what_is_no_journal_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / LOG).write_bytes(content)
    with pytest.raises(UnreadableJournal):
        read_journal(tmp_path)


def test_a_missing_journal_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UnreadableJournal, match="cannot be read"):
        read_journal(tmp_path / "gone")


def test_a_disk_that_fails_is_reported_once(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "session", Session(RATE, "bypass", 1024))
    (tmp_path / "session" / "samples").rmdir()
    (tmp_path / "session" / "samples").write_text("")
    problem = journal.add_sample("ab" * 8, AUDIO)
    assert problem is not None and "no longer being saved" in problem
    assert journal.add(PanicSent(1)) is None and journal.add_sample("cd" * 8, AUDIO) is None


def test_a_plan_that_cannot_be_repeated_is_one_sentence(tmp_path: Path) -> None:
    for name, plan in (("base", Plan(2, 1, 0, ())), ("command", Plan(1, 0, 0, (b"nonsense",))),
                       ("value", Plan(1, 0, 0, (Codec([SetTempo]).encode(SetTempo(1e9)),)))):
        journal = Journal(tmp_path / name, Session(RATE, "bypass", 1024))
        journal.add(plan)
        journal.close()
        with pytest.raises(UnreadableJournal, match=r"lacks the machine|cannot be repeated"):
            read_journal(tmp_path / name)
