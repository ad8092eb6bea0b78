"""F-measure of a network's onsets on batches of loops whose hits are known."""

from collections.abc import Callable, Iterable

import numpy as np
import torch
from torch import Tensor

from engine.core.pattern import TRACK_NAMES
from models.hearing.peak_picking import activation_peaks, matched
from models.training.synthesis.examples import Batch

_THRESHOLD, _WITHIN = 0.4, 5.0      # of activations; in STFT frames


@torch.no_grad()
def onset_scores(evaluated: Callable[[Batch], tuple[float, Tensor]], batches: Iterable[Batch]) -> dict[str, float]:
    """The mean loss, and F at 50 ms of all drums together and of each, with one threshold.

    evaluated: a batch's loss and its activations (rows, stft_frames, drums).
    """
    losses, counts = [], np.zeros((len(TRACK_NAMES), 3))
    for batch in batches:
        loss, found = evaluated(batch)
        losses.append(loss)
        activations, truth = found.cpu().numpy(), batch.onsets.cpu().numpy()
        for row in range(len(activations)):
            counts += counted(truth[row], activations[row])
    f = 2 * counts[:, 0] / np.maximum(counts[:, 1] + counts[:, 2], 1)
    whole = 2 * counts[:, 0].sum() / max(counts[:, 1:].sum(), 1)
    per_drum = {name: round(float(value), 3) for name, value in zip(TRACK_NAMES, f, strict=True)}
    return {"val_loss": round(float(np.mean(losses)), 5), "val_f": round(float(whole), 4), **per_drum}


def counted(truth: np.ndarray, activations: np.ndarray) -> np.ndarray:
    """(drums, 3): hits found correctly, true hits, hits found, from target triangles and activations (stft_frames,
    drums)."""
    thresholds = np.full(truth.shape[1], _THRESHOLD)
    true = activation_peaks(truth, np.full(truth.shape[1], 0.3))
    found = activation_peaks(activations, thresholds)
    rows = []
    for drum in range(truth.shape[1]):
        a, b = true.places[true.drums == drum], found.places[found.drums == drum]
        rows.append((len(matched(a, b, _WITHIN)), len(a), len(b)))
    return np.array(rows, float)
