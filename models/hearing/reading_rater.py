"""A small network that rates readings of a loop: NumPy only, two hidden layers."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.core.errors import WeightsMissing

MOST_DEVIATIONS = 6.0   # a feature further from its mean counts as so far


@dataclass(frozen=True, slots=True, eq=False)
class Rater:
    """mean and scale (features,) of the features; layers: pairs of weights (out, in) and biases (out,)."""

    mean: np.ndarray
    scale: np.ndarray
    layers: tuple[tuple[np.ndarray, np.ndarray], ...]

    def ratings(self, evidence: np.ndarray) -> np.ndarray:
        """(readings,): log-odds up to a constant, from evidence (readings, features)."""
        if evidence.shape[1] != len(self.mean):
            raise WeightsMissing(f"These weights rate readings by {len(self.mean)} features, and this version of Tao "
                                 f"has {evidence.shape[1]}. Install the weights that belong to it.")
        hidden = ((evidence - self.mean) / self.scale).clip(-MOST_DEVIATIONS, MOST_DEVIATIONS)
        for weights, biases in self.layers[:-1]:
            hidden = np.maximum(hidden @ weights.T + biases, 0.0)
        weights, biases = self.layers[-1]
        return np.asarray(hidden @ weights.T + biases)[:, 0]


def read_rater(path: Path, sha256: str | None = None) -> Rater:
    """The rater of a weights file. Raises WeightsMissing."""
    from models.weights.files import load_weights

    tensors, metadata = load_weights(path, sha256)
    if metadata.get("network") != "reader":
        raise WeightsMissing(f"{path} holds weights of the network {metadata.get('network')!r}; 'reader' is needed "
                             "here.")
    arrays = {name: tensor.numpy() for name, tensor in tensors.items()}
    layers = tuple((arrays[f"{number}.weight"], arrays[f"{number}.bias"]) for number in range(metadata["layers"]))
    return Rater(arrays["mean"], arrays["scale"], layers)
