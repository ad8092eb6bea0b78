"""The paper's separator is loaded as its package means it to be, or refused in a sentence."""

import sys
from importlib.machinery import ModuleSpec
from types import ModuleType

import numpy as np
import pytest
import torch

from engine.core.errors import WeightsMissing
from models.plugins import Onset
from models.separation.drumsep import DrumSep
from tests.models.loops import RATE, noise
from tests.models.separation.nets import SHARES, Config, Shares, heard


@pytest.fixture
def package(monkeypatch):
    """A package with the names and calls of mdxnet_infer 0.1, whose network shares the mixture out."""
    module = ModuleType("mdxnet_infer")
    module.MDX23CConfig, module.TFC_TDF_net = Config, Shares
    module.__spec__ = ModuleSpec("mdxnet_infer", None)
    monkeypatch.setitem(sys.modules, "mdxnet_infer", module)


@pytest.fixture
def checkpoint(tmp_path):
    """A function that saves weights of the right shape, as they are or under a key."""
    def saved(wrap=lambda state: state):
        path = tmp_path / "drumsep.ckpt"
        torch.save(wrap({"gains": torch.tensor(list(SHARES.values()))}), path)
        return str(path)

    return saved


@pytest.mark.usefixtures("package")
@pytest.mark.parametrize("key", [None, "state", "state_dict", "model_state_dict"])
def test_the_six_stems_come_from_the_checkpoint(checkpoint, key):
    path = checkpoint() if key is None else checkpoint(lambda state: {key: state, "epoch": 141})
    audio = noise(1.0)
    stems = DrumSep(path).separate(audio, RATE, heard(Onset("kick", 0.0)))
    assert list(stems) == ["kick", "snare", "tom", "hihat", "ride", "crash"]
    for stem, share in zip(stems.values(), SHARES.values(), strict=True):
        assert np.allclose(stem, share * audio, atol=1e-3)


@pytest.mark.usefixtures("package")
def test_weights_of_another_shape_are_refused(checkpoint):
    path = checkpoint(lambda state: {"gains": state["gains"][:4]})
    with pytest.raises(WeightsMissing, match="do not fit its network"):
        DrumSep(path)


@pytest.mark.usefixtures("package")
def test_a_checkpoint_that_would_run_code_is_refused(tmp_path):
    class Bomb:
        def __reduce__(self):
            return (sys.exit, (13,))

    torch.save({"state": Bomb()}, tmp_path / "bomb.ckpt")
    with pytest.raises(WeightsMissing, match="only be opened by running code"):
        DrumSep(str(tmp_path / "bomb.ckpt"))


@pytest.mark.usefixtures("package")
@pytest.mark.parametrize("content", [b"", b"not a checkpoint"])
def test_a_file_that_is_no_checkpoint_is_refused(tmp_path, content):
    (tmp_path / "it.ckpt").write_bytes(content)
    with pytest.raises(WeightsMissing, match="not a checkpoint"):
        DrumSep(str(tmp_path / "it.ckpt"))
    with pytest.raises(WeightsMissing, match="There is no checkpoint"):
        DrumSep(str(tmp_path / "nowhere.ckpt"))


@pytest.mark.usefixtures("package")
def test_a_checkpoint_without_tensors_is_refused(tmp_path):
    torch.save([1, 2, 3], tmp_path / "list.ckpt")
    with pytest.raises(WeightsMissing, match="do not fit its network"):
        DrumSep(str(tmp_path / "list.ckpt"))


@pytest.mark.usefixtures("package")
def test_without_fetched_weights_it_says_how_to_fetch_them(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with pytest.raises(WeightsMissing, match=r"models get drumsep`.*non-commercial"):
        DrumSep()


def test_without_its_package_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "mdxnet_infer", None)
    with pytest.raises(WeightsMissing, match="pip install"):
        DrumSep()
