"""What the rater of readings learns from: recordings of grooves, heard with errors, and the right reading among all.

The loss is the cross-entropy of the right reading against the other candidates of the same recording.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from models.hearing.reading_candidates import METERS, Candidates, HitTimes, candidates
from models.hearing.reading_evidence import evidence
from models.hearing.reading_rater import MOST_DEVIATIONS, Rater
from models.training.synthesis.cuts import Recording, heard, record
from models.training.synthesis.grooves import Player
from models.weights.files import save_weights

NEAR_BPM, NEAR_S = 0.008, 0.025
LONGEST_S = 80.0
FEWEST_HITS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A recording's evidence (readings, features), which of them are right, (readings,) bool, and how it was cut."""

    evidence: np.ndarray
    right: np.ndarray
    kind: str


def right_readings(found: Candidates, truth: Recording) -> np.ndarray:
    """(readings,) bool: tempo within 0.8 %, beat 1 within 25 ms, the same beats and metre."""
    return ((np.abs(found.beat_s / truth.beat_s - 1) < NEAR_BPM) & (np.abs(found.start_s - truth.start_s) < NEAR_S)
            & (np.abs(found.quarters - truth.quarters) < 0.01) & (found.meter == METERS.index(truth.meter)))


def example(rng: np.random.Generator, player: Player) -> Example | None:
    """One recording; None if too little is heard in it. It has no readings when none of them is right."""
    truth = record(rng, player.groove(rng))
    times_s, loud, drums = heard(rng, truth)
    if len(times_s) < FEWEST_HITS or truth.length_s > LONGEST_S:
        return None
    hits = HitTimes(times_s, loud, drums)
    found = candidates(hits, truth.length_s)
    right = right_readings(found, truth)
    if not right.any():
        return Example(np.zeros((0, 1), np.float32), right[:0], truth.kind)
    return Example(evidence(hits, truth.length_s, found), right, truth.kind)


def fewer(one: Example, rng: np.random.Generator, most: int, rater: Rater | None) -> Example:
    """The example with `most` wrong readings at most: drawn at random; where there is a rater, two thirds of them are
    those that it rates highest, for the rest teaches little."""
    wrong = np.nonzero(~one.right)[0]
    if len(wrong) <= most:
        return one
    hard = 2 * most // 3 if rater is not None else 0
    if rater is not None:
        wrong = wrong[np.argsort(-rater.ratings(one.evidence[wrong]))]
    chosen = np.concatenate([np.nonzero(one.right)[0], wrong[:hard],
                             rng.choice(wrong[hard:], most - hard, replace=False)])
    return Example(one.evidence[chosen], one.right[chosen], one.kind)


class RaterNetwork(nn.Module):
    """The network of models.hearing.reading_rater.Rater, to be trained."""

    def __init__(self, mean: torch.Tensor, scale: torch.Tensor, width: int = 64, dropout: float = 0.2) -> None:
        super().__init__()
        self.mean, self.scale = nn.Buffer(mean), nn.Buffer(scale)
        self.layers = nn.ModuleList([nn.Linear(len(mean), width), nn.Linear(width, 32), nn.Linear(32, 1)])
        self._dropout = dropout

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Log-odds (...,) of readings (..., features)."""
        hidden = ((features - self.mean) / self.scale).clamp(-MOST_DEVIATIONS, MOST_DEVIATIONS)
        for layer in list(self.layers)[:-1]:
            hidden = nn.functional.dropout(torch.relu(layer(hidden)), self._dropout, self.training)
        ratings: torch.Tensor = self.layers[-1](hidden)[..., 0]
        return ratings


def save_rater(path: Path, network: RaterNetwork) -> str:
    """Write the network as a weights file for `read_rater`; return its SHA-256."""
    tensors = {"mean": network.mean, "scale": network.scale}
    for number, layer in enumerate(network.layers):
        tensors |= {f"{number}.{name}": value for name, value in layer.state_dict().items()}
    return save_weights(path, tensors, {"network": "reader", "layers": len(network.layers)})
