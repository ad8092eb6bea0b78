"""Train both stages of latent rhythm transformation, models/papers/rhythm/recipe.py. A killed run can be resumed."""

import copy
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import torch
from torch import Tensor, nn

from engine.core.errors import TaoError
from models.papers.rhythm.losses import spectral_loss
from models.papers.rhythm.method import NETWORK
from models.papers.rhythm.recipe import (
    RATE,
    ROWS,
    STEPS,
    VAE_RATE,
    VAE_STEPS,
    Vae,
    transformation_losses,
    transformer_optimiser,
)
from models.papers.rhythm.transformer import RhythmTransformer
from models.training.charts.curve import draw_curve
from models.training.synthesis.bank import Bank, joined, read_packs
from models.training.synthesis.patterns import read_grooves
from models.training.synthesis.resequencing import RhythmSynthesis
from models.training.train.checkpoint import RunProgress, load_checkpoint, save_checkpoint
from models.training.train.optimisation import update_average
from models.training.train.reporting import Reporter, Silent, StepReport
from models.training.train.run_settings import RunSettings
from models.weights.files import save_weights

_SILENT = Silent()
_AVERAGE_DECAY, _STEEPEST = 0.998, 1.0
_VALIDATION_SEED, _VALIDATION_BATCHES = 77, 2


@dataclass(frozen=True, slots=True)
class RhythmRunSettings(RunSettings):
    """Also vae_steps and steps: how many of stage 1 and of stage 2; rate: of stage 2; rows: segments in a batch;
    validation_rows: in each of the two that are validated on."""

    network: ClassVar[str] = NETWORK

    vae_steps: int = VAE_STEPS
    steps: int = STEPS
    rate: float = RATE
    rows: int = ROWS
    validation_rows: int = 8


def train_rhythm(settings: RhythmRunSettings, reporter: Reporter = _SILENT) -> Path:
    """Train until the steps or the minutes are over, and return the weights file, RUN/weights.safetensors.

    Raises TaoError when the folder already holds a run and `resume` is off, or a run with other settings, and when the
    minutes are over before stage 2 has begun.
    """
    if settings.threads:
        torch.set_num_threads(settings.threads)
    return RhythmRun(settings, reporter).run()


@dataclass(slots=True)
class Stage:
    """One of the two: what is trained, its moving average, and how. loss(number): of a step; scores: of the average."""

    name: str
    net: nn.Module
    average: nn.Module
    optimizer: torch.optim.Optimizer
    steps: int
    loss: Callable[[int], Tensor]
    scores: Callable[[], dict[str, float]]


