"""From curves to hits: peaks of onset strength, and peaks of each drum's activation, timed between STFT frames."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import maximum_filter1d, uniform_filter1d

_NEIGHBOURS = 2


def peaks(curve: np.ndarray, threshold: float, apart: int = 4, around: int = 20) -> np.ndarray:
    """Indices, ascending, at which `curve` (stft_frames,) is the largest within +-`apart` STFT frames and at least
    `threshold` above its mean within +-`around` (Böck, Krebs & Schedl, ISMIR 2012, section 2.2)."""
    largest = maximum_filter1d(curve, 2 * apart + 1)
    mean = uniform_filter1d(curve, 2 * around + 1)
    found = np.nonzero((curve == largest) & (curve >= mean + threshold))[0]
    keep = np.diff(found, prepend=-apart - 1) > 1  # a plateau is one peak
    return found[keep]


@dataclass(frozen=True, slots=True, eq=False)
class Peaks:
    """Peaks of the drums' activations by time, (peaks,) each: drum indices, the STFT frame of each peak, its place in
    STFT frames, interpolated, and the activation there."""

    drums: np.ndarray
    frames: np.ndarray
    places: np.ndarray
    activations: np.ndarray

    def of(self, keep: np.ndarray) -> "Peaks":
        """The peaks of a mask or of indices."""
        return Peaks(self.drums[keep], self.frames[keep], self.places[keep], self.activations[keep])


def activation_peaks(activations: np.ndarray, thresholds: np.ndarray) -> Peaks:
    """Peaks of activations (stft_frames, drums) that are the largest within two STFT frames and reach their drum's
    threshold (drums,). A peak's place is the centroid of the three frames around it."""
    largest = maximum_filter1d(activations, 2 * _NEIGHBOURS + 1, axis=0)
    found = (activations == largest) & (activations >= thresholds)
    found[1:] &= ~found[:-1]                               # a plateau is one peak
    frames, drums = np.nonzero(found)
    padded = np.pad(activations, ((1, 1), (0, 0)))
    before, at, after = (padded[frames + shift, drums] for shift in (0, 1, 2))
    places = frames + (after - before) / np.maximum(before + at + after, 1e-9)
    return Peaks(drums, frames, places, activations[frames, drums])


def matched(truth: np.ndarray, found: np.ndarray, within: float) -> list[tuple[int, int]]:
    """Index pairs of the largest one-to-one matching of two ascending lists of times within +-`within`, as mir_eval
    defines it."""
    pairs, first = [], 0  # compared as mir_eval does, rounding included
    for index, moment in enumerate(truth):
        while first < len(found) and found[first] + within < moment:
            first += 1
        if first < len(found) and found[first] - within <= moment:
            pairs.append((index, first))
            first += 1
    return pairs
