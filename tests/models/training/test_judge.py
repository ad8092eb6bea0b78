"""Fitting the second look: which transcriber hears which loops."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.core.errors import TaoError, UsageError
from models.training.train.judge import JudgeSettings, fit_judge


def test_transcribers_are_one_for_all_folders_or_one_for_each(tmp_path: Path) -> None:
    settings = JudgeSettings((tmp_path, tmp_path, tmp_path), tmp_path / "out.json", ("tao", "onset-strength"))
    with pytest.raises(UsageError, match="2 times for 3 folders"):
        fit_judge(settings)


def test_folders_without_loops_are_named(tmp_path: Path) -> None:
    with pytest.raises(TaoError, match=r"truth\.json"):
        fit_judge(JudgeSettings((tmp_path,), tmp_path / "out.json", ("onset-strength",)))


def test_loops_without_a_hit_are_refused(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "loop.wav", np.zeros(88200), 44100)
    (tmp_path / "truth.json").write_text(json.dumps({
        "id": "one", "set": "machine", "kit": "demo", "loop": "loop.wav", "tempo_bpm": 120.0, "beats": 4,
        "has": {"steps": False}, "tracks": []}))
    with pytest.raises(TaoError, match="No hit was heard"):
        fit_judge(JudgeSettings((tmp_path,), tmp_path / "out.json", ("onset-strength",)))
