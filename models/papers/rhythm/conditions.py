"""What the transformer is told of a target: r, its drums' probabilities, and a, its encoder activations, each through
four convolutions, merged by a gate into the query q (section 2, eq. 1)."""

import torch
from torch import Tensor, nn

from models.papers.rhythm.encoder import WIDTH

DRUMS = ("kick", "snare", "tom", "hihat", "cymbal")  # the five classes of r
SIZE = 128               # D
_DILATIONS = (1, 2, 4, 8)  # ours: with kernel 5 the stack of r sees 0.35 s before and after, so that tails have a place


class Stack(nn.Module):
    """Four Conv1D layers with LeakyReLU, from `channels` to SIZE."""

    def __init__(self, channels: int, kernel: int, dilations: tuple[int, ...]) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for number, dilation in enumerate(dilations):
            layers += [nn.Conv1d(SIZE if number else channels, SIZE, kernel, padding=dilation * (kernel // 2),
                                 dilation=dilation), nn.LeakyReLU(0.2)]
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, SIZE, columns) of x (batch, channels, columns)."""
        found: Tensor = self.layers(x)
        return found


class Conditions(nn.Module):
    """The fuser: r and a of the target to q."""

    def __init__(self) -> None:
        super().__init__()
        self.of_rhythm = Stack(len(DRUMS), 5, _DILATIONS)
        self.of_activations = Stack(WIDTH, 3, (1, 1, 1, 1))
        self.gate = nn.Linear(2 * SIZE, SIZE)            # W_g

    def forward(self, r: Tensor, a: Tensor) -> Tensor:
        """q (batch, columns, SIZE) of r (batch, drums, columns) and a (batch, WIDTH, columns)."""
        r_e = self.of_rhythm(r).transpose(1, 2)          # (batch, columns, SIZE)
        a_e = self.of_activations(a).transpose(1, 2)
        share = torch.sigmoid(self.gate(torch.cat([r_e, a_e], dim=2)))   # lambda, eq. 1
        return share * r_e + (1.0 - share) * a_e
