import pytest
import torch

from models.solving import stft


@pytest.mark.parametrize("frames", [1, 255, 256, 5000, 44101])
def test_the_inverse_undoes_the_forward_transform(frames):
    audio = torch.randn(2, frames, generator=torch.Generator().manual_seed(1))
    assert (stft.inverse(stft.forward(audio), frames) - audio).abs().max() < 1e-5


def test_a_filter_is_symmetric():
    rng = torch.Generator().manual_seed(2)
    x, y = torch.randn(2, 6000, generator=rng, dtype=torch.float64)
    variance = torch.rand(stft.stft_frames_of(6000), stft.BINS, generator=rng, dtype=torch.float64)
    assert float(x @ stft.filtered(y, variance)) == pytest.approx(float(y @ stft.filtered(x, variance)))


def test_white_noise_has_the_same_power_in_every_coefficient():
    noise = torch.randn(400000, generator=torch.Generator().manual_seed(3))
    power = stft.REDUNDANCY * stft.forward(noise)[4:-4].abs().square().mean(dim=0)
    assert power[1:-1].min() > 0.85
    assert power[1:-1].max() < 1.15
