import numpy as np
import pytest

from models.hearing.velocities import agreement, velocities_from
from models.plugins import Onset, TempoGuess, Transcription
from tests.models.loops import RATE, audio_of, pattern_of


def test_velocities_are_the_levels_of_the_stem():
    stem = np.ascontiguousarray(audio_of(pattern_of(kick="x...o...x...o..."), 120.0).T)
    heard = Transcription(tuple(Onset("kick", beat / 2, 0.3) for beat in range(4)), (TempoGuess(120.0, 4),))
    loud = [onset.velocity for onset in velocities_from({"kick": stem}, heard, RATE).onsets]
    assert loud == pytest.approx([1.0, 0.5, 1.0, 0.5], abs=0.02)


def test_where_ear_and_stem_disagree_the_ear_is_believed():
    stem = np.ascontiguousarray(audio_of(pattern_of(kick="x...o...x...o..."), 120.0).T)
    given = (0.4, 1.0, 0.4, 1.0)
    heard = Transcription(tuple(Onset("kick", beat / 2, given[beat]) for beat in range(4)), (TempoGuess(120.0, 4),))
    kept = [onset.velocity for onset in velocities_from({"kick": stem}, heard, RATE).onsets]
    assert kept == pytest.approx(given)


def test_the_nearer_they_agree_the_more_the_stem_counts():
    assert agreement(np.array([0.1, 0.5, 1.0]), np.array([0.2, 0.4, 0.9])) > 0.95
    assert agreement(np.array([0.1, 1.0, 0.5, 0.4]), np.array([0.3, 0.6, 0.2, 0.9])) < 0.6


def test_a_drum_without_a_stem_keeps_its_velocities():
    heard = Transcription((Onset("tom", 0.0, 0.3),), (TempoGuess(120.0, 4),))
    assert velocities_from({}, heard, RATE) == heard
