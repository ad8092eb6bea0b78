"""G, the generator: a latent to audio, as the sum of a tonal and a noise branch.

The tonal branch makes magnitudes and phases of an STFT up to 5.5 kHz, four fifths of a drum's energy; the noise branch
shapes white noise in bands, every 128 frames, up to the top. The paper takes RAVE's generator, which works on
waveforms and is trained against a discriminator.
"""

import math

import torch
import torchaudio
from torch import Tensor, nn
from torch.nn import functional

from models.papers.rhythm.encoder import LATENT, RATE, STRIDE, ResidualBlock

_WIDTH = 192
_TONAL, _TONAL_HOP, _TONAL_BINS = 1024, 256, 128
_NOISE, _NOISE_HOP, _NOISE_BANDS = 512, 128, 48
_LOUDEST = 7.0           # the largest log magnitude: a runaway weight must not become an infinite loss
_OVERLAP = 1.5           # what Hann windows, squared, add up to at a hop of a quarter


class Generator(nn.Module):
    """G of the paper's Fig. 1."""

    tonal_window: Tensor
    noise_window: Tensor
    bands: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.enter = nn.Conv1d(LATENT, _WIDTH, 3, padding=1)
        self.blocks = nn.Sequential(*(ResidualBlock(_WIDTH, dilation) for dilation in (1, 2, 4, 1)))
        self.tonal = nn.Conv1d(_WIDTH, STRIDE // _TONAL_HOP * 2 * _TONAL_BINS, 1)
        self.noise = nn.Conv1d(_WIDTH, STRIDE // _NOISE_HOP * _NOISE_BANDS, 1)
        nn.init.constant_(self.noise.bias, -3.0)  # type: ignore[arg-type]
        self.register_buffer("tonal_window", torch.hann_window(_TONAL), persistent=False)
        self.register_buffer("noise_window", torch.hann_window(_NOISE), persistent=False)
        self.register_buffer("bands", _bands(), persistent=False)

    def forward(self, z: Tensor, seed: int | None = None) -> Tensor:
        """(batch, columns * STRIDE) of z (batch, LATENT, columns). seed: of the noise; None for another each time."""
        x = functional.leaky_relu(self.blocks(self.enter(z)), 0.2)       # (batch, width, columns)
        return self._toned(self.tonal(x)) + self._noisy(self.noise(x), seed)

    def _toned(self, x: Tensor) -> Tensor:
        level, phase = _faster(x, STRIDE // _TONAL_HOP).chunk(2, dim=1)  # (batch, bins, 2 * columns)
        spectrum = torch.polar(torch.exp(level.clamp(max=_LOUDEST)), math.pi * phase)
        return _overlapped(spectrum, self.tonal_window, _TONAL_HOP)

    def _noisy(self, x: Tensor, seed: int | None) -> Tensor:
        level = torch.exp(_faster(x, STRIDE // _NOISE_HOP).clamp(max=_LOUDEST))     # (batch, bands, 4 * columns)
        gains = torch.einsum("kb,nbt->nkt", self.bands, level)
        dice = None if seed is None else torch.Generator(x.device).manual_seed(seed)
        white = torch.randn(2, *gains.shape, device=x.device, generator=dice)
        return _overlapped(torch.complex(white[0] * gains, white[1] * gains), self.noise_window, _NOISE_HOP)


def _faster(x: Tensor, times: int) -> Tensor:
    """(batch, channels, times * columns) of (batch, times * channels, columns)."""
    return x.unflatten(1, (times, -1)).movedim(1, 3).flatten(2, 3)


def _overlapped(spectrum: Tensor, window: Tensor, hop: int) -> Tensor:
    """(batch, columns * hop): the inverse STFT of spectrum (batch, bins, columns); missing high bins are silent."""
    size, columns = len(window), spectrum.shape[2]
    pieces = torch.fft.irfft(spectrum, n=size, dim=1) * window[:, None]              # (batch, size, columns)
    whole = functional.fold(pieces, (1, (columns - 1) * hop + size), (1, size), stride=(1, hop))[:, 0, 0]
    edge = (size - hop) // 2
    return whole[:, edge : edge + columns * hop] / _OVERLAP


def _bands() -> Tensor:
    """(bins, bands): each bin's shares of the noise bands, which are evenly spaced in mel."""
    mel = torchaudio.functional.melscale_fbanks(_NOISE // 2 + 1, 0.0, RATE / 2 + 1000, _NOISE_BANDS, RATE)
    nearest = functional.one_hot(mel.argmax(dim=1), _NOISE_BANDS).float()
    total = mel.sum(dim=1, keepdim=True)
    return torch.where(total > 0.05, mel / total.clamp(min=1e-6), nearest)
