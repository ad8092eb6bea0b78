"""Weights files: what is saved is loaded, and what is wrong is refused in a sentence."""

import pickle
from pathlib import Path

import pytest
import torch

from engine.core.errors import WeightsMissing
from models.weights.files import load_weights, save_weights


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    tensors = {"a": torch.arange(4.0) / 8, "n": torch.tensor(3)}
    sha256 = save_weights(tmp_path / "w.safetensors", tensors, {"network": "x"})
    loaded, metadata = load_weights(tmp_path / "w.safetensors", sha256)
    assert torch.equal(loaded["a"], tensors["a"])
    assert loaded["a"].dtype == torch.float32
    assert int(loaded["n"]) == 3
    assert metadata == {"network": "x"}


def test_one_changed_byte_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    sha256 = save_weights(path, {"a": torch.ones(8)}, {})
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(WeightsMissing, match="is damaged"):
        load_weights(path, sha256)


def test_a_pickle_is_never_opened(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    path.write_bytes(pickle.dumps({"a": 1}))
    with pytest.raises(WeightsMissing, match="not a weights file"):
        load_weights(path)


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="Reinstall Tao"):
        load_weights(tmp_path / "none.safetensors")
