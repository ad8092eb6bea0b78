"""Weights files: what is saved is loaded, and what is wrong is refused in a sentence."""

import pickle
from pathlib import Path

import pytest
import torch
from torch import nn

from engine.core.errors import WeightsMissing
from models.weights.files import load_into, load_weights, save_weights


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
    with pytest.raises(WeightsMissing, match="Check the name"):
        load_weights(tmp_path / "none.safetensors")
    with pytest.raises(WeightsMissing, match="Reinstall Tao"):
        load_weights(tmp_path / "none.safetensors", "0" * 64)


def test_a_network_takes_only_weights_of_its_own_kind_and_size(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    save_weights(path, nn.Linear(2, 3).state_dict(), {"network": "line"})
    load_into(nn.Linear(2, 3), path, "line")
    with pytest.raises(WeightsMissing, match="network 'line'; 'curve' is needed"):
        load_into(nn.Linear(2, 3), path, "curve")
    with pytest.raises(WeightsMissing, match="another size"):
        load_into(nn.Linear(2, 4), path, "line")


def test_a_save_that_fails_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "weights.safetensors"
    save_weights(path, {"a": torch.zeros(3)}, {})
    before = path.read_bytes()

    def full(self: Path, data: bytes) -> int:
        self.open("wb").write(data[:10])
        raise OSError("no space left")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="no space"):
        save_weights(path, {"a": torch.ones(3)}, {})
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]
