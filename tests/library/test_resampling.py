import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.library.resampling import resampled
from tests.models.loops import noise

rates = st.sampled_from([8000, 22050, 44100, 48000, 96000, 192000])


def test_equal_rates_change_nothing():
    audio = noise(0.1)
    assert resampled(audio, 44100, 44100) is audio


@pytest.mark.parametrize("to_rate", [22050, 48000, 96000])
def test_a_sine_keeps_its_pitch_and_level(to_rate):
    seconds = np.arange(44100) / 44100
    there = resampled(np.sin(2 * np.pi * 1000 * seconds)[None].astype(np.float32), 44100, to_rate)
    wanted = np.sin(2 * np.pi * 1000 * np.arange(to_rate) / to_rate)
    assert np.abs(there[0] - wanted).max() < 1e-4


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 9000), rates, rates, st.booleans())
def test_any_length_gets_the_nearest_whole_length(frames, from_rate, to_rate, circular):
    audio = np.random.default_rng(frames).normal(size=(2, frames)).astype(np.float32)
    there = resampled(audio, from_rate, to_rate, circular)
    assert there.shape == (2, max(1, round(frames * to_rate / from_rate)))
    assert there.dtype == np.float32
    assert np.isfinite(there).all()


def test_a_hit_does_not_smear_across_the_ends_of_what_is_no_loop():
    audio = np.zeros((1, 4410), np.float32)
    audio[0, 0] = 1.0
    assert np.abs(resampled(audio, 44100, 48000, circular=False)[0, -100:]).max() < 1e-3
