import numpy as np
import pytest

from engine.core.loop import Loop
from models.hearing.loop_cut import cut_loop
from models.hearing.onset_strength import OnsetStrength
from tests.models.loops import RATE, audio_of, pattern_of

BEAT = pattern_of(kick="x.......x.x.....", snare="....x.......x...", hihat="x.x.x.x.x.x.x.x.")


@pytest.mark.parametrize("bpm", [90.0, 117.3, 140.0])
def test_whole_bars_are_cut_out_of_a_recording(bpm):
    beat = audio_of(BEAT, bpm)
    lead = np.zeros((12345, 2), np.float32)
    recording = np.concatenate([lead, beat, beat, beat[: len(beat) // 3]])
    found = cut_loop(Loop(recording, RATE, "take"), OnsetStrength())
    assert found.beats == 8
    assert found.bpm == pytest.approx(bpm, rel=0.005)
    assert np.abs(found.audio[: RATE // 20]).max() > 0.3
