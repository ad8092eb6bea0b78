"""The paper's recipe learns, survives a kill, and its weights serve the transcriber `paper` and its evaluation."""

from pathlib import Path

import pytest
import torch

from engine.core.errors import TaoError
from models.papers.tao.recipe import Recipe
from models.papers.tao.transcriber import Paper
from models.training.evaluate.paper import PaperEvaluationSettings, evaluate_paper
from models.training.train.paper_run import PaperRunSettings, train_paper
from models.weights.files import load_weights
from tests.models.training.listener import Listener, Stopped


def settings(samples: Path, run: Path, **more: object) -> PaperRunSettings:
    chosen: dict[str, object] = {"steps": 3, "rows": 2, "device": "cpu", "save_every": 1, "validate_every": 9,
                                 "validation_loops": 2, "threads": 1}
    return PaperRunSettings((samples,), run, **(chosen | more))  # type: ignore[arg-type]


def test_the_optimiser_is_adam_at_a_constant_rate() -> None:
    optimizer = Recipe(torch.device("cpu")).optimizer
    assert type(optimizer) is torch.optim.Adam
    assert [group["lr"] for group in optimizer.param_groups] == [5e-4]


@pytest.mark.slow
def test_a_killed_run_goes_on_as_if_nothing_had_happened(samples: Path, tmp_path: Path) -> None:
    train_paper(settings(samples, tmp_path / "whole"))
    with pytest.raises(Stopped):
        train_paper(settings(samples, tmp_path / "killed"), Listener(until="saved at 2"))
    with pytest.raises(TaoError, match="--resume"):
        train_paper(settings(samples, tmp_path / "killed"))
    with pytest.raises(TaoError, match="another rows"):
        train_paper(settings(samples, tmp_path / "killed", resume=True, rows=3))
    listener = Listener()
    weights = train_paper(settings(samples, tmp_path / "killed", resume=True), listener)
    assert "saved at 3" in listener.lines and "saved at 2" not in listener.lines
    wanted, found = (load_weights(tmp_path / run / "weights.safetensors")[0] for run in ("whole", "killed"))
    assert all(torch.equal(wanted[name], found[name]) for name in wanted)

    assert Paper(str(weights)).name == "paper"
    shown = evaluate_paper(PaperEvaluationSettings(str(weights), (samples,), loops=1))
    assert "| true |" in shown and "| heard |" in shown


@pytest.mark.slow
def test_minutes_end_a_run_early(samples: Path, tmp_path: Path) -> None:
    train_paper(settings(samples, tmp_path, minutes=1e-9))
    assert load_weights(tmp_path / "weights.safetensors")[1]["step"] == 1
