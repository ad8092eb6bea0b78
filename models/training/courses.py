"""What is learnt from a batch: each network with its own front end, loss and optimiser."""

from typing import Protocol

import torch
import torchaudio
from torch import Tensor, nn

from engine.core.errors import UsageError
from engine.core.pattern import TRACK_NAMES
from models.crnn import PAPER_DRUMS, PaperNet, paper_loss
from models.spectrogram import PAPER, LogSpectrogram
from models.tcn import TaoNet
from models.training.bank import RATE
from models.training.learning import loss_of
from models.training.synthesis import Batch

_PAPER_COLUMNS = [TRACK_NAMES.index(name) for name in PAPER_DRUMS]


class Course(Protocol):
    """A network to be trained. `net` maps what `features` gives to what `loss` and `chances` take; peak_rate: the
    largest learning rate unless another is asked for."""

    name: str
    net: nn.Module
    peak_rate: float

    def features(self, audio: Tensor) -> Tensor:
        """Audio (rows, frames) at 44.1 kHz -> (rows, stft_frames, bands)."""
        ...

    def loss(self, heard: tuple[Tensor, ...], batch: Batch) -> Tensor:
        """The mean loss of a batch."""
        ...

    def chances(self, heard: tuple[Tensor, ...]) -> Tensor:
        """(rows, stft_frames, drums) chances of an onset; nothing for a drum the network does not know."""
        ...

    def optimizer(self, peak_rate: float) -> torch.optim.Optimizer:
        """Over the network's parameters."""
        ...


class TaoCourse:
    """`tao`: six drums, AdamW."""

    name = "tao"
    peak_rate = 3e-3

    def __init__(self, device: torch.device) -> None:
        self.net: nn.Module = TaoNet().to(device)
        self._listen = LogSpectrogram().to(device)

    def features(self, audio: Tensor) -> Tensor:
        return self._listen(audio)

    def loss(self, heard: tuple[Tensor, ...], batch: Batch) -> Tensor:
        return loss_of(heard, batch)  # type: ignore[arg-type]

    def chances(self, heard: tuple[Tensor, ...]) -> Tensor:
        return torch.sigmoid(heard[0].float())

    def optimizer(self, peak_rate: float) -> torch.optim.Optimizer:
        return torch.optim.AdamW(self.net.parameters(), lr=peak_rate, weight_decay=1e-2)


class PaperCourse:
    """`paper`: kick, snare, hi-hat and the tempo at 16 kHz, Adam at the paper's rate."""

    name = "paper"
    peak_rate = 5e-4

    def __init__(self, device: torch.device) -> None:
        self._listen = LogSpectrogram(PAPER).to(device)
        self.net: nn.Module = PaperNet(self._listen.bands).to(device)

    def features(self, audio: Tensor) -> Tensor:
        return self._listen(torchaudio.functional.resample(audio, RATE, PAPER.sample_rate))

    def loss(self, heard: tuple[Tensor, ...], batch: Batch) -> Tensor:
        onsets = batch.onsets[..., _PAPER_COLUMNS]
        return paper_loss(heard, onsets, batch.bpm)  # type: ignore[arg-type]

    def chances(self, heard: tuple[Tensor, ...]) -> Tensor:
        known = torch.sigmoid(heard[0].float())
        chances = known.new_zeros(*known.shape[:2], len(TRACK_NAMES))
        chances[..., _PAPER_COLUMNS] = known
        return chances

    def optimizer(self, peak_rate: float) -> torch.optim.Optimizer:
        return torch.optim.Adam(self.net.parameters(), lr=peak_rate)


def course_called(name: str, device: torch.device) -> Course:
    """The course of a network's name. Raises UsageError for any other."""
    if name == "tao":
        return TaoCourse(device)
    if name == "paper":
        return PaperCourse(device)
    raise UsageError(f"The networks are tao and paper; {name!r} was asked for.")
