import numpy as np
import pytest

from models.plugins import Onset, TempoGuess, Transcription
from models.velocities import velocities_from
from tests.models.loops import RATE, audio_of, pattern_of


def test_velocities_are_the_levels_of_the_stem():
    stem = np.ascontiguousarray(audio_of(pattern_of(kick="x...o...x...o..."), 120.0).T)
    heard = Transcription(tuple(Onset("kick", beat / 2, 0.3) for beat in range(4)), (TempoGuess(120.0, 4),))
    loud = [onset.velocity for onset in velocities_from({"kick": stem}, heard, RATE).onsets]
    assert loud == pytest.approx([1.0, 0.5, 1.0, 0.5], abs=0.02)


def test_a_drum_without_a_stem_keeps_its_velocities():
    heard = Transcription((Onset("tom", 0.0, 0.3),), (TempoGuess(120.0, 4),))
    assert velocities_from({}, heard, RATE) == heard
