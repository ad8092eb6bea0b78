"""Weights are what they should be, or they are refused in a sentence."""

import pickle
from pathlib import Path

import pytest
import torch

from engine.core.errors import WeightsMissing
from models.weights.shipped import SHIPPED, load_weights, save_weights, shipped


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    tensors = {"a": torch.arange(4.0) / 8, "n": torch.tensor(3)}
    sha256 = save_weights(tmp_path / "w.safetensors", tensors, {"network": "x"})
    loaded, told = load_weights(tmp_path / "w.safetensors", sha256)
    assert torch.equal(loaded["a"], tensors["a"])
    assert loaded["a"].dtype == torch.float32
    assert int(loaded["n"]) == 3
    assert told == {"network": "x"}


def test_one_changed_byte_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    sha256 = save_weights(path, {"a": torch.ones(8)}, {})
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(WeightsMissing, match="not the file it should be"):
        load_weights(path, sha256)


def test_a_pickle_is_never_opened(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    path.write_bytes(pickle.dumps({"a": 1}))
    with pytest.raises(WeightsMissing, match="no weights of Tao"):
        load_weights(path)


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="Install Tao again"):
        load_weights(tmp_path / "none.safetensors")
    with pytest.raises(WeightsMissing, match="No weights called 'nobody'"):
        shipped("nobody")


def test_shipped_weights_are_small_and_have_their_hash() -> None:
    sizes = {one.name: one.path.stat().st_size for one in SHIPPED}
    assert sizes.pop("tao-separator") <= 20_000_000
    assert sum(sizes.values()) <= 5_000_000
    for one in SHIPPED:
        load_weights(one.path, one.sha256)
