"""Train the paper's network by the paper's recipe, models/papers/tao/recipe.py. A killed run can be resumed."""

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar

import torch

from engine.core.errors import TaoError
from models.papers.tao.recipe import STEPS, Recipe
from models.papers.tao.synthesis import ROWS, PaperSynthesis
from models.papers.tao.transcriber import NETWORK
from models.training.charts.curve import draw_curve
from models.training.evaluate.paper import PaperTally, paper_shots
from models.training.train.checkpoint import RunProgress, load_checkpoint, save_checkpoint
from models.training.train.reporting import Reporter, Silent, StepReport
from models.training.train.run_settings import RunSettings
from models.training.train.trainer import find_device
from models.weights.files import save_weights

_SILENT = Silent()
_VALIDATION_SEED, _VALIDATION_ROWS = 77, 16


@dataclass(frozen=True, slots=True)
class PaperRunSettings(RunSettings):
    """Also steps: how many in all; rows: loops in a batch, 64 in the paper; validation_loops: rounded up to whole
    batches of 16."""

    network: ClassVar[str] = NETWORK

    steps: int = STEPS
    rows: int = ROWS
    device: str = "auto"
    validation_loops: int = 192
    save_every: int = 25


def train_paper(settings: PaperRunSettings, reporter: Reporter = _SILENT) -> Path:
    """Train until the steps or the minutes are over, and return the weights file, RUN/weights.safetensors.

    Raises TaoError when the folder already holds a run and `resume` is off, or a run with other settings.
    """
    if settings.threads:
        torch.set_num_threads(settings.threads)
    return PaperRun(settings, find_device(settings.device), reporter).run()


class PaperRun:
    """A run in progress."""

    def __init__(self, settings: PaperRunSettings, device: torch.device, reporter: Reporter) -> None:
        self.settings, self.reporter = settings, reporter
        settings.run.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(settings.seed)
        self.recipe = Recipe(device)
        self.progress = self._resumed()
        shots = paper_shots(settings.data, "train", settings.licence)
        self.synthesis = PaperSynthesis(shots, settings.seed, device, settings.rows)
        self.validation = PaperSynthesis(paper_shots(settings.data, "val"), _VALIDATION_SEED, device,
                                         min(_VALIDATION_ROWS, settings.validation_loops))

    @property
    def checkpoint(self) -> Path:
        """The file that holds the run's state."""
        return self.settings.run / "checkpoint.safetensors"

    def _resumed(self) -> RunProgress:
        if not self.checkpoint.exists():
            return RunProgress()
        if not self.settings.resume:
            raise TaoError(f"{self.settings.run} already holds a run. Add --resume, or name another folder.")
        return load_checkpoint(self.checkpoint, self.recipe.net, self.recipe.net, self.recipe.optimizer,
                               self.settings.identity)

    def run(self) -> Path:
        """Train, save and validate now and then, and export."""
        settings, progress = self.settings, self.progress
        progress.steps = settings.steps
        started, spent_before = time.monotonic(), progress.spent_s
        over = progress.step >= settings.steps
        while not over:
            torch.manual_seed(settings.seed * 1_000_003 + progress.step)    # dropout
            loss = self.recipe.step(self.synthesis.batch(progress.step))
            progress.step += 1
            spent_s = time.monotonic() - started
            progress.spent_s = spent_before + spent_s
            self.reporter.step(StepReport(progress.step, settings.steps, loss, progress.spent_s))
            over = progress.step >= settings.steps or 0 < settings.minutes * 60 <= spent_s
            if progress.step % settings.validate_every == 0 or over:
                progress.history.append({"step": progress.step, "minutes": round(progress.spent_s / 60, 2),
                                         "loss": round(loss, 5), **self.scores()})
                self.reporter.line("  " + json.dumps(progress.history[-1]))
            if progress.step % settings.save_every == 0 or over:
                self.save()
                self.reporter.line(f"saved at {progress.step}")
        return self.export()

    @torch.no_grad()
    def scores(self) -> dict[str, float]:
        """The network's scores on the same loops each time, of one-shots that it does not train on."""
        self.recipe.net.eval()
        tally, losses = PaperTally(), []
        for number in range(-(-self.settings.validation_loops // _VALIDATION_ROWS)):
            batch = self.validation.batch(number)
            found = self.recipe.net(self.recipe.features(batch))
            losses.append(float(self.recipe.loss(found, batch)))
            tally.add(found, batch)
        return {"val_loss": round(sum(losses) / len(losses), 5), **tally.scores()}

    def save(self) -> None:
        """Write the state, and the validation history as JSON and as a picture."""
        save_checkpoint(self.checkpoint, self.recipe.net, self.recipe.net, self.recipe.optimizer, self.progress,
                        self.settings.identity)
        (self.settings.run / "history.json").write_text(json.dumps(self.progress.history, indent=1))
        if self.progress.history:
            draw_curve(self.settings.run / "curve.svg", self.progress.history, "F50")

    def export(self) -> Path:
        """Write the network as a weights file."""
        path = self.settings.run / "weights.safetensors"
        made = {name: str(value) for name, value in asdict(self.settings).items() if name in ("seed", "licence")}
        save_weights(path, self.recipe.net.state_dict(), {"network": NETWORK, "step": self.progress.step, **made})
        return path
