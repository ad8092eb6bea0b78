"""What the network says about a mixture: onsets, velocities, which kit it is, and how loud each track is.

Onsets and velocities are convolutions of kernel 7 over the encoder's features; kit and gains are linear layers over
their mean over time, gains as exponentials. The authors' heads have a layer or two more: README.md.
"""

from typing import NamedTuple

from torch import Tensor, nn

from engine.core.pattern import TRACK_NAMES
from models.papers.idm.encoder import FEATURES

CLASSES = len(TRACK_NAMES)
_KERNEL = 7
_RARE = -4.0  # the onset head's first bias: few STFT frames hold an onset


class Described(NamedTuple):
    """onsets: logits, and velocities 0..1, (batch, CLASSES, stft_frames); kits: logits (batch, kits); gains (batch,
    CLASSES), linear."""

    onsets: Tensor
    velocities: Tensor
    kits: Tensor
    gains: Tensor


class Heads(nn.Module):
    """Features (batch, FEATURES, stft_frames) -> Described."""

    def __init__(self, kits: int) -> None:
        super().__init__()
        self.onsets = nn.Conv1d(FEATURES, CLASSES, _KERNEL, padding=_KERNEL // 2)
        self.velocities = nn.Conv1d(FEATURES, CLASSES, _KERNEL, padding=_KERNEL // 2)
        self.kits = nn.Linear(FEATURES, kits)
        self.gains = nn.Linear(FEATURES, CLASSES)
        nn.init.constant_(self.onsets.bias, _RARE)  # type: ignore[arg-type]

    def forward(self, features: Tensor) -> Described:
        mean = features.mean(dim=2)                            # (batch, features)
        return Described(self.onsets(features), self.velocities(features).sigmoid(), self.kits(mean),
                         self.gains(mean).exp())
