"""A separator with a small random network, and a loop to take apart."""


import pytest
import torch

from models.plugins import TempoGuess, Transcription
from models.separation.network import MaskNet, MaskNetSettings, save_mask_net
from models.separation.separator import TaoSeparator
from tests.models.loops import audio_of, onsets_of, pattern_of

SECONDS = 2.0


@pytest.fixture(scope="session")
def masker() -> MaskNet:
    """Far from the templates: its last layer is as loud as the others."""
    torch.manual_seed(2)
    net = MaskNet(MaskNetSettings(channels=(8, 12, 16)))
    with torch.no_grad():
        net.decoder[-1].conv_tr.weight.mul_(10)
    return net


@pytest.fixture(scope="session")
def separator(masker: MaskNet, tmp_path_factory: pytest.TempPathFactory) -> TaoSeparator:
    path = tmp_path_factory.mktemp("weights") / "weights.safetensors"
    save_mask_net(path, masker, {})
    return TaoSeparator(str(path))


@pytest.fixture(scope="session")
def played() -> tuple[object, Transcription]:
    """(channels, frames) at 44.1 kHz, and its hits."""
    pattern = pattern_of(kick="x---x---", snare="--x---x-", hihat="xxxxxxxx")
    audio = audio_of(pattern, 60.0).T
    return audio, Transcription(tuple(onsets_of(pattern, SECONDS)), (TempoGuess(60.0, 2.0),))
