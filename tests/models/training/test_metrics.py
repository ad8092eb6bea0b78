"""The numbers by which decomposers are compared."""

import numpy as np
import pytest

from models.training.evaluate.metrics import (
    BEST_DB,
    STEMS,
    WORST_DB,
    best_shot_scores,
    mono,
    shot_scores,
    si_sdr,
    spectral_distance,
    stem_scores,
)
from models.training.synthesis.bank import RATE

TOP = RATE / 2


@pytest.fixture
def shot(rng: np.random.Generator) -> np.ndarray:
    return rng.standard_normal(12000) * np.exp(-np.arange(12000) / 1500)


def test_the_same_is_as_good_as_can_be(shot: np.ndarray) -> None:
    stem, one = stem_scores(shot, shot, TOP), shot_scores(shot, shot, TOP)
    assert (stem.si_sdr, stem.lsd) == (BEST_DB, 0.0) and stem.mfcc == pytest.approx(1.0)
    assert (one.si_sdr, one.lsd) == (BEST_DB, pytest.approx(0.0, abs=1e-9)) and one.mfcc == pytest.approx(1.0)


def test_known_noise_gives_the_known_ratio(rng: np.random.Generator) -> None:
    true, noise = rng.standard_normal((2, 200000))
    assert si_sdr(true, true + 0.1 * noise) == pytest.approx(20.0, abs=0.1)
    assert si_sdr(true, 5 * (true + 0.1 * noise)) == pytest.approx(20.0, abs=0.1)
    assert si_sdr(true, noise * 0) == WORST_DB


def test_a_level_of_six_decibels_is_a_distance_of_six(rng: np.random.Generator) -> None:
    true = rng.standard_normal(40000)
    assert spectral_distance(true, true / 2, STEMS) == pytest.approx(20 * np.log10(2), abs=0.01)


def test_nothing_is_silence(shot: np.ndarray) -> None:
    assert stem_scores(shot, None, TOP) == stem_scores(shot, shot * 0, TOP)
    assert shot_scores(shot, None, TOP).si_sdr == WORST_DB and shot_scores(shot, None, TOP).mfcc == 0.0


def test_a_shot_may_come_five_milliseconds_late_at_any_gain_but_not_ten(shot: np.ndarray) -> None:
    assert shot_scores(shot, 0.3 * np.pad(shot, (200, 0)), TOP).si_sdr > 60
    assert shot_scores(shot, 3 * shot[150:], TOP).si_sdr > 5
    assert shot_scores(shot, np.pad(shot, (441, 0)), TOP).si_sdr < 0


def test_the_nearest_of_a_tracks_sounds_counts(shot: np.ndarray, rng: np.random.Generator) -> None:
    other = rng.standard_normal(9000)
    assert best_shot_scores([other, shot], shot, TOP) == shot_scores(shot, shot, TOP)


def test_audio_of_any_rate_becomes_mono_at_one() -> None:
    tone = np.sin(2 * np.pi * 440 * np.arange(48000) / 48000)
    found = mono(np.stack([tone, tone], axis=1), 48000)
    assert len(found) == RATE
    assert np.abs(found - np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE))[100:-100].max() < 0.01
