"""The network's promises: shapes, size, reach, and that order does not matter to what it recalls."""

import pytest
import torch

from engine.core.pattern import TRACK_NAMES
from models.hearing.spectrogram import LogSpectrogram
from models.hearing.tcn import TaoNet


@pytest.fixture
def net() -> TaoNet:
    torch.manual_seed(1)
    return TaoNet().eval()


@pytest.mark.parametrize("stft_frames", [1, 7, 400])
def test_a_spectrogram_of_any_length_is_heard_stft_frame_by_stft_frame(net: TaoNet, stft_frames: int) -> None:
    heard = net(LogSpectrogram()(torch.randn(2, stft_frames * 441)))
    for curve in (heard.onsets, heard.velocities, heard.offsets):
        assert curve.shape == (2, stft_frames, len(TRACK_NAMES))
    assert heard.presence.shape == (2, len(TRACK_NAMES))


def test_an_offset_never_leaves_its_triangle(net: TaoNet) -> None:
    heard = net(1000 * torch.randn(1, 50, LogSpectrogram().bands))
    assert float(heard.offsets.abs().max()) <= 1.5


def test_a_loop_is_heard_the_same_beside_any_other(net: TaoNet) -> None:
    sound = LogSpectrogram()(torch.randn(3, 44100))
    alone, together = net(sound[1:2]), net(sound)
    assert torch.allclose(alone.onsets[0], together.onsets[1], atol=1e-4)
    assert torch.allclose(alone.presence[0], together.presence[1], atol=1e-4)


def test_the_far_end_of_a_loop_is_asked(net: TaoNet) -> None:
    sound = LogSpectrogram()(torch.randn(1, 8 * 44100))
    other = sound.clone()
    other[:, :100] = 0.0
    assert not torch.equal(net(sound).onsets[:, -1], net(other).onsets[:, -1])


def test_several_networks_fit_into_the_weights_that_are_shipped(net: TaoNet) -> None:
    assert 2 * sum(parameter.numel() for parameter in net.parameters()) < 5e6 / 4    # bytes as float16
