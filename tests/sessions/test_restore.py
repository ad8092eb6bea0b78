"""What an engine that was killed had loaded is there again, in the next one: music, settings, and what undo takes."""

import time
from pathlib import Path

import numpy as np
import pytest

from engine.core.commands import (
    LatchEffect,
    LoadDecomposition,
    Play,
    ResumeSession,
    SetGain,
    SetMute,
    SetTempo,
    ShapeEffect,
    ToggleStep,
    apply,
)
from engine.core.effects import Effect
from engine.core.errors import TaoError
from engine.core.kit import Kit, OneShot, sample_id
from engine.core.loop import PlayedLoop
from engine.core.machine import Listen, Machine, empty_machine
from engine.core.pattern import Pattern, Step, Track
from engine.live.history import History
from engine.live.journal import LOG, SAMPLES, Applied, Faded, Journal, Session
from engine.live.journal_reading import UnreadableJournal
from engine.live.schedule import Schedule
from engine.server.running_engines import engines, socket_of
from engine.sessions.listing import broken_off, find_session, list_sessions
from engine.sessions.restore import NothingToRestore, restore
from tests.rig import running_engine

RATE = 48000
HIT = np.repeat(np.sin(np.linspace(0, 60, 4800))[:, None], 2, 1).astype(np.float32)
LOOP = np.repeat(0.5 * np.sin(2 * np.pi * np.arange(96000) / 480)[:, None], 2, 1).astype(np.float32)


def written(folder: Path, *commands: object, end: tuple[int, int] | None = None) -> Path:
    """A session in which these commands were applied one after the other; ended by a fade, or not at all."""
    schedule, journal = Schedule(empty_machine(RATE), 0), Journal(folder, Session(RATE, "bypass", 1024))
    for audio in (HIT, LOOP):
        journal.add_sample(sample_id(audio), audio)
    for number, command in enumerate(commands):
        schedule.edit(command, 1000 * number)  # type: ignore[arg-type]
        batch = schedule.take_unsent()
        assert batch is not None
        for planned in batch.planned:
            journal.add_planned(planned)
            journal.add(Applied(planned.sequence, planned.at_frames))
            schedule.was_applied(planned.sequence)
    if end is not None:
        journal.add(Faded(*end))
    journal.close()
    return folder


def decomposition() -> LoadDecomposition:
    kit = Kit("found", {"kick": OneShot(sample_id(HIT), 4800, gain=0.5)})
    pattern = Pattern((Track("kick", (Step(1.0), None, None, None)),), beats=4)
    return LoadDecomposition(kit, pattern, PlayedLoop(sample_id(LOOP), 96000, 4, residual=sample_id(LOOP)),
                             Listen.KIT_AND_RESIDUAL)


def test_a_machine_comes_back_stopped_with_all_that_was_set(tmp_path: Path) -> None:
    folder = written(tmp_path / "s", decomposition(), ToggleStep("kick", 2), SetTempo(93.5), SetMute("kick", True),
                     SetGain(-4.0), Play())
    recalled = restore(folder, RATE)
    machine = apply(ResumeSession(recalled.machine), empty_machine(RATE), 0)
    assert not machine.playing and machine.timeline.bpm == 93.5 and machine.mutes == {"kick"}
    assert machine.effects.gain_db == -4.0 and machine.loop is not None and machine.listen is Listen.KIT_AND_RESIDUAL
    assert machine.pattern.track("kick").steps[2] is not None
    assert recalled.samples.keys() == {sample_id(HIT), sample_id(LOOP)}
    assert [len(m.kit.one_shots) for m in recalled.machines] == [0, 1, 1, 1], "undo goes back to each"


