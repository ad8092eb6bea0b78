"""The one-shot synthesiser: noise through a causal temporal convolutional network, under an exponential envelope.

Twelve layers of 48 channels, kernel 15, dilations 2^i and FiLM on class and kit are the authors' (`PUBLISHED`). Ours:
the noise is always the same, so a sound is; the envelope has ten points, closer together near the attack, where theirs
is one decay; `SMALL` works on blocks of 32 sample frames, which makes it two hundred times cheaper, and is what ships.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.papers.idm.features import RATE

SHOT_FRAMES = RATE  # one second
_POINTS = 10
_SEED = 2025


@dataclass(frozen=True, slots=True)
class Size:
    """channels, kernel and layers of the network; block: how many sample frames are one step of its time."""

    channels: int
    kernel: int
    layers: int
    block: int


PUBLISHED = Size(48, 15, 12, 1)
SMALL = Size(32, 7, 8, 32)
SIZES = {"published": PUBLISHED, "small": SMALL}


class Synthesiser(nn.Module):
    """Conditions (..., conditions) -> one-shots (..., SHOT_FRAMES)."""

    noise: Tensor

    def __init__(self, conditions: int, size: Size = SMALL) -> None:
        super().__init__()
        self.size = size
        steps = -(-SHOT_FRAMES // size.block)
        noise = torch.randn(size.block, steps, generator=torch.Generator().manual_seed(_SEED))
        self.register_buffer("noise", noise, persistent=False)
        self.enter = nn.Conv1d(size.block, size.channels, 1)
        self.layers = nn.ModuleList(Layer(size, 2**index, conditions) for index in range(size.layers))
        self.leave = nn.Conv1d(size.channels, size.block, 1)
        self.points = nn.Sequential(nn.Linear(conditions, 32), nn.GELU(), nn.Linear(32, _POINTS))

    def forward(self, conditions: Tensor) -> Tensor:
        flat = conditions.flatten(end_dim=-2)                  # (shots, conditions)
        x = self.enter(self.noise).expand(len(flat), -1, -1)   # (shots, channels, steps)
        for layer in self.layers:
            x = layer(x, flat)
        sound = self.leave(x).transpose(1, 2).flatten(start_dim=1)[:, :SHOT_FRAMES]
        return (sound * self.envelope(flat)).unflatten(0, conditions.shape[:-1])

    def envelope(self, conditions: Tensor) -> Tensor:
        """(shots, SHOT_FRAMES): falling exponentials between ten points, the first at 1."""
        falls = functional.softplus(self.points(conditions))   # (shots, points) nepers
        levels = torch.cat([torch.zeros_like(falls[:, :1]), -falls[:, 1:].cumsum(dim=1)], dim=1)
        places = torch.linspace(0, 1, SHOT_FRAMES, device=levels.device).sqrt() * (_POINTS - 1)
        below = places.long().clamp(max=_POINTS - 2)
        part = places - below
        return torch.exp(levels[:, below] * (1 - part) + levels[:, below + 1] * part)


class Layer(nn.Module):
    """A causal dilated convolution, scaled and shifted by the conditions (FiLM), and added to its input."""

    def __init__(self, size: Size, dilation: int, conditions: int) -> None:
        super().__init__()
        self.reach = (size.kernel - 1) * dilation
        self.conv = nn.Conv1d(size.channels, size.channels, size.kernel, dilation=dilation)
        self.film = nn.Linear(conditions, 2 * size.channels)

    def forward(self, x: Tensor, conditions: Tensor) -> Tensor:
        scale, shift = self.film(conditions).unsqueeze(2).chunk(2, dim=1)
        y = self.conv(functional.pad(x, (self.reach, 0)))      # (shots, channels, steps)
        return x + functional.gelu(y * (1 + scale) + shift)
