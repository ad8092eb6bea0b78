"""The transformer of stage 2: mu of the source, re-sequenced to the rhythm of the target (Fig. 1, section 2, eq. 3)."""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.papers.rhythm.attention import RhythmAttention
from models.papers.rhythm.conditions import SIZE, Conditions
from models.papers.rhythm.encoder import LATENT

BLOCKS = 3               # L
_EPSILON = 1e-4
_FIRST_ALPHA = 2.0       # logit of alpha at the start of the training: 0.88


class Transformed(NamedTuple):
    """mu and sigma (batch, LATENT, columns) of the result; attention (batch, heads, columns, columns) of each block."""

    mu: Tensor
    sigma: Tensor
    attention: tuple[Tensor, ...]


class Block(nn.Module):
    """One of the blocks. What it makes comes from the source alone: q decides where it looks, and adds nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = RhythmAttention()
        self.norm = nn.LayerNorm(SIZE)
        self.feed = nn.Sequential(nn.Linear(SIZE, 2 * SIZE), nn.LeakyReLU(0.2), nn.Linear(2 * SIZE, SIZE))
        self.leave = nn.Linear(SIZE, LATENT)
        self.alpha = nn.Parameter(torch.tensor(_FIRST_ALPHA))

    def forward(self, q: Tensor, u: Tensor, r_target: Tensor, r_source: Tensor) -> tuple[Tensor, Tensor]:
        """The next u and the attention; see RhythmAttention."""
        heard, shares = self.attention(q, u, r_target, r_source)     # (batch, columns, SIZE)
        heard = heard + self.feed(self.norm(heard))
        made = self.leave(heard).transpose(1, 2)                     # (batch, LATENT, columns)
        return torch.lerp(u, made, torch.sigmoid(self.alpha)), shares


class RhythmTransformer(nn.Module):
    """Conditions, L blocks and f_sigma."""

    def __init__(self) -> None:
        super().__init__()
        self.conditions = Conditions()
        self.blocks = nn.ModuleList(Block() for _ in range(BLOCKS))
        self.spread = nn.Sequential(nn.Conv1d(LATENT, LATENT, 1), nn.LeakyReLU(0.2), nn.Conv1d(LATENT, LATENT, 1))

    def forward(self, mu: Tensor, r_source: Tensor, r_target: Tensor, a_target: Tensor) -> Transformed:
        """mu (batch, LATENT, columns) and r (batch, drums, columns) of the source; r and a (batch, WIDTH, columns) of
        the target."""
        q, u, attention = self.conditions(r_target, a_target), mu, []
        for block in self.blocks:
            u, shares = block(q, u, r_target, r_source)
            attention.append(shares)
        return Transformed(u, functional.softplus(self.spread(u)) + _EPSILON, tuple(attention))   # eq. 3

    @property
    def alphas(self) -> list[float]:
        """How much of each block's result replaces what was there, 0..1."""
        return [float(torch.sigmoid(block.alpha)) for block in self.blocks]  # type: ignore[arg-type]
