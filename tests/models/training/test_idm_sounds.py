"""The space of drum sounds is fitted in closed form, and its file serves the plugins `idm-heard`."""

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.core.errors import UsageError, WeightsMissing
from models.papers.idm.grid import SHAPE
from models.papers.idm.heard_plugins import HeardSeparator
from models.papers.idm.sound_space import open_spaces
from models.training.train.idm_sounds import SoundsSettings, fit_sounds, fitted
from models.weights.files import save_weights


def test_an_embedding_of_the_right_dimensions_leaves_nothing_peculiar() -> None:
    rng = np.random.default_rng(2)
    cells = SHAPE[0] * SHAPE[1]
    directions = rng.standard_normal((2, cells))
    sounds = [(rng.standard_normal(2) @ directions).astype(np.float32) for _ in range(24)]
    space = fitted([sounds[:12], sounds[12:]], 2)
    assert space.loadings.shape == (cells, 3)                  # the level is the last
    other = rng.standard_normal(2) @ directions
    precision = np.where(np.arange(cells) % 2, 100.0, 0.0)
    assert np.abs(space.heard(other, precision) - other).mean() < 0.3 * np.abs(other).mean()


@pytest.mark.slow
def test_the_same_seed_gives_the_same_file(samples: Path, tmp_path: Path) -> None:
    hashes = [fit_sounds(SoundsSettings((samples,), tmp_path / f"{number}.safetensors", sounds=12, dimensions=3))
              for number in range(2)]
    assert hashes[0] == hashes[1]
    spaces = open_spaces(tmp_path / "0.safetensors")
    assert "kick" in spaces and (spaces["kick"].peculiar > 0).all()
    assert HeardSeparator(str(tmp_path / "0.safetensors")).name == "idm-heard"


def test_too_few_sounds_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="at least 96 sounds"):
        SoundsSettings((tmp_path,), tmp_path / "x", sounds=40)


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    save_weights(tmp_path / "other.safetensors", {"a": torch.zeros(1)}, {"network": "idm"})
    with pytest.raises(WeightsMissing, match="'idm-sounds' is needed"):
        open_spaces(tmp_path / "other.safetensors")
