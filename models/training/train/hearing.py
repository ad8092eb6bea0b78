"""How well a network hears a batch of loops whose hits are known."""

from collections.abc import Callable, Iterable

import numpy as np
import torch
from torch import Tensor

from engine.core.pattern import TRACK_NAMES
from models.hearing.peak_picking import events, matched
from models.training.synthesis.examples import Batch

_THRESHOLD, _WITHIN = 0.4, 5.0


@torch.no_grad()
def hearing_marks(judged: Callable[[Batch], tuple[float, Tensor]], batches: Iterable[Batch]) -> dict[str, float]:
    """Loss, F at 50 ms of all drums together, and of each, at one threshold for all. judged: a batch's loss
    and its chances (rows, stft_frames, drums) of an onset."""
    losses, counts = [], np.zeros((len(TRACK_NAMES), 3))
    for batch in batches:
        loss, heard = judged(batch)
        losses.append(loss)
        chances, truth = heard.cpu().numpy(), batch.onsets.cpu().numpy()
        for row in range(len(chances)):
            counts += counted(truth[row], chances[row])
    f = 2 * counts[:, 0] / np.maximum(counts[:, 1] + counts[:, 2], 1)
    whole = 2 * counts[:, 0].sum() / max(counts[:, 1:].sum(), 1)
    per_drum = {name: round(float(value), 3) for name, value in zip(TRACK_NAMES, f, strict=True)}
    return {"val_loss": round(float(np.mean(losses)), 5), "val_f": round(float(whole), 4), **per_drum}


def counted(truth: np.ndarray, chances: np.ndarray) -> np.ndarray:
    """(drums, 3): hits found, hits there, hits heard, from triangles and chances (stft_frames, drums)."""
    thresholds = np.full(truth.shape[1], _THRESHOLD)
    there, heard = events(truth, np.full(truth.shape[1], 0.3)), events(chances, thresholds)
    rows = []
    for drum in range(truth.shape[1]):
        a, b = there.places[there.drums == drum], heard.places[heard.drums == drum]
        rows.append((len(matched(a, b, _WITHIN)), len(a), len(b)))
    return np.array(rows, float)
