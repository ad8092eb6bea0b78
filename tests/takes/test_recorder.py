"""A take whose sound is gone before it could be read is ended, and a sentence says what is left of it."""

from pathlib import Path

import numpy as np
import pytest

from engine.core.errors import TaoError
from engine.core.loop import Audio
from engine.core.snapshot import RecordState
from engine.core.timeline import Timeline
from engine.takes.recorder import Recorder, Take


class ForgetfulRing:
    """Has what was asked for first, and nothing after it."""

    def __init__(self) -> None:
        self.newest_frame, self.oldest_frame = 24000, 0

    def read(self, from_frame: int, frames: int) -> Audio:
        if from_frame > 0:
            raise TaoError("It is gone.")
        return np.zeros((frames, 2), np.float32)


def test_a_take_that_was_overwritten_names_the_file_of_what_came_before(tmp_path: Path) -> None:
    ring, recorder, timeline = ForgetfulRing(), Recorder(48000), Timeline(120.0, 48000)
    recorder.arm(Take(0, 480000), ring, 0, tmp_path / "take.wav")  # type: ignore[arg-type]
    assert recorder.step(lambda frame: timeline) is None
    ring.newest_frame = 48000
    with pytest.raises(TaoError, match=r"overwritten before Tao could read it. What came before is in take.wav"):
        recorder.step(lambda frame: timeline)
    assert recorder.state is RecordState.OFF and (tmp_path / "take.wav").exists()
