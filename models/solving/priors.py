"""How drums sound before the loop is heard: typical spectrograms of each kind, learned from one-shots."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from torch import Tensor

from models.weights.files import load_weights
from models.weights.shipped import shipped

WEIGHTS = "drum-priors"
LEAD_S = 0.002  # of silence that a one-shot may hold before its attack


@dataclass(frozen=True, slots=True, eq=False)
class Prior:
    """Exemplars by drum: (exemplars, times, bands) log10 power, normalised to energy 1, at times_s after the attack
    (window centres) and at centres_hz."""

    exemplars: dict[str, np.ndarray]
    times_s: np.ndarray
    centres_hz: np.ndarray

    def of(self, track: str) -> np.ndarray:
        """The exemplars of a drum; those of every drum for a track that is none of the known six."""
        if track in self.exemplars:
            return self.exemplars[track]
        return np.concatenate(list(self.exemplars.values()))


@cache
def shipped_prior() -> Prior:
    """The prior that comes with Tao. Raises WeightsMissing when its file is missing or damaged."""
    tensors, _ = load_weights(shipped(WEIGHTS).path, shipped(WEIGHTS).sha256)
    axes = {"times_s", "centres_hz"}
    return Prior({name: value.numpy() for name, value in tensors.items() if name not in axes},
                 tensors["times_s"].numpy(), tensors["centres_hz"].numpy())


def at_times(table: np.ndarray, times_s: np.ndarray, wanted_s: np.ndarray) -> np.ndarray:
    """(exemplars, wanted, bands) linear power of table (exemplars, times, bands) log10 power at other times.

    Between times_s it is interpolated in log power, after the last one it goes on at the last slope if that falls,
    before the first one it is 1e-12.
    """
    index = np.clip(np.searchsorted(times_s, wanted_s) - 1, 0, len(times_s) - 2)
    share = (wanted_s - times_s[index]) / (times_s[index + 1] - times_s[index])
    slope = table[:, index + 1] - table[:, index]
    slope = np.where((share > 1.0)[None, :, None], np.minimum(slope, 0.0), slope)
    levels = table[:, index] + slope * share[None, :, None].astype(np.float32)
    return np.where((wanted_s >= times_s[0])[None, :, None], 10.0**levels, 1e-12).astype(np.float32)


def to_bins(centres_hz: np.ndarray, sample_rate: int, bins: int) -> Tensor:
    """(bands, bins) weights that interpolate a band's power density at each FFT bin, linearly in log frequency."""
    hz = np.maximum(np.arange(bins) * sample_rate / (2 * (bins - 1)), centres_hz[0])
    place = np.interp(np.log(hz), np.log(centres_hz), np.arange(len(centres_hz)))
    weights = np.maximum(0.0, 1.0 - np.abs(place[None] - np.arange(len(centres_hz))[:, None]))
    return torch.from_numpy(weights.astype(np.float32))
