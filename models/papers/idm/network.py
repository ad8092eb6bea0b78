"""The whole machine: encoder, heads, synthesiser and sequencer in one network, trained end to end."""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.papers.idm.encoder import Encoder
from models.papers.idm.features import RATE
from models.papers.idm.heads import CLASSES, Described, Heads
from models.papers.idm.sequencer import gains_at, played
from models.papers.idm.synthesiser import SMALL, Size, Synthesiser
from models.papers.tao.renderer import Renderer

KITS = 6  # as published


class Played(NamedTuple):
    """What the network hears in mixtures, and the mixtures (batch, frames) as it plays them itself."""

    described: Described
    audio: Tensor


class IdmNet(nn.Module):
    """Log-mel spectrograms, kits and annotated hits -> Played."""

    def __init__(self, size: Size = SMALL) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.heads = Heads(KITS)
        self.synthesiser = Synthesiser(CLASSES + KITS, size)

    def forward(self, spectrograms: Tensor, kits: Tensor, places: Tensor, hits: Tensor, frames: int) -> Played:
        """spectrograms (batch, bands, stft_frames); kits (kits,): the kit of each run of batch / kits rows; places
        (batch, classes, hits) in sample frames, where `hits`, bool, says that there is one; frames: of the loops."""
        described = self.heads(self.encoder(spectrograms))
        gains = gains_at(described.velocities, described.gains, places)
        shots = self.shots(functional.one_hot(kits, KITS).float()).unsqueeze(1)     # (kits, 1, classes, shot_frames)
        by_kit = (len(kits), -1)
        audio = played(Renderer(RATE, frames, circular=True), places.unflatten(0, by_kit), gains.unflatten(0, by_kit),
                       hits.unflatten(0, by_kit), shots)                            # (kits, rows, frames)
        return Played(described, audio.flatten(end_dim=1))

    def describe(self, spectrograms: Tensor) -> Described:
        """What is heard in spectrograms (batch, bands, stft_frames)."""
        described: Described = self.heads(self.encoder(spectrograms))
        return described

    def shots(self, kits: Tensor) -> Tensor:
        """(..., classes, SHOT_FRAMES): the one-shots of kits (..., KITS), one-hot or shares that add up to 1."""
        classes = torch.eye(CLASSES, device=kits.device).expand(*kits.shape[:-1], CLASSES, CLASSES)
        conditions = torch.cat([classes, kits.unsqueeze(-2).expand(*classes.shape[:-1], kits.shape[-1])], dim=-1)
        found: Tensor = self.synthesiser(conditions)
        return found
