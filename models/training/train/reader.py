"""Train the rater of readings: `train reader`. It can be stopped and killed; --resume goes on."""

import copy
import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from engine.core.errors import TaoError
from models.training.train.checkpoint import RunProgress, load_checkpoint, save_checkpoint
from models.training.train.optimisation import rate_at, update_average
from models.training.train.reader_course import Example, RaterNetwork, save_rater
from models.training.train.reader_examples import SHARD, Wanted, batches, make_examples, read_shard
from models.training.train.reporting import Reporter, StepReport

_BATCH = 64
_PEAK_RATE = 4e-3
_DECAY = 0.995           # of the moving average of the weights
_LEAST_SCALE = 1e-2


@dataclass(frozen=True, slots=True)
class ReaderSettings:
    """data: folders with patterns/; out: the folder of the run; examples: recordings to make for training; epochs: how
    often each is learnt from; processes: that make recordings; harder: weights whose mistakes are learnt from; shard:
    recordings a file."""

    data: tuple[Path, ...]
    out: Path
    examples: int = 14_000
    epochs: int = 10
    width: int = 64
    dropout: float = 0.2
    weight_decay: float = 0.01
    processes: int = 1
    resume: bool = False
    seed: int = 1
    harder: Path | None = None
    validation: int = 1_000
    shard: int = SHARD

    @property
    def identity(self) -> dict[str, object]:
        """The settings that must not change when a run is resumed."""
        named = ("examples", "epochs", "width", "dropout", "weight_decay", "seed", "shard")
        return {name: getattr(self, name) for name in named} | {"harder": str(self.harder or "")}


def train_reader(settings: ReaderSettings, reporter: Reporter) -> Path:
    """Train to the end and return the weights file, OUT/weights.safetensors. Raises TaoError when the folder already
    holds a run and `resume` is off, or a run with other settings."""
    if not settings.resume and any(path.is_file() for path in settings.out.rglob("*")):
        raise TaoError(f"{settings.out} already holds a run. Add --resume, or name another folder.")
    shards, unseen = (make_examples(Wanted(settings.data, settings.out / "examples", split, count, settings.seed,
                                           settings.harder, settings.shard), settings.processes, reporter)
                      for split, count in (("train", settings.examples), ("val", settings.validation)))
    run = ReaderRun(settings, shards, unseen, reporter)
    return run.run()


class ReaderRun:
    """A run in progress."""

    def __init__(self, settings: ReaderSettings, shards: list[Path], unseen: list[Path], reporter: Reporter) -> None:
        self._settings, self._shards, self._unseen, self._reporter = settings, shards, unseen, reporter
        torch.manual_seed(settings.seed)
        first = np.concatenate([one.evidence for one in read_shard(shards[0])[0]]).astype(np.float32)
        mean, scale = torch.from_numpy(first.mean(axis=0)), torch.from_numpy(first.std(axis=0) + _LEAST_SCALE)
        self.network = RaterNetwork(mean, scale, settings.width, settings.dropout)
        self.average = copy.deepcopy(self.network).eval()
        self._optimizer = torch.optim.AdamW(self.network.parameters(), _PEAK_RATE, weight_decay=settings.weight_decay)
        self._checkpoint = settings.out / "checkpoint.safetensors"
        self.progress = RunProgress(steps=settings.epochs)
        if self._checkpoint.is_file():
            self.progress = load_checkpoint(self._checkpoint, self.network, self.average, self._optimizer,
                                            settings.identity)

    def run(self) -> Path:
        """Train the epochs that remain, each followed by a validation and a checkpoint, then export."""
        progress, started, before_s = self.progress, time.monotonic(), self.progress.spent_s
        while progress.step < progress.steps:
            loss = self.epoch(progress.step)
            progress.step += 1
            progress.spent_s = before_s + time.monotonic() - started
            progress.history.append({"step": progress.step, "loss": round(loss, 4), **self.scores()})
            save_checkpoint(self._checkpoint, self.network, self.average, self._optimizer, progress,
                            self._settings.identity)
            self._reporter.step(StepReport(progress.step, progress.steps, loss, progress.spent_s))
            self._reporter.line("  " + json.dumps(progress.history[-1]))
        path = self._settings.out / "weights.safetensors"
        self._reporter.line(f"SHA-256 {save_rater(path, self.average)}")
        return path

    def epoch(self, number: int) -> float:
        """Learn from every example once; the mean loss."""
        rng = np.random.default_rng((self._settings.seed, number))
        torch.manual_seed(self._settings.seed * 1_000_003 + number)     # dropout
        steps = self._settings.examples // _BATCH
        self.network.train()
        losses = []
        for count, batch in enumerate(batches(self._shards, rng, _BATCH)):
            done = number * steps + min(count, steps)
            for group in self._optimizer.param_groups:
                group["lr"] = rate_at(done, self._settings.epochs * steps, _PEAK_RATE)
            loss = loss_of(self.network, batch)
            self._optimizer.zero_grad()
            loss.backward()
            self._optimizer.step()
            update_average(self.average, self.network, done + 1, _DECAY)
            losses.append(float(loss.detach()))
        if not losses:
            raise TaoError(f"There are fewer than {_BATCH} examples. Ask for more with --examples.")
        return float(np.mean(losses))

    @torch.no_grad()
    def scores(self) -> dict[str, float]:
        """How often the best-rated reading of an unseen recording is right: of all, and by kind of cut."""
        right: dict[str, list[bool]] = {}
        for path in self._unseen:
            found, missed = read_shard(path)
            for one in found:
                ratings = self.average(torch.from_numpy(one.evidence.astype(np.float32)))
                right.setdefault(one.kind, []).append(bool(one.right[int(ratings.argmax())]))
            for kind in missed:
                right.setdefault(kind, []).append(False)
        every = [one for kind in right.values() for one in kind]
        return {"right": round(float(np.mean(every)), 4),
                **{kind: round(float(np.mean(ones)), 3) for kind, ones in sorted(right.items())}}


def loss_of(network: RaterNetwork, batch: list[Example]) -> torch.Tensor:
    """The mean cross-entropy of the right readings, together, against all of their recordings."""
    readings = max(len(one.right) for one in batch)
    features = np.zeros((len(batch), readings, batch[0].evidence.shape[1]), np.float32)
    right, there = np.zeros((2, len(batch), readings), bool)
    for row, one in enumerate(batch):
        count = len(one.right)
        features[row, :count], right[row, :count], there[row, :count] = one.evidence, one.right, True
    ratings = network(torch.from_numpy(features)).masked_fill(~torch.from_numpy(there), -1e9)
    return (ratings.logsumexp(1) - ratings.masked_fill(~torch.from_numpy(right), -1e9).logsumexp(1)).mean()
