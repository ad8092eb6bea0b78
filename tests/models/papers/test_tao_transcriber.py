"""The paper's transcriber answers with steps of half a beat, and reads only its own weights."""

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.core.errors import NoOnsets, WeightsMissing
from models.papers.tao.features import input_spectrogram
from models.papers.tao.network import PaperActivations, PaperNet
from models.papers.tao.transcriber import NETWORK, Paper
from models.weights.files import save_weights
from tests.models.loops import RATE, audio_of, noise, pattern_of


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """An untrained network."""
    torch.manual_seed(2)
    save_weights(tmp_path / "w.safetensors", PaperNet(input_spectrogram().bands).state_dict(), {"network": NETWORK})
    return tmp_path / "w.safetensors"


class Scripted(torch.nn.Module):
    """A network that hears a kick at 0.0 and 1.01 s, a hi-hat at 0.49 s, at 120 BPM, whatever sounds."""

    def forward(self, spectrogram: torch.Tensor) -> PaperActivations:
        self.heard_frames = spectrogram.shape[1]
        onsets, tempo = torch.full((1, spectrogram.shape[1], 3), -9.0), torch.zeros(1, 141)
        onsets[0, [0, 101], 0] = 3.0
        onsets[0, 49, 2] = 1.0
        tempo[0, 60] = 4.0
        return PaperActivations(onsets, tempo)


def test_it_answers_with_eight_binary_steps_a_bar(weights: Path) -> None:
    paper = Paper(str(weights))
    paper._net = Scripted()
    noise = np.random.default_rng(1).standard_normal((2, 88200)).astype(np.float32)
    heard = paper.transcribe(noise, 44100)
    assert [(hit.track, hit.time_s, hit.velocity) for hit in heard.onsets] == [
        ("kick", 0.0, 1.0), ("hihat", 0.5, 1.0), ("kick", 1.0, 1.0)]
    assert (heard.tempo.bpm, heard.tempo.beats) == (120.0, 4)
    assert paper.transcribe(noise, 44100, beats=5).tempo.bpm == pytest.approx(150.0)


@pytest.mark.parametrize(("length_s", "stft_frames"), [(2.0, 400), (5.0, 500)])
def test_silence_after_a_short_loop_makes_four_seconds(weights: Path, length_s: float, stft_frames: int) -> None:
    paper, net = Paper(str(weights)), Scripted()
    paper._net = net
    paper.transcribe(noise(length_s), RATE)
    assert net.heard_frames == stft_frames


def test_the_shipped_network_hears_kicks_and_snares_in_a_loop_like_those_of_the_paper() -> None:
    drawn = {"kick": "x..xx...", "snare": "..x...x.", "hihat": "x.x.x..x"}
    loop = audio_of(pattern_of(2, **drawn), 100.0)
    heard = Paper().transcribe(loop.T, RATE, beats=4)
    assert Paper().transcribe(audio_of(pattern_of(2, **drawn), 160.0).T, RATE).tempo.beats == 4
    for name in ("kick", "snare"):
        steps = {round(hit.time_s / 0.3) for hit in heard.onsets if hit.track == name}
        assert steps == {step for step, letter in enumerate(drawn[name]) if letter == "x"}


def test_silence_has_no_onsets(weights: Path) -> None:
    with pytest.raises(NoOnsets, match="silent"):
        Paper(str(weights)).transcribe(np.zeros((1, 16000), np.float32), 16000)


def test_it_wants_its_own_weights(tmp_path: Path) -> None:
    save_weights(tmp_path / "w.safetensors", {"a": torch.ones(2)}, {"network": "paper"})
    with pytest.raises(WeightsMissing, match="paper-circular:FILE"):
        Paper(str(tmp_path / "w.safetensors"))
