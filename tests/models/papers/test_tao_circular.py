"""The paper's network on circular loops reads its own weights, and answers as every transcriber does."""

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.core.errors import NoOnsets, UsageError, WeightsMissing
from models.hearing.spectrogram import PAPER, LogSpectrogram
from models.papers.tao.circular import PaperCircular
from models.papers.tao.network import PaperNet
from models.weights.files import save_weights


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """An untrained network that is biased towards hits."""
    torch.manual_seed(2)
    net = PaperNet(LogSpectrogram(PAPER).bands)
    torch.nn.init.constant_(net.onset_head.bias, 1.0)
    save_weights(tmp_path / "paper.safetensors", net.state_dict(), {"network": "paper"})
    return tmp_path / "paper.safetensors"


@pytest.mark.parametrize("rate", [16000, 44100])
def test_its_hits_lie_in_the_loop_and_its_tempo_fits_the_length(weights: Path, rate: int) -> None:
    noise = np.random.default_rng(1).standard_normal((2, 2 * rate)).astype(np.float32)
    heard = PaperCircular(str(weights)).transcribe(noise, rate)
    assert set(heard.tracks) <= {"kick", "snare", "hihat"}
    assert all(0 <= onset.time_s < 2.0 for onset in heard.onsets)
    assert 60 <= heard.tempo.bpm <= 200
    assert heard.tempo.beats * 60 / heard.tempo.bpm == pytest.approx(2.0)


def test_known_beats_are_believed(weights: Path) -> None:
    noise = np.random.default_rng(1).standard_normal((1, 32000)).astype(np.float32)
    assert PaperCircular(str(weights)).transcribe(noise, 16000, beats=5).tempo.beats == 5


def test_silence_has_no_onsets(weights: Path) -> None:
    with pytest.raises(NoOnsets, match="silent"):
        PaperCircular(str(weights)).transcribe(np.zeros((1, 16000), np.float32), 16000)


def test_it_wants_its_own_weights(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="train transcriber --network paper"):
        PaperCircular()
    save_weights(tmp_path / "w.safetensors", {"a": torch.ones(2)}, {"network": "tao"})
    with pytest.raises(WeightsMissing, match="'paper' is needed here"):
        PaperCircular(str(tmp_path / "w.safetensors"))
