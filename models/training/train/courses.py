"""How each network is trained: its front end, targets, loss and optimiser, behind one interface."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol, cast

import torch
import torchaudio
from torch import Tensor, nn

from engine.core.errors import UsageError
from engine.core.pattern import TRACK_NAMES
from models.hearing.ensemble import open_ensemble, save_ensemble
from models.hearing.spectrogram import PAPER, LogSpectrogram
from models.hearing.tcn import TaoNet
from models.papers.tao.network import PAPER_DRUMS, PaperNet, paper_loss
from models.training.synthesis.bank import RATE, Bank
from models.training.synthesis.examples import Batch, Synthesis
from models.training.train.idm_course import IdmCourse
from models.training.train.onset_scores import onset_scores
from models.training.train.optimisation import loss_of
from models.training.train.separator_course import SeparatorCourse
from models.weights.files import load_into, save_weights

_PAPER_COLUMNS = [TRACK_NAMES.index(name) for name in PAPER_DRUMS]


class Course(Protocol):
    """A network and how it is trained. `net` maps what `features` returns to what `loss` takes.

    peak_rate: the default for the largest learning rate; headline: the key, among the scores, that the validation curve
    shows beside the loss; best: the top of its scale.
    """

    name: str
    net: nn.Module
    peak_rate: float
    headline: str
    best: float

    def meet(self, bank: Bank) -> None:
        """Look through the sounds to train on, before the first batch. Most courses need not."""
        ...

    def batch(self, synthesis: Synthesis, number: int) -> Any:
        """The training batch of a number, always the same."""
        ...

    def features(self, batch: Any) -> tuple[Any, ...]:
        """The arguments that the network is called with."""
        ...

    def loss(self, found: Any, batch: Any) -> Tensor:
        """The mean loss of a batch."""
        ...

    def scores(self, net: nn.Module, batches: Sequence[Any]) -> dict[str, float]:
        """A network's scores: `val_loss`, the headline, and others."""
        ...

    def optimizer(self, peak_rate: float) -> torch.optim.Optimizer:
        """The optimiser of the network's parameters."""
        ...

    def begin_from(self, start: str) -> None:
        """Load the weights FILE, or network K of FILE:K, into `net`. Raises WeightsMissing or UsageError."""
        ...

    def export(self, net: nn.Module, path: Path, metadata: dict[str, Any]) -> None:
        """Write a network's weights for the plugin that uses them."""
        ...


class TaoCourse:
    """`tao`: six drums, AdamW."""

    name = "tao"
    peak_rate = 3e-3
    headline, best = "val_f", 1.0

    def __init__(self, device: torch.device) -> None:
        self.net: nn.Module = TaoNet().to(device)
        self._front_end = LogSpectrogram().to(device)

    def meet(self, bank: Bank) -> None:
        """Nothing: each batch draws its own sounds."""

    def batch(self, synthesis: Synthesis, number: int) -> Batch:
        return synthesis.batch(number)

    def features(self, batch: Batch) -> tuple[Tensor]:
        return (self._front_end(batch.audio),)

    def loss(self, found: Any, batch: Batch) -> Tensor:
        return loss_of(found, batch)

    def scores(self, net: nn.Module, batches: Sequence[Batch]) -> dict[str, float]:
        def evaluated(batch: Batch) -> tuple[float, Tensor]:
            found = net(*self.features(batch))
            return float(self.loss(found, batch)), torch.sigmoid(found[0].float())
        return onset_scores(evaluated, batches)

    def optimizer(self, peak_rate: float) -> torch.optim.Optimizer:
        return torch.optim.AdamW(self.net.parameters(), lr=peak_rate, weight_decay=1e-2)

    def begin_from(self, start: str) -> None:
        self.net.load_state_dict(network_of(start).state_dict())

    def export(self, net: nn.Module, path: Path, metadata: dict[str, Any]) -> None:
        save_ensemble(path, [cast(TaoNet, net)], metadata)


class PaperCourse:
    """`paper`: kick, snare, hi-hat and the tempo at 16 kHz, for the transcriber `paper-circular`.

    Adam, with the paper's learning rate as the peak of a one-cycle schedule; models/papers/tao/README.md lists what
    else differs from the paper.
    """

    name = "paper"
    peak_rate = 5e-4
    headline, best = "val_f", 1.0

    def __init__(self, device: torch.device) -> None:
        self._front_end = LogSpectrogram(PAPER).to(device)
        self.net: nn.Module = PaperNet(self._front_end.bands).to(device)

    def meet(self, bank: Bank) -> None:
        """Nothing: each batch draws its own sounds."""

    def batch(self, synthesis: Synthesis, number: int) -> Batch:
        return synthesis.batch(number)

    def features(self, batch: Batch) -> tuple[Tensor]:
        return (self._front_end(torchaudio.functional.resample(batch.audio, RATE, PAPER.sample_rate)),)

    def loss(self, found: Any, batch: Batch) -> Tensor:
        return paper_loss(found, batch.onsets[..., _PAPER_COLUMNS], batch.bpm)

    def scores(self, net: nn.Module, batches: Sequence[Batch]) -> dict[str, float]:
        def evaluated(batch: Batch) -> tuple[float, Tensor]:
            found = net(*self.features(batch))
            known = torch.sigmoid(found[0].float())
            activations = known.new_zeros(*known.shape[:2], len(TRACK_NAMES))
            activations[..., _PAPER_COLUMNS] = known
            return float(self.loss(found, batch)), activations
        return onset_scores(evaluated, batches)

    def optimizer(self, peak_rate: float) -> torch.optim.Optimizer:
        return torch.optim.Adam(self.net.parameters(), lr=peak_rate)

    def begin_from(self, start: str) -> None:
        load_into(self.net, numbered(start)[0], self.name)

    def export(self, net: nn.Module, path: Path, metadata: dict[str, Any]) -> None:
        save_weights(path, net.state_dict(), {"network": self.name})


def find_course(name: str, device: torch.device) -> Course:
    """The course of that network. Raises UsageError when there is none."""
    courses: dict[str, Callable[[torch.device], Course]] = {
        "tao": TaoCourse, "paper": PaperCourse, "masks": SeparatorCourse, "idm": IdmCourse,
        "idm-published": partial(IdmCourse, size="published")}
    if name not in courses:
        raise UsageError(f"There is no network named {name!r}. The networks are {', '.join(courses)}.")
    return courses[name](device)


def network_of(weights: str) -> TaoNet:
    """The network of FILE, or network K of FILE:K. Raises WeightsMissing, and UsageError where there is none."""
    path, number = numbered(weights)
    nets = open_ensemble(path)[0].networks
    if number >= len(nets):
        raise UsageError(f"{path} has {len(nets)} networks, counted from 0, so none is number {number}.")
    return nets[number]


def numbered(start: str) -> tuple[Path, int]:
    """FILE:K as both; FILE is network 0."""
    path, _, number = start.rpartition(":")
    return (Path(path), int(number)) if path and number.isdigit() else (Path(start), 0)
