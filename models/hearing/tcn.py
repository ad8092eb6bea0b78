"""The `tao` network: which drums are hit when, how hard, and where between two STFT frames.

A small convolutional stem reads the spectrogram, dilated convolutions over time separate hits from tails, and attention
without positions compares each hit with all that sound like it: a loop has few sounds, each used many times, so a sound
is named from all its hits together.
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.core.pattern import TRACK_NAMES


@dataclass(frozen=True, slots=True)
class TaoNetSettings:
    """The network's shape. bands: of the spectrogram, without its differences."""

    bands: int = 81
    stem: tuple[int, int, int] = (16, 32, 48)
    width: int = 96
    dilations: tuple[int, ...] = (1, 2, 4, 8, 16, 32)
    heads: int = 4
    dropout: float = 0.1


class Activations(NamedTuple):
    """Logits (batch, stft_frames, drums) of onsets and velocities; offsets, -1.5..1.5 STFT frames, by which the hit
    comes after that frame's centre; presence (batch, drums): logits that a drum sounds at all."""

    onsets: Tensor
    velocities: Tensor
    offsets: Tensor
    presence: Tensor


class TaoNet(nn.Module):
    """Spectrogram with differences (batch, stft_frames, 2 * bands) -> Activations.

    The names of its layers are keys in weights files.
    """

    def __init__(self, settings: TaoNetSettings | None = None) -> None:
        super().__init__()
        self.settings = settings or TaoNetSettings()
        a, b, c = self.settings.stem
        width, drums = self.settings.width, len(TRACK_NAMES)
        self.stem = nn.Sequential(_Conv(2, a), _Conv(a, b), _Conv(b, c))
        left = -(-self.settings.bands // 8)
        self.narrow = nn.Linear(c * left, width)
        half = len(self.settings.dilations) // 2
        self.near = nn.Sequential(*(_Block(width, d, self.settings.dropout) for d in self.settings.dilations[:half]))
        self.ask = _Recall(width, self.settings.heads)
        self.far = nn.Sequential(*(_Block(width, d, self.settings.dropout) for d in self.settings.dilations[half:]))
        self.ask_again = _Recall(width, self.settings.heads)
        self.last = _Block(width, 1, self.settings.dropout)
        self.head = nn.Linear(width, 4 * drums)
        nn.init.constant_(self.head.bias[:drums], -3.0)

    def forward(self, spectrogram: Tensor) -> Activations:
        batch, stft_frames, bands = spectrogram.shape
        x = spectrogram.view(batch, stft_frames, 2, bands // 2).transpose(1, 2)
        x = self.stem(x.contiguous(memory_format=torch.channels_last))   # (batch, channels, stft_frames, bands / 8)
        x = self.narrow(x.transpose(1, 2).flatten(start_dim=2))          # (batch, stft_frames, width)
        x = self.near(x.transpose(1, 2))                                 # (batch, width, stft_frames)
        x = self.far(self.ask(x))
        x = self.last(self.ask_again(x))
        onsets, velocities, offsets, presence = self.head(x.transpose(1, 2)).chunk(4, dim=-1)
        return Activations(onsets, velocities, 1.5 * torch.tanh(offsets), presence.float().logsumexp(dim=1)
                     - torch.log(torch.tensor(float(stft_frames))) + 3.0)


class _Conv(nn.Module):
    """3 x 3 convolution with stride 2 over the bands, batch normalisation, ReLU."""

    def __init__(self, channels: int, out: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, out, 3, stride=(1, 2), padding=1, bias=False)
        self.norm = nn.BatchNorm2d(out)

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(self.norm(self.conv(x)))


class _Block(nn.Module):
    """A residual dilated convolution over time."""

    def __init__(self, width: int, dilation: int, dropout: float) -> None:
        super().__init__()
        self.conv = nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation, bias=False)
        self.norm = nn.BatchNorm1d(width)
        self.mix = nn.Conv1d(width, width, 1)
        self.dropout = nn.Dropout1d(dropout)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.dropout(self.mix(functional.relu(self.norm(self.conv(x)))))


class _Recall(nn.Module):
    """Attention without positions: every STFT frame attends to groups of four STFT frames all over the loop."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.BatchNorm1d(width)
        self.query = nn.Conv1d(width, width, 1)
        self.key_value = nn.Conv1d(width, 2 * width, 1)
        self.out = nn.Conv1d(width, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        normal = self.norm(x)
        asked = functional.max_pool1d(normal, 4, ceil_mode=True)        # (batch, width, stft_frames / 4)
        key, value = self.key_value(asked).chunk(2, dim=1)
        answer = functional.scaled_dot_product_attention(
            self._split(self.query(normal)), self._split(key), self._split(value))
                                                                        # (batch, heads, stft_frames, width / heads)
        return x + self.out(answer.transpose(2, 3).flatten(1, 2))

    def _split(self, x: Tensor) -> Tensor:
        return x.unflatten(1, (self.heads, -1)).transpose(2, 3)
