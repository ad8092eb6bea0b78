"""Train a network on loops that are synthesised on the fly. A run that is stopped or killed can be resumed."""

import copy
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel

from engine.core.errors import TaoError, UsageError
from models.training.charts.curve import draw_curve
from models.training.synthesis.bank import Bank, Fold, joined, read_packs
from models.training.synthesis.electronic import computed_sounds
from models.training.synthesis.examples import Synthesis, SynthesisSettings
from models.training.synthesis.patterns import read_grooves
from models.training.train.checkpoint import RunProgress, load_checkpoint, save_checkpoint
from models.training.train.courses import find_course
from models.training.train.optimisation import rate_at, update_average
from models.training.train.reporting import Reporter, Silent, StepReport
from models.training.train.validation import Validation

_MEASURED_STEPS = 16
_SILENT = Silent()
_IDENTITY = ("network", "seed", "licence", "rows", "random_share", "peak_rate", "crop_s", "computed_each",
             "average_decay", "mixed_precision", "without", "start")


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """The settings of a run.

    data: the folders of one-shots and patterns; run: the folder of the run; resume: go on from its checkpoint; steps:
    how many, or minutes, from which the steps follow; licence: "all" data, or "permissive" only; peak_rate: the largest
    learning rate, None for the network's default; random_share: of loops with random patterns; computed_each: synthetic
    sounds per drum, 0 for none; without: a fold K/N of kit families to leave out; start: the weights to go on from,
    FILE or FILE:K for network K of several, empty for new ones.
    """

    data: tuple[Path, ...]
    run: Path
    steps: int = 0
    minutes: float = 0.0
    network: str = "tao"
    resume: bool = False
    seed: int = 1
    device: str = "auto"
    licence: str = "all"
    rows: int = 16
    random_share: float = 0.5
    peak_rate: float | None = None
    average_decay: float = 0.998
    mixed_precision: bool = True
    threads: int | None = None
    validate_every: int = 250
    save_every: int = 50
    crop_s: float = 4.0
    computed_each: int = 48
    without: str = ""
    start: str = ""

    def __post_init__(self) -> None:
        if (self.steps > 0) == (self.minutes > 0):
            raise UsageError("Give the length of the training, either --minutes M or --steps N.")
        if self.licence not in ("all", "permissive"):
            raise UsageError(f"--licence must be all or permissive, not {self.licence!r}.")

    @property
    def identity(self) -> dict[str, object]:
        """The settings that must not change when a run is resumed."""
        return {name: getattr(self, name) for name in _IDENTITY}


