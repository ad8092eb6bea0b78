"""The shipped transcriber hears the demo's drums, whatever the rate, level or length."""

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.core.errors import NoOnsets, WeightsMissing
from models.hearing.tao import Tao
from models.plugins import Transcription, transcriber
from models.weights.files import save_weights
from tests.models.loops import audio_of, onsets_of, pattern_of

PATTERN = pattern_of(kick="x.......x.x.....", snare="....x.......x..o", hihat="x.x.x.x.x.x.x.x.")


@pytest.fixture(scope="module")
def tao() -> Tao:
    """The plugin, opened once."""
    plugin = transcriber("tao")
    assert isinstance(plugin, Tao)
    return plugin


def found(heard: Transcription, length_s: float, within_s: float = 0.03) -> float:
    """The share of the pattern's hits that were found, by name and time."""
    hits = onsets_of(PATTERN, length_s)
    return float(np.mean([any(abs(other.time_s - hit.time_s) < within_s for other in heard.of(hit.track))
                          for hit in hits]))


@pytest.mark.parametrize("rate", [44100, 48000, 22050])
def test_the_demos_drums_are_heard_at_any_rate(tao: Tao, rate: int) -> None:
    audio = audio_of(PATTERN, 100.0, rate).T
    heard = tao.transcribe(audio, rate, beats=4)
    assert found(heard, audio.shape[1] / rate) > 0.85
    assert heard.tempo.bpm == pytest.approx(100.0, rel=0.001)


def test_the_first_hit_is_at_the_start(tao: Tao) -> None:
    heard = tao.transcribe(audio_of(PATTERN, 120.0).T, 44100, beats=4)
    assert heard.of("kick")[0].time_s < 0.005
    assert max(onset.time_s for onset in heard.onsets) < 2.0


def test_level_changes_nothing(tao: Tao) -> None:
    audio = audio_of(PATTERN, 120.0).T
    loud, soft = tao.transcribe(audio, 44100, 4), tao.transcribe(0.01 * audio, 44100, 4)
    assert [(onset.track, round(onset.time_s, 3)) for onset in loud.onsets] == [
        (onset.track, round(onset.time_s, 3)) for onset in soft.onsets]


def test_the_same_loop_is_heard_the_same_twice(tao: Tao) -> None:
    audio = audio_of(PATTERN, 120.0).T
    assert tao.transcribe(audio, 44100, 4) == tao.transcribe(audio, 44100, 4)


def test_a_recording_that_is_no_loop_has_its_own_first_hit(tao: Tao) -> None:
    audio = np.pad(audio_of(PATTERN, 120.0).T, ((0, 0), (13230, 0)))
    heard = tao.transcribe(audio, 44100, 4, circular=False)
    assert abs(heard.of("kick")[0].time_s - 0.3) < 0.01


@pytest.mark.parametrize("seconds", [0.05, 2.0])
def test_silence_has_no_onsets(tao: Tao, seconds: float) -> None:
    with pytest.raises(NoOnsets, match="silent"):
        tao.transcribe(np.zeros((2, round(seconds * 44100)), np.float32), 44100, 1)


def test_weights_that_are_not_there_are_named() -> None:
    with pytest.raises(WeightsMissing, match=r"nowhere\.safetensors"):
        transcriber("tao:nowhere.safetensors")


def test_weights_of_another_version_are_told_apart(tmp_path: Path) -> None:
    settings = {"bands": 81, "stem": [16, 32, 48], "width": 96, "dilations": [1], "heads": 4, "dropout": 0.1}
    save_weights(tmp_path / "old.safetensors", {"head.weight": torch.ones(2)},
                 {"network": "tao", "settings": settings})
    with pytest.raises(WeightsMissing, match="another version of Tao"):
        transcriber(f"tao:{tmp_path / 'old.safetensors'}")
