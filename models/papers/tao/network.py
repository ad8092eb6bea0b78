"""The `paper` network: the CRNN of Yi & Barthet (NIME 2025, section 3.2.2), after ADTOF.

Four convolution blocks, three bidirectional GRU layers of 60, one head for the onsets of kick, snare and hi-hat at
each STFT frame, and one for the tempo, 60 to 200 BPM. The paper leaves kernels, channels, band pooling, dropout and the
pooling of the tempo head over time open; those here are our choice. It is a reference, not the default.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

PAPER_DRUMS = ("kick", "snare", "hihat")
SLOWEST_BPM, FASTEST_BPM = 60, 200
TEMPI = FASTEST_BPM - SLOWEST_BPM + 1
_CHANNELS = (32, 32, 64, 64)
_HIDDEN = 60


class PaperActivations(NamedTuple):
    """Logits of onsets (batch, stft_frames, 3) and of the tempo (batch, 141), one class per BPM."""

    onsets: Tensor
    tempo: Tensor


class PaperNet(nn.Module):
    """Spectrogram (batch, stft_frames, bands), such as that of features.py, 62 bands -> PaperActivations.

    Under autocast the convolutions alone are in bfloat16: what the GRU counts over hundreds of frames needs more.
    """

    def __init__(self, bands: int, dropout: float = 0.3) -> None:
        super().__init__()
        self.conv = nn.Sequential(*(_ConvBlock(a, b) for a, b in zip((1, *_CHANNELS[:-1]), _CHANNELS, strict=True)))
        # not between the blocks: batch normalisation would learn the variance of what dropout has thinned out
        self.dropout = nn.Dropout(dropout)
        narrowed = bands
        for _ in _CHANNELS:
            narrowed //= 2
        self.gru = nn.GRU(_CHANNELS[-1] * narrowed, _HIDDEN, num_layers=3, batch_first=True, bidirectional=True)
        self.onset_head = nn.Linear(2 * _HIDDEN, len(PAPER_DRUMS))
        self.tempo_head = nn.Linear(2 * _HIDDEN, TEMPI)

    def forward(self, spectrogram: Tensor) -> PaperActivations:
        x = self.conv(spectrogram.unsqueeze(1))        # (batch, channels, stft_frames, bands / 16)
        x = x.transpose(1, 2).flatten(start_dim=2)     # (batch, stft_frames, channels * bands / 16)
        with torch.autocast(x.device.type, enabled=False):
            x, _ = self.gru(self.dropout(x.float()))   # (batch, stft_frames, 2 * hidden)
            return PaperActivations(self.onset_head(x), self.tempo_head(x.mean(dim=1)))


class _ConvBlock(nn.Module):
    """3 x 3 convolution, batch normalisation, ReLU, max-pooling of pairs of bands."""

    def __init__(self, channels: int, out: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, out, 3, padding=1)
        self.norm = nn.BatchNorm2d(out)

    def forward(self, x: Tensor) -> Tensor:
        return functional.max_pool2d(functional.relu(self.norm(self.conv(x))), (1, 2))


def paper_loss(found: PaperActivations, onsets: Tensor, bpm: Tensor) -> Tensor:
    """Binary cross entropy of the onsets plus cross entropy of the tempo, summed as in the paper.

    onsets (batch, stft_frames, 3) 0..1; bpm (batch,) beats per minute. The first is per true onset, as in detectors of
    rare things. As a mean over STFT frames, of which one in a hundred has an onset, it drowns in the tempo's, and the
    network does not learn which drum is which; as a sum it drowns the tempo's.
    """
    tempo = torch.clamp(bpm.round().long() - SLOWEST_BPM, 0, TEMPI - 1)
    whole = functional.binary_cross_entropy_with_logits(found.onsets.float(), onsets, reduction="sum")
    return whole / onsets.sum().clamp(min=1.0) + functional.cross_entropy(found.tempo.float(), tempo)
