"""Networks for tests: their sources are known parts of what goes in, so what comes out is known."""

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from models.plugins import Onset, TempoGuess, Transcription

SHARES = {"kick": 0.5, "snare": 0.2, "toms": 0.1, "hh": 0.1, "ride": 0.06, "crash": 0.04}


def heard(*onsets: Onset) -> Transcription:
    """A transcription of those hits."""
    return Transcription(onsets, (TempoGuess(120.0, 4),))


@dataclass
class AudioSettings:
    hop_length: int = 512
    sample_rate: int = 44100


@dataclass
class Instruments:
    instruments: list[str] = field(default_factory=lambda: list(SHARES))


@dataclass
class Inference:
    dim_t: int = 33


@dataclass
class Config:
    """The part of mdxnet_infer.MDX23CConfig that is read."""

    audio: AudioSettings = field(default_factory=AudioSettings)
    training: Instruments = field(default_factory=Instruments)
    inference: Inference = field(default_factory=Inference)

    @classmethod
    def drumsep_6stem(cls) -> "Config":
        return cls()


class Shares(nn.Module):
    """Every source is a share of the mixture: (rows, 2, frames) -> (rows, sources, 2, frames)."""

    def __init__(self, config: Config, device: torch.device) -> None:
        super().__init__()
        self.gains = nn.Parameter(torch.zeros(len(config.training.instruments), device=device))

    def forward(self, audio: Tensor) -> Tensor:
        return audio[:, None] * self.gains[:, None, None]
