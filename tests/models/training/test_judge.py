"""Fitting the second look: which transcriber hears which loops."""

from pathlib import Path

import pytest

from engine.core.errors import TaoError, UsageError
from models.training.train.judge import JudgeSettings, fit_judge


def test_transcribers_are_one_for_all_folders_or_one_for_each(tmp_path: Path) -> None:
    settings = JudgeSettings((tmp_path, tmp_path, tmp_path), tmp_path / "out.json", ("tao", "onset-strength"))
    with pytest.raises(UsageError, match="2 times for 3 folders"):
        fit_judge(settings)


def test_folders_without_loops_are_named(tmp_path: Path) -> None:
    with pytest.raises(TaoError, match=r"truth\.json"):
        fit_judge(JudgeSettings((tmp_path,), tmp_path / "out.json", ("onset-strength",)))
