"""A journal keeps what was done; what a power cut leaves of it can still be played."""

import errno
import fcntl
import os
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.bridge.codec import Codec
from engine.core.commands import LoadKit, LoadPattern, Play, SetTempo
from engine.core.kit import Kit, OneShot, sample_id
from engine.core.loop import Audio
from engine.core.machine import empty_machine
from engine.core.pattern import Pattern, Step, Track
from engine.library.audio_files import write_wav
from engine.live import journal as journal_module
from engine.live.journal import LOG, SAMPLES, Applied, Faded, Journal, Jumped, PadHit, PanicSent, Plan, Session
from engine.live.journal_reading import UnreadableJournal, read_journal, read_log, was_faded
from engine.live.schedule import Schedule
from engine.takes.take_file import TakeFile

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


def fail(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("broken", ["log", "samples", "both"])
def test_after_a_full_disk_all_of_the_session_is_saved(tmp_path: Path, broken: str, monkeypatch: pytest.MonkeyPatch
                                                       ) -> None:
    folder = tmp_path / "session"
    journal = Journal(folder, Session(RATE, "bypass", 1024))
    with monkeypatch.context() as full:
        if broken != "samples":
            full.setattr(os, "pwrite", fail)
        if broken != "log":
            full.setattr(journal_module, "write_wav", fail)
        said = [journal.add_sample(sample_id(AUDIO), AUDIO)]
        for number in range(3):
            said += [journal.add(PadHit(number + 1, 0, 0.5)), journal.add(Applied(number + 1, number)), journal.flush()]
        (problem,) = filter(None, said)
        assert "no longer being saved" in problem and "No space" in problem, "it is said once"
        assert journal.recovered() is None
    assert journal.flush() is None
    news = journal.recovered()
    assert news is not None and "is saved" in news and journal.recovered() is None
    journal.add(PadHit(4, 0, 0.5))
    journal.close()
    read = read_journal(folder)
    assert len(read.events) == 3 and set(read.sent) == {0, 1, 2, 3, 4} and not read.problems
    assert np.array_equal(read.samples[sample_id(AUDIO)], AUDIO)


FULL = """
import resource, sys
from pathlib import Path
from engine.live.journal import Applied, Journal, Session
journal = Journal(Path(sys.argv[1]), Session(48000, "bypass", 1024))
limit = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limit[1]))
for number in range(1, 200):
    journal.add(Applied(number, number))
print(journal.flush(), journal.flush())
if len(sys.argv) > 2:
    resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    print(journal.flush(), journal.recovered())
    journal.close()
"""


def test_a_file_that_can_grow_no_more_keeps_what_it_has(tmp_path: Path) -> None:
    for name, words in (("cut", []), ("whole", ["again"])):
        done = subprocess.run([sys.executable, "-c", FULL, str(tmp_path / name), *words], capture_output=True,
                              text=True, timeout=60, check=True)
        assert "no longer being saved" in done.stdout and done.stdout.splitlines()[0].endswith(" None")
    cut, whole = read_journal(tmp_path / "cut"), read_journal(tmp_path / "whole")
    assert 10 < len(cut.events) < 199 and len(cut.problems) == 1
    assert len(whole.events) == 199 and not whole.problems


def test_a_record_that_cannot_be_read_costs_what_comes_after_it(tmp_path: Path) -> None:
    codec = Codec([SetTempo])
    good, older = codec.encode(SetTempo(100.0)), codec.encode(SetTempo(100.0)).replace(b"SetTempo", b"SetTempq")
    for name, plan in (("base", Plan(3, 9, 0, ())), ("command", Plan(3, 2, 0, (b"nonsense",))),
                       ("value", Plan(3, 2, 0, (codec.encode(SetTempo(1e9)),))), ("older", Plan(3, 2, 0, (older,)))):
        journal = Journal(tmp_path / name, Session(RATE, "bypass", 1024))
        for record in (Plan(2, 0, 0, (good,)), Applied(2, 10), plan, Applied(3, 20)):
            journal.add(record)
        journal.close()
        read = read_journal(tmp_path / name)
        assert read.events == (Applied(2, 10),) and set(read.sent) == {0, 2}
        (problem,) = read.problems
        assert str(tmp_path / name / LOG) in problem and "byte" in problem and "lost" in problem


def test_a_torn_sample_costs_that_sound_alone(folder: Path) -> None:
    other = 0.5 * AUDIO
    write_wav(folder / SAMPLES / f"{sample_id(other)}.wav", other, RATE)
    path = folder / SAMPLES / f"{sample_id(AUDIO)}.wav"
    whole = path.read_bytes()
    for torn in (whole[:-1000], whole[:30], b"", whole[:-9] + b"x" * 9):
        path.write_bytes(torn)
        read = read_journal(folder)
        assert set(read.samples) == {sample_id(other)}
        assert [str(path) in problem for problem in read.problems] == [True]


def test_any_damage_is_survived(folder: Path) -> None:
    whole, rng = (folder / LOG).read_bytes(), np.random.default_rng(5)
    before = len(read_log(folder).events)
    for _ in range(400):
        log = bytearray(whole)
        for place in rng.integers(0, len(log), rng.integers(1, 4)):
            log[place] = rng.integers(0, 256)
        (folder / LOG).write_bytes(log[: rng.integers(1, len(log) + 1)] if rng.random() < 0.2 else log)
        try:
            read = read_log(folder)
            assert len(read.events) <= before
            was_faded(folder)
        except UnreadableJournal:
            pass


def test_a_running_session_is_locked_and_private(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "session", Session(RATE, "bypass", 1024))
    assert stat.S_IMODE((tmp_path / "session" / LOG).stat().st_mode) == 0o600
    with (tmp_path / "session" / LOG).open("rb") as log:
        with pytest.raises(BlockingIOError):
            fcntl.flock(log, fcntl.LOCK_SH | fcntl.LOCK_NB)
        journal.close()
        fcntl.flock(log, fcntl.LOCK_SH | fcntl.LOCK_NB)


def test_what_was_flushed_is_made_durable_on_another_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: set[tuple[int, str]] = set()
    real = os.fsync

    def note(handle: int) -> None:
        synced.add((os.fstat(handle).st_ino, threading.current_thread().name))
        real(handle)

    monkeypatch.setattr(os, "fsync", note)
    journal = Journal(tmp_path / "session", Session(RATE, "bypass", 1024))
    journal.add_sample(sample_id(AUDIO), AUDIO)
    journal.add(PanicSent(1))
    journal.flush()
    take = TakeFile(tmp_path / "take.wav", RATE, journal._syncer)
    take.append(AUDIO)
    take.close()
    journal.close()
    samples = tmp_path / "session" / SAMPLES
    for path in (tmp_path / "session" / LOG, samples, samples / f"{sample_id(AUDIO)}.wav", tmp_path / "take.wav"):
        assert (path.stat().st_ino, "sync") in synced, path
    assert {thread for _, thread in synced} == {"sync"}, "the control thread never waits for the disk"


def test_a_power_cut_costs_only_what_came_after_the_last_flush(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk here keeps of a file what it had when it was last synced."""
    durable, real = tmp_path / "durable", os.fsync
    files = {path.name: path for path in (tmp_path / "session" / LOG, tmp_path / "take.wav")}

    def keep(handle: int) -> None:
        real(handle)
        for name, path in files.items():
            if path.exists() and os.path.samestat(os.fstat(handle), path.stat()):
                (durable / "new").write_bytes(path.read_bytes())
                (durable / "new").replace(durable / name)

    def settled(name: str) -> bool:
        end_s = time.monotonic() + 20.0
        while time.monotonic() < end_s:
            if (durable / name).exists() and (durable / name).stat().st_size == files[name].stat().st_size:
                return True
            time.sleep(0.002)
        return False

    durable.mkdir()
    monkeypatch.setattr(os, "fsync", keep)
    journal = Journal(tmp_path / "session", Session(RATE, "bypass", 1024))
    take = TakeFile(tmp_path / "take.wav", RATE, journal._syncer)
    for second in range(1, 5):
        journal.add(Applied(0, second * RATE))
        take.append(AUDIO)
        journal.flush()
        assert settled(LOG) and settled("take.wav")
        journal.add(Applied(0, second * RATE + 1))  # lost, unless the next flush comes
        assert [event.at_frames for event in read_log(durable).events][-1] == second * RATE
        assert len(soundfile.read(durable / "take.wav")[0]) == second * len(AUDIO)
    take.close()
    journal.close()
