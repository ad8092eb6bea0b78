"""A take is never longer than what can be read again."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.core.commands import Command, DoubleReading, HalveReading, LoadLoop, Play, PlayFrom, ShiftDownbeat
from engine.core.loop import PlayedLoop
from engine.core.machine import Listen
from engine.core.snapshot import RecordState
from engine.takes import planner
from engine.takes.planner import Takes
from engine.takes.recorder import Finished, Use
from tests.live.test_conductor import RATE, Room


@pytest.mark.slow
@pytest.mark.parametrize("playing", [False, True])
def test_a_take_that_nobody_ends_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, playing: bool) -> None:
    monkeypatch.setattr(planner, "MAX_TAKE_S", 5.0)
    room, finished = Room(tmp_path), list[Finished]()
    takes = Takes(room.conductor, room.host, tmp_path, lambda: 0, room.notices, finished.append)
    if playing:
        room.conductor.perform(Play())
        room.play(20)
    takes.start(None)
    while takes.state is not RecordState.OFF:
        room.play(30)
        takes.step()
    (take,) = finished
    assert 2.9 < len(take.audio) / RATE <= 5.0 and soundfile.info(take.path).duration <= 5.0
    room.journal.close()


@pytest.mark.parametrize("with_loop", [False, True])
def test_while_stopped_a_take_without_a_length_begins_at_once_and_sets_the_tempo(tmp_path: Path,
                                                                                with_loop: bool) -> None:
    room, finished = Room(tmp_path), list[Finished]()
    takes = Takes(room.conductor, room.host, tmp_path, lambda: 0, room.notices, finished.append)
    if with_loop:
        sample = room.conductor.keep(np.zeros((RATE, 2), np.float32))
        room.conductor.perform(LoadLoop(PlayedLoop(sample, RATE, 2), Listen.ORIGINAL))
        room.play(5)
    takes.start(None)
    room.play(40)
    takes.step()
    assert takes.state is RecordState.RECORDING and not room.conductor.machine.playing
    takes.end()
    room.play(5)
    takes.step()
    (take,) = finished
    assert take.take.use is Use.TEMPO and take.take.beats is None
    room.journal.close()


def test_while_the_song_plays_such_a_take_stays_in_time(tmp_path: Path) -> None:
    room, finished = Room(tmp_path), list[Finished]()
    takes = Takes(room.conductor, room.host, tmp_path, lambda: 0, room.notices, finished.append)
    room.conductor.perform(Play())
    room.play(20)
    takes.start(None)
    while takes.state is not RecordState.RECORDING:
        room.play(30)
        takes.step()
    takes.end()
    while takes.state is not RecordState.OFF:
        room.play(30)
        takes.step()
    (take,) = finished
    assert take.take.use is Use.LOOP and take.take.beats and take.take.beats % 4 == 0
    room.journal.close()


@pytest.mark.parametrize(("command", "beats"), [(HalveReading(), 2), (DoubleReading(), 8), (ShiftDownbeat(2), 4),
                                                (PlayFrom(0), 4)])
@pytest.mark.parametrize("running", [True, False])
def test_a_take_ends_where_it_would_have_ended_when_the_song_is_counted_otherwise(
        tmp_path: Path, command: Command, beats: int, running: bool) -> None:
    room, finished = Room(tmp_path), list[Finished]()
    takes = Takes(room.conductor, room.host, tmp_path, lambda: 0, room.notices, finished.append)
    sample = room.conductor.keep(np.zeros((4 * RATE // 2, 2), np.float32))
    room.conductor.perform(LoadLoop(PlayedLoop(sample, 4 * RATE // 2, 4), Listen.ORIGINAL))
    room.conductor.perform(Play())
    room.play(2000)
    takes.start(4)
    takes.step()
    while takes.state is not (RecordState.RECORDING if running else RecordState.ARMED):
        room.play(30)
        takes.step()
    room.conductor.perform(command)
    for _ in range(100):
        room.play(30)
        takes.step()
    (take,) = finished
    assert abs(len(take.audio) - 4 * RATE // 2) <= 1 and take.take.beats == beats
    at_frames = room.conductor.machine.timeline.frames_at(take.take.start_ticks or 0)
    assert abs(at_frames - take.take.start_frames) <= 30
    room.journal.close()