def find_device(name: str) -> torch.device:
    """The torch device of that name; "auto" is the GPU if there is one. Raises UsageError when it is missing, and for
    a name that torch does not know."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name.startswith("cuda") and not torch.cuda.is_available():
        raise UsageError(f"No GPU was found for --device {name}. Use --device cpu or auto.")
    try:
        return torch.device(name)
    except RuntimeError:
        raise UsageError(f"There is no --device {name}. Use auto, cpu or cuda.") from None


def train_network(settings: TrainingSettings, reporter: Reporter = _SILENT) -> Path:
    """Train to the end and return the weights file, RUN/weights.safetensors.

    Under torchrun each process does its share of every step's batches. Raises TaoError when the folder already holds a
    run and `resume` is off, or a run with other settings.
    """
    rank, world = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
    device = find_device(settings.device)
    if world > 1:
        if device.type == "cuda":
            device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))
        distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    if settings.threads:
        torch.set_num_threads(settings.threads)
    try:
        return Trainer(settings, device, rank, world, reporter if rank == 0 else _SILENT).run()
    finally:
        if world > 1:
            distributed.destroy_process_group()


class Trainer:
    """A run in progress."""

    def __init__(self, settings: TrainingSettings, device: torch.device, rank: int, world: int,
                 reporter: Reporter) -> None:
        self.settings, self.device, self.rank, self.world, self.reporter = settings, device, rank, world, reporter
        settings.run.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(settings.seed)
        self.course = find_course(settings.network, device)
        self.net = self.course.net
        if settings.start:
            self.course.begin_from(settings.start)
        self.average = copy.deepcopy(self.net).eval()
        self.peak_rate = settings.peak_rate or self.course.peak_rate
        self.optimizer = self.course.optimizer(self.peak_rate)
        self.progress = self._resumed()
        self.parallel: nn.Module = DistributedDataParallel(self.net) if world > 1 else self.net
        packs = read_packs(settings.data, "train", settings.licence)
        recorded = Fold.named(settings.without).split(*packs)[0] if settings.without else joined(*packs)
        computed = [computed_sounds(settings.seed, settings.computed_each)] if settings.computed_each else []
        bank = Bank(joined(recorded, *computed))
        self.course.meet(bank)
        grooves = read_grooves(settings.data, "train", settings.licence)
        wanted = SynthesisSettings(settings.rows, settings.crop_s, random_share=settings.random_share)
        self.synthesis = Synthesis(bank, grooves, wanted, settings.seed, device)
        self.validation = Validation(settings.data, self.course, settings.rows, device) if rank == 0 else None

    @property
    def checkpoint(self) -> Path:
        """The file that holds the run's state."""
        return self.settings.run / "checkpoint.safetensors"

    def _resumed(self) -> RunProgress:
        if not self.checkpoint.exists():
            return RunProgress(steps=self.settings.steps)
        if not self.settings.resume:
            raise TaoError(f"{self.settings.run} already holds a run. Add --resume, or name another folder.")
        progress = load_checkpoint(self.checkpoint, self.net, self.average, self.optimizer, self.settings.identity)
        progress.steps = self.settings.steps or progress.steps    # a run may be made shorter or longer
        return progress

    def run(self) -> Path:
        """Train the remaining steps, then export."""
        progress, every = self.progress, self.settings.validate_every
        started, spent_before = time.monotonic(), progress.spent_s
        while progress.steps == 0 or progress.step < progress.steps:
            loss = self.step()
            progress.spent_s = spent_before + time.monotonic() - started
            if progress.steps == 0 and progress.step == _MEASURED_STEPS:
                progress.steps = self.steps_in_time()
            last = progress.step == progress.steps
            self.reporter.step(StepReport(progress.step, progress.steps, loss, progress.spent_s))
            if (progress.step % every == 0 or last) and self.validation is not None:
                progress.history.append({"step": progress.step, "minutes": round(progress.spent_s / 60, 2),
                                         "loss": round(loss, 5), **self.validation.scores(self.average)})
                self.reporter.line("  " + json.dumps(progress.history[-1]))
            if (progress.step % self.settings.save_every == 0 or last) and self.rank == 0:
                self.save()
                self.reporter.line(f"saved at {progress.step}")
        return self.export()

    def steps_in_time(self) -> int:
        """The number of steps that fit into the requested minutes, by the first process's clock, as all must stop
        together."""
        steps = max(round(self.settings.minutes * 60 / self.progress.spent_s * _MEASURED_STEPS), 50)
        if self.world == 1:
            return steps
        shared = torch.tensor([steps], device=self.device)
        distributed.broadcast(shared, src=0)
        return int(shared)

    def step(self) -> float:
        """Train on one batch; return the loss."""
        settings, progress = self.settings, self.progress
        batch = self.course.batch(self.synthesis, progress.step * self.world + self.rank)
        torch.manual_seed(settings.seed * 1_000_003 + progress.step * self.world + self.rank)   # dropout
        for group in self.optimizer.param_groups:
            group["lr"] = rate_at(progress.step, progress.steps or 100 * _MEASURED_STEPS, self.peak_rate)
        self.net.train()
        with torch.no_grad():
            features = self.course.features(batch)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=settings.mixed_precision):
            found = self.parallel(*features)
        loss = self.course.loss(found, batch)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimizer.step()
        progress.step += 1
        update_average(self.average, self.net, progress.step, settings.average_decay)
        return float(loss.detach())

    def save(self) -> None:
        """Write the state, and the validation history as JSON and as a picture."""
        save_checkpoint(self.checkpoint, self.net, self.average, self.optimizer, self.progress,
                        self.settings.identity)
        (self.settings.run / "history.json").write_text(json.dumps(self.progress.history, indent=1))
        if self.progress.history:
            draw_curve(self.settings.run / "curve.svg", self.progress.history, self.course.headline, self.course.best)

    def export(self) -> Path:
        """Write the averaged network as a weights file."""
        path = self.settings.run / "weights.safetensors"
        if self.rank == 0:
            self.course.export(self.average, path, {"without": self.settings.without})
        return path
