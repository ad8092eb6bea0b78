"""Which candidate hits are real, decided on the loop as a whole.

A network's activation at one moment is a guess, and the loop knows more: how sure the network ever is of that drum in
this loop, what it says wherever the same sound returns, which other drums it hears at that moment. One logistic
regression per drum weighs these, fitted on validation loops; its output is a calibrated confidence.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.ndimage import maximum_filter1d
from scipy.special import expit

from engine.core.errors import WeightsMissing
from engine.core.pattern import TRACK_NAMES
from models.hearing.ensemble import LoopActivations
from models.hearing.peak_picking import Peaks, activation_peaks
from models.hearing.spectrogram import STFT_FRAMES_PER_S

METADATA_KEY = "judge"          # where a weights file keeps the classifier
CANDIDATE_ACTIVATION = 0.06
FEATURES = 5 + 5 * len(TRACK_NAMES)
_EARLY_STFT_FRAMES = 0.4        # a hit this little before the end is the first one of the loop
_LOW_BANDS, _HIGH_BANDS = slice(0, 40), slice(40, 81)
_SUREST = 8.0                   # logits are clipped to +- this
_ALIKE = 12.0                   # how fast similarity falls with the cosine's distance from 1


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """Hits by time, (hits,) each: drums, indices; times_s; velocities (0..1], each drum's loudest at 1; confidences,
    0..1."""

    drums: np.ndarray
    times_s: np.ndarray
    velocities: np.ndarray
    confidences: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class HitClassifier:
    """weights (drums, features + 1), the last column constant; threshold: the confidence from which on a candidate is a
    hit."""

    weights: np.ndarray
    threshold: float

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, Any] | None) -> "HitClassifier":
        """The classifier that a weights file holds; without one, a classifier that passes the networks' logits on."""
        if metadata is None:
            weights = np.zeros((len(TRACK_NAMES), FEATURES + 1))
            weights[:, 0] = 1.0
            return cls(weights, 0.4)
        classifier = cls(np.array(metadata["weights"], float), float(metadata.get("threshold", 0.4)))
        if classifier.weights.shape != (len(TRACK_NAMES), FEATURES + 1):
            raise WeightsMissing(f"These weights classify hits by {classifier.weights.shape[-1] - 1} features, and "
                                 f"this version of Tao has {FEATURES}. Install the weights that belong to it.")
        return classifier

    def metadata(self) -> dict[str, Any]:
        """What `from_metadata` reads."""
        return {"weights": np.round(self.weights, 5).tolist(), "threshold": round(self.threshold, 4)}

    def confidences(self, drums: np.ndarray, features: np.ndarray) -> np.ndarray:
        """(hits,) calibrated confidences of candidates with `features` (hits, FEATURES)."""
        return expit((features * self.weights[drums, :-1]).sum(axis=1) + self.weights[drums, -1])

    def hits(self, activations: LoopActivations) -> Hits:
        """The hits of a loop."""
        candidates = candidates_of(activations)
        confidences = self.confidences(candidates.drums, features_of(activations, candidates))
        accepted = confidences >= self.threshold
        kept = candidates.of(accepted)
        times_s = np.maximum(kept.places - activations.first, 0.0) / STFT_FRAMES_PER_S
        return Hits(kept.drums, times_s, velocities_of(activations, kept), confidences[accepted])


def candidates_of(activations: LoopActivations) -> Peaks:
    """Every activation peak inside the loop that may be a hit. Its place is the mean of the peak's centroid and the
    place that the networks' offset names: their errors are independent."""
    found = activation_peaks(activations.onsets, np.full(len(TRACK_NAMES), CANDIDATE_ACTIVATION))
    named = found.frames + activations.offsets[found.frames, found.drums]
    found = replace(found, places=(found.places + named) / 2)
    after = found.places - activations.first
    return found.of((after >= -_EARLY_STFT_FRAMES) & (after < activations.frames - _EARLY_STFT_FRAMES))


def features_of(activations: LoopActivations, candidates: Peaks) -> np.ndarray:
    """(hits, FEATURES). Of the candidate's drum: its logit here, its largest logit in the loop, its presence; the log
    number of candidates that sound similar in the low and in the high half of the spectrum. Of all drums: their logits
    here, the means of their logits over the candidates that sound similar, low and high, their largest logits in the
    loop, their presence."""
    logits = np.clip(maximum_filter1d(activations.logits, 3, axis=0), -_SUREST, _SUREST)
    frames, drums = candidates.frames, candidates.drums
    inside = logits[activations.first : activations.first + max(round(activations.frames), 1)]
    largest = inside.max(axis=0)
    presence = np.log((activations.presence + 1e-3) / (1 - activations.presence + 1e-3))
    moments = np.unique(frames)
    place = np.searchsorted(moments, frames)
    means, counts = [], []
    for bands in (_LOW_BANDS, _HIGH_BANDS):
        alike = similarity(activations.spectrogram, moments, bands)
        means.append((alike @ logits[moments] / alike.sum(axis=1, keepdims=True))[place])
        counts.append(np.log(alike.sum(axis=1))[place])
    everywhere = np.concatenate([largest, presence])[None].repeat(len(frames), axis=0)
    return np.column_stack([logits[frames, drums], largest[drums], presence[drums], *counts, logits[frames],
                            *means, everywhere])


def similarity(spectrogram: np.ndarray, moments: np.ndarray, bands: slice) -> np.ndarray:
    """(moments, moments) 0..1: how similar the rise and the first 50 ms are at two STFT frames, in some bands."""
    half = spectrogram.shape[1] // 2
    level, rise = spectrogram[:, :half][:, bands], spectrogram[:, half:][:, bands]
    last = len(spectrogram) - 1
    parts = [2 * (rise[moments] + rise[np.minimum(moments + 1, last)])]
    parts += [level[np.minimum(moments + shift, last)] for shift in (1, 3, 5)]
    patch = np.concatenate(parts, axis=1)
    patch = patch / np.maximum(np.linalg.norm(patch, axis=1, keepdims=True), 1e-9)
    return np.exp(_ALIKE * (np.clip(patch @ patch.T, -1, 1) - 1))


def velocities_of(activations: LoopActivations, hits: Peaks) -> np.ndarray:
    """(hits,) the networks' velocities, each drum's loudest at 1."""
    found = maximum_filter1d(activations.velocities, 3, axis=0)[hits.frames, hits.drums]
    loudest = np.zeros(len(TRACK_NAMES))
    np.maximum.at(loudest, hits.drums, found)
    return np.clip(found / np.maximum(loudest[hits.drums], 1e-3), 0.01, 1.0)
