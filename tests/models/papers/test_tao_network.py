"""The paper's network can be built, and learns."""

import pytest
import torch

from models.hearing.spectrogram import PAPER, LogSpectrogram
from models.papers.tao.network import TEMPI, PaperActivations, PaperNet, paper_loss


def test_the_papers_network_hears_three_drums_and_a_tempo() -> None:
    spectrogram = LogSpectrogram(PAPER)(torch.randn(2, 16000))
    heard = PaperNet(LogSpectrogram(PAPER).bands)(spectrogram)
    assert heard.onsets.shape == (2, 100, 3)
    assert heard.tempo.shape == (2, TEMPI) == (2, 141)


@pytest.mark.parametrize("stft_frames", [10, 400])
def test_an_onset_counts_as_much_in_a_long_loop_as_in_a_short_one(stft_frames: int) -> None:
    onsets = torch.zeros(2, stft_frames, 3)
    onsets[0, 3, 1] = 1.0
    logits = torch.zeros(2, stft_frames, 3, requires_grad=True)
    paper_loss(PaperActivations(logits, torch.zeros(2, TEMPI)), onsets, torch.tensor([60.0, 200.0])).backward()
    assert logits.grad is not None and float(logits.grad[0, 3, 1]) == pytest.approx(-0.5)


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