def test_undo_of_mutes_and_effects_survives_the_session(tmp_path: Path) -> None:
    folder = written(tmp_path / "s", decomposition(), SetMute("kick", True), LatchEffect(Effect.DELAY, True),
                     ShapeEffect(Effect.DELAY, 0.7), ToggleStep("kick", 2), Play(), SetTempo(99.0))
    machines = restore(folder, RATE).machines
    history, machine = History(), apply(ResumeSession(machines[-1]), empty_machine(RATE), 0)
    history.remember(machines)
    seen = []
    for _ in range(3):
        machine = apply(history.undo(machine), machine, 0)
        seen.append((machine.pattern.track("kick").steps[2] is None, machine.effects.on, machine.mutes))
    assert seen == [(True, (Effect.DELAY,), {"kick"}), (True, (), {"kick"}), (True, (), frozenset())]
    assert machine.timeline.bpm == 99.0 and not machine.playing


def test_a_session_comes_back_at_another_sample_rate_in_tune_and_in_time(tmp_path: Path) -> None:
    recalled = restore(written(tmp_path / "s", decomposition()), 44100)
    machine = recalled.machine
    shot, loop = machine.kit.one_shots["kick"], machine.loop
    assert loop is not None and loop.frames == len(recalled.samples[loop.sample]) == 88200
    assert shot.frames == 4410 and shot.gain == 0.5
    time_s = np.arange(88200) / 44100
    assert np.abs(recalled.samples[loop.sample][:, 0] - 0.5 * np.sin(2 * np.pi * 100 * time_s)).max() < 1e-3


def test_a_session_in_which_nothing_was_done_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(NothingToRestore, match="nothing was loaded"):
        restore(written(tmp_path / "s", Play()), RATE)


def test_a_session_that_lost_a_sound_comes_back_without_it(tmp_path: Path) -> None:
    folder = written(tmp_path / "s", decomposition(), SetTempo(93.5))
    path = folder / SAMPLES / f"{sample_id(HIT)}.wav"
    path.write_bytes(path.read_bytes()[:-100])
    back = restore(folder, RATE)
    assert back.machine.kit.one_shots == {} and back.machine.loop is not None and back.machine.timeline.bpm == 93.5
    assert set(back.samples) == {sample_id(LOOP)} and len(back.problems) == 1 and path.name in back.problems[0]
    (folder / SAMPLES / f"{sample_id(LOOP)}.wav").unlink()
    back = restore(folder, 44100)
    assert back.machine.loop is None and back.machine.listen is Listen.KIT and len(back.problems) == 2


def test_one_damaged_record_closes_nothing(tmp_path: Path) -> None:
    folder = written(tmp_path / f"20260101-120000-{2**22 + 1}", decomposition(), SetTempo(93.5), SetTempo(94.5))
    log = (folder / LOG).read_bytes()
    place = log.rindex(b"SetTempo")
    (folder / LOG).write_bytes(log[:place] + b"SetTempq" + log[place + 8 :])
    (listed,) = list_sessions(tmp_path)
    assert listed.loaded and listed.bpm == 93.5 and str(folder / LOG) in listed.problem
    assert broken_off(tmp_path) == listed and find_session(tmp_path, None) == folder
    assert restore(folder, RATE).problems == (listed.problem,)
    (folder / LOG).write_bytes(b"nonsense")
    (listed,) = list_sessions(tmp_path)
    assert listed.state == "unreadable" and not listed.loaded and "journal" in listed.problem
    with pytest.raises(UnreadableJournal):
        broken_off(tmp_path)


def test_only_a_session_that_broke_off_with_something_loaded_is_offered(tmp_path: Path) -> None:
    older = written(tmp_path / f"20260101-120000-{2**22 + 1}", decomposition())
    assert broken_off(tmp_path) == next(list_sessions(tmp_path))
    assert find_session(tmp_path, None) == older == find_session(tmp_path, older.name)
    ended = tmp_path / f"20260102-120000-{2**22 + 2}"
    journal = Journal(ended, Session(RATE, "bypass", 1024))
    journal.add(Faded(4800, 2400))
    journal.close()
    assert broken_off(tmp_path) is None and [kept.state for kept in list_sessions(tmp_path)] == ["ended", "crashed"]
    (tmp_path / f"20260103-120000-{2**22 + 3}").mkdir()
    assert broken_off(tmp_path) is None and len(list(list_sessions(tmp_path))) == 2
    with pytest.raises(TaoError, match="no session 'gone'"):
        find_session(tmp_path, "gone")


