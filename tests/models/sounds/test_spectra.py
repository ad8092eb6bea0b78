import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.sounds.spectra import LoopSpectra, match
from tests.models.loops import noise


@settings(max_examples=25, deadline=None)
@given(st.integers(100, 30000), st.sampled_from([512, 2048]))
def test_there_and_back_is_the_same_loop(frames, window_frames):
    audio = np.random.default_rng(frames).normal(size=(2, frames)).astype(np.float32)
    spectra = LoopSpectra(frames, window_frames)
    assert np.abs(spectra.inverse(spectra.forward(audio)) - audio).max() < 1e-5


def test_a_click_is_loudest_in_the_column_that_is_said_to_hear_it():
    audio = np.zeros((1, 20000), np.float32)
    audio[0, 7777] = 1.0
    spectra = LoopSpectra(20000)
    (loudest,) = np.abs(spectra.forward(audio)).sum(axis=1).argmax(axis=1)
    assert loudest in spectra.stft_frames_of(7777)


def test_identical_loops_match_fully_and_silence_not_at_all():
    loop = noise(0.5)
    assert match(loop, loop) == 1.0
    assert match(loop, np.zeros_like(loop)) == pytest.approx(0.0, abs=1e-6)
    assert match(np.zeros_like(loop), np.zeros_like(loop)) == 1.0


def test_the_match_falls_as_loops_grow_apart():
    loop = noise(0.5)
    other = np.roll(noise(1.0)[:, -loop.shape[1] :], 99)
    marks = [match(loop, loop + share * other) for share in (0.0, 0.1, 0.5, 2.0)]
    assert marks == sorted(marks, reverse=True)
