"""What is learnt from a batch: each network with its own front end, loss and optimiser."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol, cast

import torch
import torchaudio
from torch import Tensor, nn

from engine.core.errors import UsageError
from engine.core.pattern import TRACK_NAMES
from models.hearing.ensemble import save_ears
from models.hearing.spectrogram import PAPER, LogSpectrogram
from models.hearing.tcn import TaoNet
from models.papers.tao.network import PAPER_DRUMS, PaperNet, paper_loss
from models.training.synthesis.bank import RATE
from models.training.synthesis.examples import Batch, Synthesis
from models.training.train.hearing import hearing_marks
from models.training.train.learning import loss_of
from models.training.train.separating import SeparatorCourse
from models.weights.shipped import save_weights

_PAPER_COLUMNS = [TRACK_NAMES.index(name) for name in PAPER_DRUMS]


class Course(Protocol):
    """A network to be trained. `net` maps what `features` gives to what `loss` takes.

    peak_rate: the largest learning rate unless another is asked for; score: the name, among the marks, of what
    the curve shows beside the loss, and `best`, the top of its scale.
    """

    name: str
    net: nn.Module
    peak_rate: float
    score: str
    best: float

    def batch(self, synthesis: Synthesis, number: int) -> Any:
        """The material of a step, the same for the same number."""
        ...

    def features(self, batch: Any) -> tuple[Any, ...]:
        """What the network is called with."""
        ...

    def loss(self, heard: Any, batch: Any) -> Tensor:
        """The mean loss of a batch."""
        ...

    def marks(self, net: nn.Module, batches: Sequence[Any]) -> dict[str, float]:
        """How well a net does: `val_loss`, the score, and more."""
        ...

    def optimizer(self, peak_rate: float) -> torch.optim.Optimizer:
        """Over the network's parameters."""
        ...

    def export(self, net: nn.Module, path: Path, told: dict[str, Any]) -> None:
        """Write a net's weights as the plugin that uses them reads them."""
        ...


class TaoCourse:
    """`tao`: six drums, AdamW."""

    name = "tao"
    peak_rate = 3e-3
    score, best = "val_f", 1.0

    def __init__(self, device: torch.device) -> None:
        self.net: nn.Module = TaoNet().to(device)
        self._listen = LogSpectrogram().to(device)

    def batch(self, synthesis: Synthesis, number: int) -> Batch:
        return synthesis.batch(number)

    def features(self, batch: Batch) -> tuple[Tensor]:
        return (self._listen(batch.audio),)

    def loss(self, heard: Any, batch: Batch) -> Tensor:
        return loss_of(heard, batch)

    def marks(self, net: nn.Module, batches: Sequence[Batch]) -> dict[str, float]:
        def judged(batch: Batch) -> tuple[float, Tensor]:
            heard = net(*self.features(batch))
            return float(self.loss(heard, batch)), torch.sigmoid(heard[0].float())
        return hearing_marks(judged, batches)

    def optimizer(self, peak_rate: float) -> torch.optim.Optimizer:
        return torch.optim.AdamW(self.net.parameters(), lr=peak_rate, weight_decay=1e-2)

    def export(self, net: nn.Module, path: Path, told: dict[str, Any]) -> None:
        save_ears(path, [cast(TaoNet, net)], told)


class PaperCourse:
    """`paper`: kick, snare, hi-hat and the tempo at 16 kHz, Adam at the paper's rate."""

    name = "paper"
    peak_rate = 5e-4
    score, best = "val_f", 1.0

    def __init__(self, device: torch.device) -> None:
        self._listen = LogSpectrogram(PAPER).to(device)
        self.net: nn.Module = PaperNet(self._listen.bands).to(device)

    def batch(self, synthesis: Synthesis, number: int) -> Batch:
        return synthesis.batch(number)

    def features(self, batch: Batch) -> tuple[Tensor]:
        return (self._listen(torchaudio.functional.resample(batch.audio, RATE, PAPER.sample_rate)),)

    def loss(self, heard: Any, batch: Batch) -> Tensor:
        return paper_loss(heard, batch.onsets[..., _PAPER_COLUMNS], batch.bpm)

    def marks(self, net: nn.Module, batches: Sequence[Batch]) -> dict[str, float]:
        def judged(batch: Batch) -> tuple[float, Tensor]:
            heard = net(*self.features(batch))
            known = torch.sigmoid(heard[0].float())
            chances = known.new_zeros(*known.shape[:2], len(TRACK_NAMES))
            chances[..., _PAPER_COLUMNS] = known
            return float(self.loss(heard, batch)), chances
        return hearing_marks(judged, batches)

    def optimizer(self, peak_rate: float) -> torch.optim.Optimizer:
        return torch.optim.Adam(self.net.parameters(), lr=peak_rate)

    def export(self, net: nn.Module, path: Path, told: dict[str, Any]) -> None:
        save_weights(path, net.state_dict(), {"network": self.name})


def course_called(name: str, device: torch.device) -> Course:
    """The course of a network's name. Raises UsageError for any other."""
    courses: dict[str, Callable[[torch.device], Course]] = {
        "tao": TaoCourse, "paper": PaperCourse, "masks": SeparatorCourse}
    if name not in courses:
        raise UsageError(f"The networks are {', '.join(courses)}; {name!r} was asked for.")
    return courses[name](device)
