"""The paper's network can be built, and learns."""

import pytest
import torch

from models.hearing.spectrogram import PAPER, LogSpectrogram
from models.papers.tao.network import TEMPI, PaperNet, paper_loss


def test_the_papers_network_hears_three_drums_and_a_tempo() -> None:
    spectrogram = LogSpectrogram(PAPER)(torch.randn(2, 16000))
    heard = PaperNet(LogSpectrogram(PAPER).bands)(spectrogram)
    assert heard.onsets.shape == (2, 100, 3)
    assert heard.tempo.shape == (2, TEMPI) == (2, 141)


@pytest.mark.slow
def test_the_papers_network_learns_a_batch_by_heart() -> None:
    torch.manual_seed(1)
    net = PaperNet(20, dropout=0.0)
    optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)
    spectrogram, bpm = torch.rand(2, 30, 20), torch.tensor([90.0, 140.0])
    onsets = (torch.rand(2, 30, 3) > 0.8).float()
    losses = []
    for _ in range(25):
        loss = paper_loss(net(spectrogram), onsets, bpm)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.5 * losses[0]
