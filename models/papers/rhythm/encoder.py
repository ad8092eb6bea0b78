"""E, the encoder: audio to the mean and standard deviation of a latent, one column for every 512 frames.

The paper takes the encoder of RAVE, which works on waveforms. Ours sees two log-mel spectrograms, one with long windows
for pitch and one with short ones for attacks: a few hours of a CPU are enough to train it.
"""

import torch
import torchaudio
from torch import Tensor, nn
from torch.nn import functional

RATE = 44100
STRIDE = 512            # sample frames a latent column: 11.6 ms
COLUMNS = 256           # of a segment, 2.97 s; the paper's has 3 s
LATENT = 64
WIDTH = 160             # channels of the activations a
_LONG, _LONG_BANDS = 2048, 96
_SHORT, _SHORT_HOP, _SHORT_BANDS = 512, 256, 40
_PER_COLUMN = STRIDE // _SHORT_HOP
_FLOOR = 1e-3


class ResidualBlock(nn.Module):
    """A depthwise convolution over time, then two layers for each column, added to the input (ConvNeXt, Liu et al.,
    CVPR 2022)."""

    def __init__(self, width: int, dilation: int = 1) -> None:
        super().__init__()
        self.depthwise = nn.Conv1d(width, width, 7, padding=3 * dilation, dilation=dilation, groups=width)
        self.norm = nn.GroupNorm(1, width)
        self.wide = nn.Conv1d(width, 2 * width, 1)
        self.narrow = nn.Conv1d(2 * width, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, width, columns), as x."""
        inner = self.wide(self.norm(self.depthwise(x)))      # (batch, 2 * width, columns)
        return x + self.narrow(functional.leaky_relu(inner, 0.2))


class Encoder(nn.Module):
    """E of the paper's Fig. 1."""

    long_mel: Tensor
    short_mel: Tensor
    long_window: Tensor
    short_window: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("long_mel", _mel(_LONG, _LONG_BANDS), persistent=False)
        self.register_buffer("short_mel", _mel(_SHORT, _SHORT_BANDS), persistent=False)
        self.register_buffer("long_window", torch.hann_window(_LONG), persistent=False)
        self.register_buffer("short_window", torch.hann_window(_SHORT), persistent=False)
        self.enter = nn.Conv1d(_LONG_BANDS + _PER_COLUMN * _SHORT_BANDS, WIDTH, 3, padding=1)
        self.blocks = nn.Sequential(*(ResidualBlock(WIDTH, dilation) for dilation in (1, 2, 1)))
        self.leave = nn.Conv1d(WIDTH, 2 * LATENT, 1)

    def features(self, audio: Tensor) -> Tensor:
        """(batch, 176, columns): both spectrograms of audio (batch, columns * STRIDE), about -1..1."""
        long = self._spectrogram(audio, self.long_window, STRIDE, self.long_mel)
        short = self._spectrogram(audio, self.short_window, _SHORT_HOP, self.short_mel)
        pairs = short.unflatten(2, (-1, _PER_COLUMN)).movedim(3, 1).flatten(1, 2)    # (batch, 2 * bands, columns)
        return torch.cat([long, pairs], dim=1)

    def activations(self, audio: Tensor) -> Tensor:
        """a (batch, WIDTH, columns), of audio (batch, columns * STRIDE)."""
        found: Tensor = self.blocks(self.enter(self.features(audio)))
        return found

    def latent(self, activations: Tensor) -> tuple[Tensor, Tensor]:
        """mu and sigma, (batch, LATENT, columns) each, of activations."""
        mu, spread = self.leave(functional.leaky_relu(activations, 0.2)).chunk(2, dim=1)
        return mu, functional.softplus(spread) + 1e-4

    @staticmethod
    def _spectrogram(audio: Tensor, window: Tensor, hop: int, mel: Tensor) -> Tensor:
        edge = (len(window) - hop) // 2
        spectrum = torch.stft(functional.pad(audio, (edge, edge)), len(window), hop, window=window, center=False,
                              return_complex=True).abs()          # (batch, bins, columns)
        return (torch.log10(mel @ spectrum + _FLOOR) + 1.0) / 1.5


def _mel(window_frames: int, bands: int) -> Tensor:
    """(bands, bins): triangles evenly spaced in mel from 30 Hz up, without those too narrow to hold a bin."""
    return torchaudio.functional.melscale_fbanks(window_frames // 2 + 1, 30.0, RATE / 2, bands, RATE).T.contiguous()
