"""How the network is trained: BCE of the onset envelopes plus cross entropy of the tempo, Adam at a constant 0.0005,
batches of 64, a new one made at every step, 50 000 steps (Yi & Barthet, NIME 2025, section 3.2.2).
"""

import torch
from torch import Tensor

from models.papers.tao.features import input_spectrogram
from models.papers.tao.network import PaperActivations, PaperNet, paper_loss
from models.papers.tao.synthesis import PaperBatch

RATE = 5e-4
STEPS = 50_000


class Recipe:
    """The network and its optimiser on a device. Neither schedule, clipping nor weight averaging.

    The convolutions are computed in bfloat16 and with channels last, which a CPU does faster.
    """

    def __init__(self, device: torch.device) -> None:
        self._front_end = input_spectrogram().to(device)
        self.net = PaperNet(self._front_end.bands).to(device)
        self.net.conv.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stubs lack it
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=RATE)

    def step(self, batch: PaperBatch) -> float:
        """Learn from one batch; return its loss."""
        self.net.train()
        features = self.features(batch)
        with torch.autocast(features.device.type, torch.bfloat16):
            found = self.net(features)
        loss = self.loss(found, batch)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return float(loss.detach())

    @torch.no_grad()
    def features(self, batch: PaperBatch) -> Tensor:
        """The network's input (rows, 400, bands)."""
        found: Tensor = self._front_end(batch.audio)
        return found

    @staticmethod
    def loss(found: PaperActivations, batch: PaperBatch) -> Tensor:
        """The sum of both losses."""
        return paper_loss(found, batch.onsets, batch.bpm.float())
