"""Which drums sound at an onset: its rise in each band, as a non-negative sum of known kicks, snares and hi-hats.

Partially fixed NMF with template adaptation (Wu & Lerch, ISMIR 2015): templates start as prototypes
(`drum_templates.py`) and move half-way to what this loop holds. It sees only the rises at onsets, so decays do not
matter.
"""

from dataclasses import dataclass

import numpy as np

from models.hearing.drum_templates import TEMPLATES

COMPRESSION = 0.6  # exponent that lets a soft hi-hat count beside a loud kick
_UPDATES, _FIXED_UPDATES, _ADAPTATION = 60, 20, 0.5
_MIN_SHARE = {"kick": 0.1, "snare": 0.28, "hihat": 0.1}  # of an onset, to be a hit; tuned on synthetic loops
_MIN_OF_LOUDEST = 0.2


@dataclass(frozen=True, slots=True)
class DrumHit:
    """A drum that sounds at the onset of this index: its amplitude, linear, and a confidence 0..1."""

    index: int
    track: str
    amplitude: float
    confidence: float


def drums_of_onsets(rises: np.ndarray) -> list[DrumHit]:
    """The drums at each onset, several where they coincide, by onset. rises (onsets, bands), linear magnitudes."""
    if not len(rises):
        return []
    compressed = np.asarray(rises, np.float64).T ** COMPRESSION
    parts = explained(compressed / max(float(compressed.max()), 1e-12))
    total = np.sum(list(parts.values()), axis=0) + 1e-12
    found = []
    for track, part in parts.items():
        loudest = float(part.max())
        for index in np.nonzero((part > _MIN_SHARE[track] * total) & (part > _MIN_OF_LOUDEST * loudest))[0]:
            confidence = _confidence(float(part[index] / total[index]) / _MIN_SHARE[track])
            found.append(DrumHit(int(index), track, float(part[index]) ** (1.0 / COMPRESSION), confidence))
    return sorted(found, key=lambda hit: (hit.index, hit.track))


def explained(spectra: np.ndarray) -> dict[str, np.ndarray]:
    """How much of each column of `spectra` (bands, onsets) each drum explains: (onsets,) by track.

    Multiplicative updates for the Kullback-Leibler divergence (Lee & Seung, 2001).
    """
    names = [track for track, rows in TEMPLATES.items() for _ in rows]
    prototypes = np.array([row for rows in TEMPLATES.values() for row in rows], np.float64).T + 0.1
    prototypes /= prototypes.sum(axis=0)
    templates = prototypes.copy()
    spectra = spectra + 1e-6
    activations = np.full((len(names), spectra.shape[1]), spectra.sum() / (len(names) * spectra.shape[1]))
    for update in range(_UPDATES):
        activations *= templates.T @ (spectra / (templates @ activations + 1e-9))
        if update >= _FIXED_UPDATES:
            moved = templates * ((spectra / (templates @ activations + 1e-9)) @ activations.T)
            moved /= moved.sum(axis=0) + 1e-12
            templates = (1.0 - _ADAPTATION) * prototypes + _ADAPTATION * moved
    return {track: activations[[name == track for name in names]].sum(axis=0) for track in TEMPLATES}


def _confidence(share_over_threshold: float) -> float:
    """0.5 at the threshold, towards 1 for a drum that explains the whole onset."""
    return float(1.0 - 0.5 / max(share_over_threshold, 1.0))
