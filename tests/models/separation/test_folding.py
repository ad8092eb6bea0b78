"""Bins become bands and come back."""

import numpy as np
import pytest
import torch

from models.separation.folding import BANDS, Folding, band_places


@pytest.mark.parametrize("window_frames, sample_rate", [(2048, 44100), (2240, 48000), (1024, 22050)])
def test_what_is_even_stays_even(window_frames: int, sample_rate: int) -> None:
    folding = Folding(window_frames, sample_rate)
    folded = folding.fold(np.ones((window_frames // 2 + 1, 3), np.float32))
    reached = folding.weights.sum(axis=1) > 0
    assert np.allclose(folded[reached], 1.0, atol=1e-5)
    assert np.allclose(folded[~reached], 0.0)
    assert np.allclose(folding.unfold(torch.ones(BANDS, 3)), 1.0)


def test_a_band_is_the_same_frequency_at_every_rate() -> None:
    tone = torch.zeros(BANDS, 1)
    tone[90] = 1.0
    highest = [float(Folding(frames, rate).unfold(tone)[:, 0].argmax()) * rate / frames
               for frames, rate in ((2048, 44100), (2240, 48000), (4480, 96000))]
    assert np.ptp(highest) < 45.0                # a bin is 21 Hz wide


def test_bands_rise_with_frequency_and_reach_the_top() -> None:
    places = band_places(np.array([0.0, 50.0, 500.0, 5000.0, 22050.0]))
    assert (np.diff(places) > 0).all()
    assert places[0] == 0 and places[-1] == BANDS - 1
