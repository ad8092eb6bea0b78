"""Any Demucs whose sources are drums separates; other files are refused, and nothing in them is run."""

import sys
from fractions import Fraction

import numpy as np
import pytest
import torch
from demucs.hdemucs import HDemucs
from demucs.htdemucs import HTDemucs
from demucs.states import get_state, save_with_checksum

from engine.core.errors import UsageError, WeightsMissing
from models.plugins import Onset
from models.separation.demucs_model import DemucsSeparator
from tests.models.loops import RATE, noise
from tests.models.separation.nets import heard

DRUMS = ["kick", "snare", "hihat", "cymbals"]


def small_htdemucs(sources):
    return HTDemucs(sources, channels=4, depth=4, t_layers=1, t_heads=2, bottom_channels=16, nfft=1024,
                    segment=Fraction(1), dconv_mode=0)


def small_hdemucs(sources):
    return HDemucs(sources, channels=4, depth=6, nfft=4096, segment=1, dconv_mode=0)


@pytest.fixture
def saved(tmp_path):
    """A function that writes a model as `demucs` does, and gives the file."""
    def write(model, quantized=None):
        args, kwargs = model._init_args_kwargs
        package = {"klass": type(model), "args": args, "kwargs": kwargs, "state": get_state(model, quantized),
                   "training_args": {"seed": 42}}
        save_with_checksum(package, tmp_path / "drums.th")
        (path,) = tmp_path.glob("drums-*.th")
        return str(path)

    return write


@pytest.mark.slow
@pytest.mark.parametrize("make", [small_htdemucs, small_hdemucs])
def test_a_demucs_of_drums_gives_six_stems_that_add_up(saved, make):
    torch.manual_seed(5)
    audio = noise(1.5)
    separator = DemucsSeparator(saved(make(DRUMS)))
    stems = separator.separate(audio, RATE, heard(Onset("ride", 0.5)))
    assert np.allclose(sum(stems.values()), audio, atol=1e-4)
    assert {name for name, stem in stems.items() if stem.any()} == {"kick", "snare", "hihat", "ride"}
    again = separator.separate(audio, RATE, heard(Onset("ride", 0.5)))
    assert np.array_equal(stems["kick"], again["kick"])


def test_a_demucs_of_songs_is_refused(saved):
    with pytest.raises(UsageError, match="not drums: drums, bass, other, vocals"):
        DemucsSeparator(saved(small_hdemucs(["drums", "bass", "other", "vocals"])))


def test_a_file_that_would_run_code_is_refused(tmp_path):
    class Bomb:
        def __reduce__(self):
            return (sys.exit, (13,))

    torch.save({"klass": Bomb()}, tmp_path / "bomb.th")
    with pytest.raises(WeightsMissing, match="only be opened by running code"):
        DemucsSeparator(str(tmp_path / "bomb.th"))


def test_what_is_no_demucs_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"demucs:FILE\.th as the separator"):
        DemucsSeparator()
    with pytest.raises(WeightsMissing, match="There is no checkpoint"):
        DemucsSeparator(str(tmp_path / "none.th"))
    (tmp_path / "text.th").write_text("hello")
    with pytest.raises(WeightsMissing, match=r"text\.th"):
        DemucsSeparator(str(tmp_path / "text.th"))
    torch.save({"state": {}}, tmp_path / "half.th")
    with pytest.raises(WeightsMissing, match="lacks klass, args, kwargs or state"):
        DemucsSeparator(str(tmp_path / "half.th"))
    torch.save({"klass": Fraction, "args": (), "kwargs": {}, "state": {}}, tmp_path / "other.th")
    with pytest.raises(WeightsMissing, match="is not a Demucs model: its class"):
        DemucsSeparator(str(tmp_path / "other.th"))


def test_a_quantized_one_is_refused_in_a_sentence(tmp_path):
    torch.save({"klass": HTDemucs, "args": (DRUMS,), "kwargs": {}, "state": {"__quantized": True}},
               tmp_path / "small.th")
    with pytest.raises(WeightsMissing, match="quantized"):
        DemucsSeparator(str(tmp_path / "small.th"))


def test_weights_that_do_not_fit_their_model_are_refused(tmp_path):
    model = small_hdemucs(DRUMS)
    args, kwargs = model._init_args_kwargs
    torch.save({"klass": HDemucs, "args": args, "kwargs": kwargs, "state": {"odd": torch.zeros(1)}},
               tmp_path / "odd.th")
    with pytest.raises(WeightsMissing, match="do not fit"):
        DemucsSeparator(str(tmp_path / "odd.th"))
