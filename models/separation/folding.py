"""The frequency axis of the masks: from FFT bins of any window and rate to the bands that the network works on.

Bands lie on the curve asinh(f / 655 Hz): at the bottom as wide as the bins of a 2048-frame window, above 0.7 kHz in
proportion to frequency; 128 of them reach 22 kHz.
"""

import numpy as np
import torch
from torch import Tensor

BANDS = 128
_BEND_HZ, _TOP_HZ = 655.0, 22050.0


def band_places(bins_hz: np.ndarray) -> np.ndarray:
    """The fractional band index of each frequency, 0 .. BANDS - 1."""
    places = np.arcsinh(bins_hz / _BEND_HZ) * BANDS / np.arcsinh(_TOP_HZ / _BEND_HZ) - 0.5
    return np.clip(places, 0, BANDS - 1)


class Folding:
    """Converts between bins and bands, for windows of `window_frames` at `sample_rate`."""

    def __init__(self, window_frames: int, sample_rate: int) -> None:
        bins = window_frames // 2 + 1
        places = band_places(np.arange(bins) * sample_rate / window_frames)
        self._low = np.minimum(places.astype(int), BANDS - 2)
        self._part = (places - self._low).astype(np.float32)
        weights = np.zeros((BANDS, bins), np.float32)
        np.add.at(weights, (self._low, np.arange(bins)), 1 - self._part)
        np.add.at(weights, (self._low + 1, np.arange(bins)), self._part)
        self.weights = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-6)

    def fold(self, values: np.ndarray) -> np.ndarray:
        """(..., bins, stft_frames) -> (..., bands, stft_frames): weighted means; 0 in bands above the highest bin."""
        return self.weights @ values

    def unfold(self, values: Tensor) -> Tensor:
        """(..., bands, stft_frames) -> (..., bins, stft_frames): linear interpolation between band centres."""
        low = torch.from_numpy(self._low).to(values.device)
        part = torch.from_numpy(self._part).to(values.device)[:, None]
        below = values.index_select(-2, low)
        return below + part * (values.index_select(-2, low + 1) - below)
