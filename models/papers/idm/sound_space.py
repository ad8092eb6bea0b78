"""The space of drum sounds: an embedding gives a sound's spectrogram, and a partly heard spectrogram an embedding.

A factor analysis per drum, in place of the paper's kit one-hot and network: log magnitude = mean + loadings @ embedding
+ what is peculiar to the sound, with a known variance in each cell. Given cells that were heard with known precision,
the likeliest embedding and sound are one small linear system (Bishop, Pattern Recognition and Machine Learning, 12.2).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from engine.core.errors import WeightsMissing
from models.papers.idm.grid import SHAPE
from models.weights.files import load_weights, save_weights

KIND = "idm-sounds"
_ANY_LEVEL = 4.0  # standard deviation of a sound's overall level, in nepers


@dataclass(frozen=True, slots=True, eq=False)
class SoundSpace:
    """A drum's sounds, in nepers: mean (cells,), loadings (cells, dimensions) of an embedding of variance 1, peculiar
    (cells,), the variance of what no embedding tells. Cells are bands and slots of the grid, flattened."""

    mean: np.ndarray
    loadings: np.ndarray
    peculiar: np.ndarray

    def heard(self, cells: np.ndarray, precision: np.ndarray) -> np.ndarray:
        """(cells,): the likeliest sound, given noisy cells (cells,), each with its precision (cells,), 0 for one that
        was not heard at all."""
        noise = 1.0 / np.maximum(precision, 1e-9)
        weights = 1.0 / (self.peculiar + noise)
        inner = np.eye(self.loadings.shape[1]) + self.loadings.T @ (self.loadings * weights[:, None])
        away = cells - self.mean
        embedding = np.linalg.solve(inner, self.loadings.T @ (weights * away))
        told = self.loadings @ embedding
        return np.asarray(self.mean + told + self.peculiar * weights * (away - told), np.float32)

    def around(self, mean: np.ndarray, spread: float, peculiar: float) -> "SoundSpace":
        """Sounds that differ little from the sound `mean` (cells,): one drum's hits. spread, peculiar: how far the
        embedding and the rest may vary, as shares of how far other drums' do."""
        return SoundSpace(mean, self.loadings[:, :-1] * spread, self.peculiar * peculiar**2)


def space_of(mean: np.ndarray, loadings: np.ndarray, peculiar: np.ndarray) -> SoundSpace:
    """A space whose embedding also has an overall level, as its last dimension."""
    level = np.full((len(mean), 1), _ANY_LEVEL, np.float32)
    return SoundSpace(mean, np.concatenate([loadings, level], axis=1), peculiar)


def save_spaces(path: Path, spaces: Mapping[str, SoundSpace], metadata: Mapping[str, object]) -> str:
    """Write the spaces of all drums; return the file's SHA-256."""
    tensors: dict[str, torch.Tensor] = {}
    for drum, space in spaces.items():
        tensors |= {f"{drum}.mean": torch.from_numpy(space.mean), f"{drum}.peculiar": torch.from_numpy(space.peculiar),
                    f"{drum}.loadings": torch.from_numpy(np.ascontiguousarray(space.loadings[:, :-1].T))}
    return save_weights(path, tensors, {**metadata, "network": KIND})


def open_spaces(path: Path, sha256: str | None = None) -> dict[str, SoundSpace]:
    """The spaces by drum. Raises WeightsMissing when the file holds something else."""
    tensors, metadata = load_weights(path, sha256)
    if metadata.get("network") != KIND:
        raise WeightsMissing(f"{path} holds {metadata.get('network')!r}; {KIND!r} is needed here. Make it with "
                             "`tao_live.py train idm-sounds`.")
    arrays = {name: value.numpy() for name, value in tensors.items()}
    spaces = {drum: space_of(arrays[f"{drum}.mean"], arrays[f"{drum}.loadings"].T, arrays[f"{drum}.peculiar"])
              for drum in (name.removesuffix(".mean") for name in arrays if name.endswith(".mean"))}
    if any(len(space.mean) != SHAPE[0] * SHAPE[1] for space in spaces.values()):
        raise WeightsMissing(f"{path} was made for another grid. Make it again with `tao_live.py train idm-sounds`.")
    return spaces
