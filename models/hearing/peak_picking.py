"""From curves to hits: local maxima of each drum's probability, timed between the STFT frames."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import maximum_filter1d

_NEIGHBOURS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """Hits by time: drum indices (hits,), the STFT frame of each peak, exact positions in STFT frames,
    and the peaks' probabilities."""

    drums: np.ndarray
    frames: np.ndarray
    places: np.ndarray
    chances: np.ndarray

    def of(self, keep: np.ndarray) -> "Events":
        """The hits of a mask or of indices."""
        return Events(self.drums[keep], self.frames[keep], self.places[keep], self.chances[keep])


def events(chances: np.ndarray, thresholds: np.ndarray) -> Events:
    """Peaks of chances (stft_frames, drums) that are the largest within two frames and reach their drum's
    threshold; the place is the centroid of the three frames at the peak."""
    largest = maximum_filter1d(chances, 2 * _NEIGHBOURS + 1, axis=0)
    peaks = (chances == largest) & (chances >= thresholds)
    peaks[1:] &= ~peaks[:-1]                               # a plateau is one peak
    frames, drums = np.nonzero(peaks)
    padded = np.pad(chances, ((1, 1), (0, 0)))
    before, at, after = (padded[frames + shift, drums] for shift in (0, 1, 2))
    places = frames + (after - before) / np.maximum(before + at + after, 1e-9)
    return Events(drums, frames, places, chances[frames, drums])


def matched(truth: np.ndarray, heard: np.ndarray, within: float) -> list[tuple[int, int]]:
    """The largest one-to-one matching of two ascending lists of moments within +-`within`: index pairs."""
    pairs, first = [], 0  # compared as mir_eval does, rounding included
    for index, moment in enumerate(truth):
        while first < len(heard) and heard[first] + within < moment:
            first += 1
        if first < len(heard) and heard[first] - within <= moment:
            pairs.append((index, first))
            first += 1
    return pairs