def test_a_session_is_offered_again_when_tao_crashes_while_it_comes_back(tmp_path: Path) -> None:
    older = written(tmp_path / f"20260101-120000-{2**22 + 1}", decomposition())
    for number in (2, 3):  # nothing was loaded yet
        Journal(tmp_path / f"2026010{number}-120000-{2**22 + number}", Session(RATE, "bypass", 1024)).close()
    kept = broken_off(tmp_path)
    assert kept is not None and kept.folder == older
    ended = Journal(tmp_path / f"20260104-120000-{2**22 + 4}", Session(RATE, "bypass", 1024))
    ended.add(Faded(4800, 2400))
    ended.close()
    assert broken_off(tmp_path) is None, "since then, Tao was ended"


def test_a_session_that_was_ended_with_something_loaded_is_not_offered(tmp_path: Path) -> None:
    folder = written(tmp_path / f"20260101-120000-{2**22 + 1}", decomposition(), end=(4800, 2400))
    (kept,) = list_sessions(tmp_path)
    assert kept.loaded and kept.state == "ended" and kept.folder == folder
    assert broken_off(tmp_path) is None, "it was ended politely"
    assert find_session(tmp_path, None) == folder, "but it can be resumed on request"


def test_an_engine_that_was_killed_is_resumed_by_the_next(tmp_path: Path) -> None:
    with running_engine(tmp_path / "first", "null") as engine:
        engine.load_kit("first")
        for command in (ToggleStep("kick", 3), SetTempo(101.0), LatchEffect(Effect.REVERB, True), Play()):
            engine.client.ask(command)
        time.sleep(1.5)  # the journal is written out once a second
        before, session = engine.client.snapshot().status.machine, engine.session
        engine.process.kill()
        engine.process.wait()
    assert (kept := broken_off(session.parent)) is not None and kept.kit == "first" and kept.line()
    with running_engine(tmp_path / "second", "null", resume=str(session), sample_rate=44100) as engine:
        assert engine.client.wait(lambda s: s.status.machine.kit.name == "first", 5.0)
        after = engine.client.snapshot().status.machine
        assert (after.pattern, after.effects, after.timeline.bpm) == (before.pattern, before.effects, 101.0)
        assert not after.playing and _lengths_s(after) == pytest.approx(_lengths_s(before), abs=1e-4)
        engine.client.undo()  # the reverb
        assert engine.client.wait(lambda s: not s.status.machine.effects.on, 5.0)
        engine.client.undo()
        toggled = before.pattern.track("kick").steps[3]
        assert engine.client.wait(lambda s: s.status.machine.pattern.track("kick").steps[3] != toggled, 5.0)
        engine.client.ask(Play())
        assert engine.client.wait(lambda s: max(s.meters.master_peaks) > 0.01, 5.0)
        engine.finish()
        assert broken_off(engine.sessions) is None and next(list_sessions(engine.sessions)).state == "ended"


def _lengths_s(machine: Machine) -> list[float]:
    return [shot.frames / machine.timeline.sample_rate for shot in machine.kit.one_shots.values()]


def test_a_journal_that_is_damaged_does_not_start_half_a_session(tmp_path: Path) -> None:
    folder = written(tmp_path / "s", decomposition())
    (folder / LOG).write_bytes(b"nonsense")
    with pytest.raises(TaoError, match="journal"), running_engine(tmp_path, "null", resume=str(folder)):
        pass


def test_of_several_engines_one_is_chosen_by_its_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with pytest.raises(TaoError, match="Start one"):
        socket_of(None)
    with running_engine(tmp_path / "a", "null") as one:
        assert socket_of(None) == one.socket
        with running_engine(tmp_path / "b", "null") as other:
            assert {engine.pid for engine in engines()} == {one.client.pid, other.client.pid}
            assert socket_of(one.client.pid) == one.socket
            with pytest.raises(TaoError, match=f"2 engines.*attach {other.client.pid}"):
                socket_of(None)
            with pytest.raises(TaoError, match="No engine has the process id 1"):
                socket_of(1)


