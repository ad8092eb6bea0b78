"""Scores of a network in training, on loops of kits and grooves that it does not train on."""

from pathlib import Path

import torch
from torch import nn

from models.training.synthesis.bank import Bank, joined, read_packs
from models.training.synthesis.examples import Synthesis, SynthesisSettings
from models.training.synthesis.patterns import read_grooves
from models.training.train.courses import Course

_BATCHES, _SEED = 6, 77


class Validation:
    """A fixed set of loops from the split `val`."""

    def __init__(self, data: tuple[Path, ...], course: Course, rows: int, device: torch.device) -> None:
        synthesis = Synthesis(Bank(joined(*read_packs(data, "val"))), read_grooves(data, "val"),
                              SynthesisSettings(rows), _SEED, device)
        self._course = course
        self._batches = [course.batch(synthesis, step) for step in range(_BATCHES)]

    def scores(self, net: nn.Module) -> dict[str, float]:
        """The course's scores, among them `val_loss` and its headline."""
        return self._course.scores(net, self._batches)
