"""Hearing the loop as a whole: every candidate hit is judged by what the rest of the loop says of its sound.

A network's curve at one moment is a guess. The loop knows more: how sure the network ever is of that drum in
this loop, what it says wherever the same sound returns, which other drums it hears at that moment. One
logistic regression a drum weighs these, fitted on validation loops; what it gives is a calibrated chance.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.ndimage import maximum_filter1d
from scipy.special import expit

from engine.core.errors import WeightsMissing
from engine.core.pattern import TRACK_NAMES
from models.hearing.ensemble import Curves
from models.hearing.peak_picking import Events, events
from models.hearing.spectrogram import STFT_FRAMES_PER_S

CANDIDATE_CHANCE = 0.06
FEATURES = 5 + 5 * len(TRACK_NAMES)
_EARLY_STFT_FRAMES = 0.4        # a hit so little before the end is the first one of the loop
_LOW_BANDS, _HIGH_BANDS = slice(0, 40), slice(40, 81)
_SUREST = 8.0                   # logits beyond say nothing more
_ALIKE = 12.0                   # how fast likeness falls with the cosine's distance from 1


@dataclass(frozen=True, slots=True, eq=False)
class Verdicts:
    """Hits that are believed, by time: drums (hits,), times_s, velocities (0..1] with each drum's loudest at
    1, confidences 0..1."""

    drums: np.ndarray
    times_s: np.ndarray
    velocities: np.ndarray
    confidences: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Judge:
    """weights (drums, features + 1), the last one constant; threshold: the chance from which on it is believed."""

    weights: np.ndarray
    threshold: float

    @classmethod
    def told(cls, told: Mapping[str, Any] | None) -> "Judge":
        """The judge that a weights file tells of; one that believes the networks' logits when it tells none."""
        if told is None:
            weights = np.zeros((len(TRACK_NAMES), FEATURES + 1))
            weights[:, 0] = 1.0
            return cls(weights, 0.4)
        judge = cls(np.array(told["weights"], float), float(told.get("threshold", 0.4)))
        if judge.weights.shape != (len(TRACK_NAMES), FEATURES + 1):
            raise WeightsMissing(f"The weights were judged by {judge.weights.shape[-1] - 1} features, and this "
                                 f"version of Tao has {FEATURES}. Install the weights that belong to it.")
        return judge

    def telling(self) -> dict[str, Any]:
        """What `told` reads."""
        return {"weights": np.round(self.weights, 5).tolist(), "threshold": round(self.threshold, 4)}

    def chances(self, drums: np.ndarray, features: np.ndarray) -> np.ndarray:
        """(hits,) calibrated chances of candidates with `features` (hits, FEATURES)."""
        return expit((features * self.weights[drums, :-1]).sum(axis=1) + self.weights[drums, -1])

    def verdicts(self, curves: Curves) -> Verdicts:
        """The believed hits of a loop."""
        candidates = candidates_of(curves)
        chances = self.chances(candidates.drums, features_of(curves, candidates))
        believed = chances >= self.threshold
        kept = candidates.of(believed)
        times_s = np.maximum(kept.places - curves.first, 0.0) / STFT_FRAMES_PER_S
        return Verdicts(kept.drums, times_s, velocities_of(curves, kept), chances[believed])


def candidates_of(curves: Curves) -> Events:
    """Every peak of the loop, context left out, that might be a hit. Its place is the mean of the peak's
    centroid and of what the networks say of it: they err independently."""
    found = events(curves.chances, np.full(len(TRACK_NAMES), CANDIDATE_CHANCE))
    told = found.frames + curves.offsets[found.frames, found.drums]
    found = replace(found, places=(found.places + told) / 2)
    after = found.places - curves.first
    return found.of((after >= -_EARLY_STFT_FRAMES) & (after < curves.frames - _EARLY_STFT_FRAMES))


def features_of(curves: Curves, candidates: Events) -> np.ndarray:
    """(hits, FEATURES): of the drum itself: its logit here, its largest in the loop, its presence; how many
    hits sound like this one, in the low and in the high half of the spectrum. Of all drums: the logits here,
    their means over the hits that sound alike, low and high, their largest in the loop, their presence."""
    logits = np.clip(maximum_filter1d(curves.logits, 3, axis=0), -_SUREST, _SUREST)
    frames, drums = candidates.frames, candidates.drums
    inside = logits[curves.first : curves.first + max(round(curves.frames), 1)]
    largest = inside.max(axis=0)
    presence = np.log((curves.presence + 1e-3) / (1 - curves.presence + 1e-3))
    moments = np.unique(frames)
    place = np.searchsorted(moments, frames)
    opinions, counts = [], []
    for bands in (_LOW_BANDS, _HIGH_BANDS):
        alike = likeness(curves.sound, moments, bands)
        opinions.append((alike @ logits[moments] / alike.sum(axis=1, keepdims=True))[place])
        counts.append(np.log(alike.sum(axis=1))[place])
    everywhere = np.concatenate([largest, presence])[None].repeat(len(frames), axis=0)
    return np.column_stack([logits[frames, drums], largest[drums], presence[drums], *counts, logits[frames],
                            *opinions, everywhere])


def likeness(sound: np.ndarray, moments: np.ndarray, bands: slice) -> np.ndarray:
    """(moments, moments) in 0..1: how alike the rise and the first 50 ms sound at two moments, in some bands."""
    half = sound.shape[1] // 2
    level, rise = sound[:, :half][:, bands], sound[:, half:][:, bands]
    last = len(sound) - 1
    parts = [2 * (rise[moments] + rise[np.minimum(moments + 1, last)])]
    parts += [level[np.minimum(moments + shift, last)] for shift in (1, 3, 5)]
    patch = np.concatenate(parts, axis=1)
    patch = patch / np.maximum(np.linalg.norm(patch, axis=1, keepdims=True), 1e-9)
    return np.exp(_ALIKE * (np.clip(patch @ patch.T, -1, 1) - 1))


def velocities_of(curves: Curves, hits: Events) -> np.ndarray:
    """(hits,) the networks' velocities, each drum's loudest at 1."""
    heard = maximum_filter1d(curves.velocities, 3, axis=0)[hits.frames, hits.drums]
    loudest = np.zeros(len(TRACK_NAMES))
    np.maximum.at(loudest, hits.drums, heard)
    return np.clip(heard / np.maximum(loudest[hits.drums], 1e-3), 0.01, 1.0)
