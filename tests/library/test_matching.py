"""A hit fitted to another's place: found again after it has been made louder, later, higher or longer."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.requests import FitOptions
from engine.library.matching import Fit, decay_time_s, fitted, leading_edge, loudness, shifted, tuning_between

RATE = 48000
ALL = FitOptions(level=True, onset=True, tuning=True, decay=True)


def drum(hz: float = 180.0, decay_s: float = 0.12, length_s: float = 0.6) -> np.ndarray:
    """A tom: three partials and a little noise, dying away."""
    time_s = np.arange(round(length_s * RATE)) / RATE
    tone = sum(np.sin(2 * np.pi * hz * ratio * time_s) / (1 + index) for index, ratio in enumerate((1.0, 1.59, 2.14)))
    noise = np.random.default_rng(1).standard_normal(len(time_s)) * np.exp(-time_s / 0.01)
    return np.repeat((0.3 * (tone * np.exp(-time_s / decay_s) + 0.3 * noise))[:, None], 2, 1).astype(np.float32)


@settings(deadline=None, max_examples=30)
@given(st.floats(0.1, 8.0), st.integers(-400, 3000))
def test_a_louder_later_copy_is_brought_back(gain: float, delay: int) -> None:
    original = shifted(drum(), 500)
    copy = shifted((original / gain).astype(np.float32), delay)
    fit = fitted(copy, original, RATE, FitOptions())
    assert fit.delay_frames == -delay and fit.gain == pytest.approx(gain, rel=1e-3)
    assert np.allclose(fit.gain * shifted(copy, fit.delay_frames)[500:20000], original[500:20000], atol=1e-4)


@pytest.mark.parametrize("semitones", [-7, -3.5, 0, 2, 5, 9])
def test_a_drum_of_another_tuning_is_tuned(semitones: float) -> None:
    other = drum(180.0 * 2.0 ** (semitones / 12))
    assert tuning_between(drum(), other, RATE) == pytest.approx(semitones, abs=0.3)


def test_a_cymbal_is_not_tuned_to_a_drum() -> None:
    noise = np.random.default_rng(3).standard_normal((RATE // 2, 2)).astype(np.float32)
    hiss = np.diff(noise, axis=0, prepend=0.0).astype(np.float32) * np.exp(-np.arange(len(noise)) / 5000)[:, None]
    assert tuning_between(hiss.astype(np.float32), drum(), RATE) == 0.0


def test_a_longer_hit_is_cut_to_the_shorter_ones_decay_and_a_shorter_one_is_left() -> None:
    short, long = drum(decay_s=0.05), drum(decay_s=0.4, length_s=2.0)
    assert fitted(long, short, RATE, ALL).decay_s == pytest.approx(decay_time_s(short, RATE))
    assert fitted(short, long, RATE, ALL).decay_s is None


def test_what_is_not_wished_stays() -> None:
    assert fitted(0.1 * drum(300.0), drum(), RATE, FitOptions(False, False, False, False)) == Fit()


def test_silence_fits_as_it_is() -> None:
    silence = np.zeros((100, 2), np.float32)
    assert fitted(silence, drum(), RATE, ALL) == fitted(drum(), silence, RATE, ALL) == Fit()


def test_the_edge_and_the_level_of_a_known_hit() -> None:
    audio = np.zeros((RATE, 2), np.float32)
    audio[1000:4000] = 0.5
    assert leading_edge(audio) == 1000 and loudness(audio, RATE) == pytest.approx(0.5)
    assert loudness(audio[:1100], RATE) == pytest.approx(0.5 * np.sqrt(100 / 2400))


def test_at_least_a_frame_is_left() -> None:
    assert len(shifted(drum(), -(10**9))) == 1


def test_a_decay_is_timed_from_where_the_hit_begins() -> None:
    time_s = np.arange(RATE) / RATE
    fading = np.repeat(np.exp(-time_s / 0.05)[:, None], 2, 1).astype(np.float32)  # energy: 0.001 after 3.45 of them
    for silence in (0, 4800):
        assert decay_time_s(shifted(fading, silence), RATE) == pytest.approx(0.05 / 2 * np.log(1000.0), abs=0.001)