class RhythmRun:
    """A run in progress, on the CPU: its networks are too small for a GPU to pay."""

    def __init__(self, settings: RhythmRunSettings, reporter: Reporter) -> None:
        self.settings, self.reporter = settings, reporter
        settings.run.mkdir(parents=True, exist_ok=True)
        if any(settings.run.glob("*.safetensors")) and not settings.resume:
            raise TaoError(f"{settings.run} already holds a run. Add --resume, or name another folder.")
        self._over_s = time.monotonic() + settings.minutes * 60 if settings.minutes else float("inf")
        self.synthesis = self._synthesis("train", settings.seed, settings.rows, settings.licence)
        self.validation = self._synthesis("val", _VALIDATION_SEED, settings.validation_rows, "all")
        torch.manual_seed(settings.seed)
        vae, transformer = Vae(), RhythmTransformer()
        self.vae, self.transformer = copy.deepcopy(vae), copy.deepcopy(transformer)      # the averages
        self.stages = (
            Stage("vae", vae, self.vae, torch.optim.Adam(vae.parameters(), lr=VAE_RATE), settings.vae_steps,
                  lambda number: vae.loss(self.synthesis.loops(number)), self.vae_scores),
            Stage("transformer", transformer, self.transformer, transformer_optimiser(transformer, settings.rate),
                  settings.steps, lambda number: transformation_losses(
                      self.vae, transformer, self.synthesis.batch(number)).total, self.transformer_scores))

    def _synthesis(self, split: str, seed: int, rows: int, licence: str) -> RhythmSynthesis:
        bank = Bank(joined(*read_packs(self.settings.data, split, licence)))
        return RhythmSynthesis(bank, read_grooves(self.settings.data, split, licence), seed, rows)

    def run(self) -> Path:
        """Train both stages, and export."""
        for stage in self.stages:
            progress = self._train(stage)
            if progress.step < stage.steps and stage.name == "vae":
                raise TaoError(f"Stage 1 is at step {progress.step} of {stage.steps}, so there are no weights yet. "
                               "Continue with --resume.")
        return self.export(progress)

    def _train(self, stage: Stage) -> RunProgress:
        """Train one stage until it or the time is over."""
        settings, progress = self.settings, self._resumed(stage)
        progress.steps = stage.steps
        started, spent_before = time.monotonic(), progress.spent_s
        over = progress.step >= stage.steps
        while not over:
            torch.manual_seed(settings.seed * 1_000_003 + progress.step)
            loss = stage.loss(progress.step)
            stage.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(stage.net.parameters(), _STEEPEST)
            stage.optimizer.step()
            progress.step += 1
            update_average(stage.average, stage.net, progress.step, _AVERAGE_DECAY)
            progress.spent_s = spent_before + time.monotonic() - started
            self.reporter.step(StepReport(progress.step, stage.steps, float(loss.detach()), progress.spent_s))
            over = progress.step >= stage.steps or time.monotonic() >= self._over_s
            if progress.step % settings.validate_every == 0 or over:
                progress.history.append({"step": progress.step, "minutes": round(progress.spent_s / 60, 2),
                                         **stage.scores()})
                self.reporter.line(f"  {stage.name}: " + json.dumps(progress.history[-1]))
            if progress.step % settings.save_every == 0 or over:
                self._save(stage, progress)
                self.reporter.line(f"saved {stage.name} at {progress.step}")
        return progress

    @torch.no_grad()
    def vae_scores(self) -> dict[str, float]:
        """How well loops survive E and G. closer: the share of the distance from silence that is gone."""
        losses, silences = [], []
        for number in range(_VALIDATION_BATCHES):
            audio = self.validation.loops(number)
            made = self.vae.generator(self.vae.encoder.latent(self.vae.encoder.activations(audio))[0], seed=1)
            losses.append(float(spectral_loss(audio, made)))
            silences.append(float(spectral_loss(audio, torch.zeros_like(audio))))
        return {"val_loss": round(sum(losses) / len(losses), 5), "closer": round(1 - sum(losses) / sum(silences), 5)}

    @torch.no_grad()
    def transformer_scores(self) -> dict[str, float]:
        """How well pairs are transformed. closer: the share of the latent distance from source to answer that is
        gone."""
        losses, kept = [], []
        for number in range(_VALIDATION_BATCHES):
            batch = self.validation.batch(number)
            torch.manual_seed(number)
            found = transformation_losses(self.vae, self.transformer, batch, decoded=1 << 20)
            mu, wanted = (self.vae.encoder.latent(self.vae.encoder.activations(audio))[0]
                          for audio in (batch.source, batch.answer))
            losses.append(float(found.spectral))
            kept.append(float(found.latent / (mu - wanted).abs().mean()))
        return {"val_loss": round(sum(losses) / len(losses), 5), "closer": round(1 - sum(kept) / len(kept), 5),
                **{f"alpha_{number}": round(alpha, 3) for number, alpha in enumerate(self.transformer.alphas, 1)}}

    def _file(self, stage: Stage) -> Path:
        return self.settings.run / f"{stage.name}.safetensors"

    def _resumed(self, stage: Stage) -> RunProgress:
        if not self._file(stage).exists():
            return RunProgress()
        return load_checkpoint(self._file(stage), stage.net, stage.average, stage.optimizer, self.settings.identity)

    def _save(self, stage: Stage, progress: RunProgress) -> None:
        """Write the stage's state, and its validation history as JSON and as a picture."""
        save_checkpoint(self._file(stage), stage.net, stage.average, stage.optimizer, progress, self.settings.identity)
        (self.settings.run / f"{stage.name}.json").write_text(json.dumps(progress.history, indent=1))
        if progress.history:
            draw_curve(self.settings.run / f"{stage.name}.svg", progress.history, "closer")

    def export(self, progress: RunProgress) -> Path:
        """Write the averages of E, G and the transformer as a weights file."""
        path = self.settings.run / "weights.safetensors"
        tensors = {f"vae.{name}": value for name, value in self.vae.state_dict().items()}
        tensors |= {f"transformer.{name}": value for name, value in self.transformer.state_dict().items()}
        save_weights(path, tensors, {"network": NETWORK, "vae_steps": self.settings.vae_steps, "step": progress.step,
                                     "seed": str(self.settings.seed), "licence": self.settings.licence})
        return path
