"""How well a network hears loops of kits and grooves it never met, while it learns."""

from pathlib import Path

import numpy as np
import torch
from torch import nn

from engine.core.pattern import TRACK_NAMES
from models.events import events, matched
from models.training.bank import Bank, read_sounds
from models.training.courses import Course
from models.training.patterns import read_grooves
from models.training.synthesis import Batch, Synthesis, SynthesisSettings

_BATCHES, _SEED, _THRESHOLD, _WITHIN = 6, 77, 0.4, 5.0


class Validation:
    """A fixed set of loops from the split `val`."""

    def __init__(self, data: Path, course: Course, device: torch.device) -> None:
        synthesis = Synthesis(Bank(read_sounds(data, "val")), read_grooves(data, "val"), SynthesisSettings(), _SEED,
                              device)
        self._course = course
        self._batches: list[Batch] = [synthesis.batch(step) for step in range(_BATCHES)]

    @torch.no_grad()
    def marks(self, net: nn.Module) -> dict[str, float]:
        """Loss, F at 50 ms of all drums together, and of each, at one threshold for all."""
        losses, counts = [], np.zeros((len(TRACK_NAMES), 3))
        for batch in self._batches:
            heard = net(self._course.features(batch.audio))
            losses.append(float(self._course.loss(heard, batch)))
            chances, truth = self._course.chances(heard).cpu().numpy(), batch.onsets.cpu().numpy()
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
