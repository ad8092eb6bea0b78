"""Cross-attention from a target's rhythm to a source's latent, with two biases (section 2, eq. 2).

B_rel is a table by distance. B_rhythm says how alike two moments are in what was hit around them; of the target's
moment and the source's, each through one linear projection of r. The paper's is a linear projection of the target's.
"""

import math

import torch
from torch import Tensor, nn

from models.papers.rhythm.conditions import DRUMS, SIZE
from models.papers.rhythm.encoder import COLUMNS, LATENT

HEADS = 4
_HEAD = SIZE // HEADS    # d
_AROUND = 33             # columns that the projection of r sees: 0.38 s
_RHYTHM = 8              # numbers that it makes of them for each head


class RhythmAttention(nn.Module):
    """Eq. 2: softmax(q k' / sqrt(d) + gamma B_rel + delta B_rhythm) v."""

    def __init__(self) -> None:
        super().__init__()
        self.query = nn.Linear(SIZE, SIZE)
        self.key = nn.Linear(LATENT, SIZE)
        self.value = nn.Linear(LATENT, SIZE)
        self.merge = nn.Linear(SIZE, SIZE)
        self.rhythm = nn.Conv1d(len(DRUMS), HEADS * _RHYTHM, _AROUND, padding=_AROUND // 2)
        self.relative = nn.Parameter(torch.zeros(HEADS, 2 * COLUMNS - 1))
        self.gamma = nn.Parameter(torch.ones(HEADS))
        self.delta = nn.Parameter(torch.ones(HEADS))

    def forward(self, q: Tensor, u: Tensor, r_target: Tensor, r_source: Tensor) -> tuple[Tensor, Tensor]:
        """The values (batch, columns, SIZE) and the attention (batch, heads, columns, columns), of q (batch, columns,
        SIZE), u (batch, LATENT, columns), and r of both (batch, drums, columns). At most COLUMNS columns."""
        latent = u.transpose(1, 2)                                   # (batch, columns, LATENT)
        query, key, value = (_heads(x) for x in (self.query(q), self.key(latent), self.value(latent)))
        logits = query @ key.transpose(2, 3) / math.sqrt(_HEAD)      # (batch, heads, columns, columns)
        logits = logits + self.gamma[:, None, None] * self._relative_bias(q.shape[1])
        logits = logits + self.delta[:, None, None] * self._rhythm_bias(r_target, r_source)
        shares = torch.softmax(logits, dim=3)
        return self.merge((shares @ value).transpose(1, 2).flatten(2)), shares

    def _relative_bias(self, columns: int) -> Tensor:
        """B_rel (heads, columns, columns)."""
        place = torch.arange(columns, device=self.relative.device)
        return self.relative[:, place[None] - place[:, None] + COLUMNS - 1]

    def _rhythm_bias(self, r_target: Tensor, r_source: Tensor) -> Tensor:
        """B_rhythm (batch, heads, columns, columns)."""
        wanted, there = (self.rhythm(r).unflatten(1, (HEADS, _RHYTHM)) for r in (r_target, r_source))
        return torch.einsum("bhct,bhcs->bhts", wanted, there)


def _heads(x: Tensor) -> Tensor:
    """(batch, heads, columns, d) of (batch, columns, SIZE)."""
    return x.unflatten(2, (HEADS, _HEAD)).transpose(1, 2)
