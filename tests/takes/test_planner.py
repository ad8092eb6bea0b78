"""A take is never longer than what can be read again."""

from pathlib import Path

import pytest
import soundfile

from engine.core.commands import Play
from engine.core.snapshot import RecordState
from engine.takes import planner
from engine.takes.planner import Takes
from engine.takes.recorder import Finished
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
