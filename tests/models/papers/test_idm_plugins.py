"""The plugins `idm`: they hear, play and separate whatever weights they are given, and take anyone's onsets."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.core.errors import NoOnsets, UsageError, WeightsMissing
from engine.core.loop import Loop
from engine.core.pattern import TRACK_NAMES
from models.correct import StepEdit, correct, edited
from models.decompose import Tools, decompose
from models.papers.idm.extractor import IdmExtractor
from models.papers.idm.listening import NETWORK
from models.papers.idm.masking import masked
from models.papers.idm.network import IdmNet
from models.papers.idm.separator import IdmSeparator
from models.papers.idm.transcriber import Idm
from models.plugins import Onset, TempoGuess, Transcription
from models.weights.files import save_weights
from tests.models.loops import RATE, audio_of, noise, pattern_of

TEMPO = (TempoGuess(120.0, 2),)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A network that has learned nothing."""
    torch.manual_seed(1)
    path = tmp_path_factory.mktemp("idm") / "weights.safetensors"
    save_weights(path, IdmNet().state_dict(), {"network": NETWORK, "size": "small", "kits": ["a"]})
    return str(path)


def transcription(*hits: tuple[str, float]) -> Transcription:
    return Transcription(tuple(Onset(name, time_s) for name, time_s in sorted(hits, key=lambda hit: hit[1])), TEMPO)


def test_stems_add_up_to_the_loop(weights: str) -> None:
    audio = noise(1.0)
    stems = IdmSeparator(weights).separate(audio, RATE, transcription(("kick", 0.0), ("hihat", 0.25), ("kick", 0.5)))
    assert list(stems) == ["kick", "hihat"]
    assert np.abs(sum(stems.values()) - audio).max() < 1e-5


def test_masks_give_each_cell_to_whom_it_belongs() -> None:
    low, high = (np.sin(2 * np.pi * hz * np.arange(RATE) / RATE).astype(np.float32)[None] for hz in (200, 6000))
    stems = masked(low + high, np.concatenate([0.3 * low, 0.3 * high]))
    assert np.abs(stems[0] - low).max() < 0.05 and np.abs(stems[1] - high).max() < 0.05


@pytest.mark.parametrize("rate", [RATE, 48000])
def test_the_kit_is_synthesised_and_plays_the_hits_that_it_is_given(weights: str, rate: int) -> None:
    audio, given = noise(1.0, rate), transcription(("kick", 0.0), ("snare", 0.3), ("kick", 0.6))
    extractor = IdmExtractor(weights)
    made = extractor.extract(audio, rate, {}, given)
    assert made.shots.keys() == {"kick", "snare"}
    assert [(hit.track, hit.time_s) for hit in made.transcription.onsets] == [
        (hit.track, hit.time_s) for hit in given.onsets]
    assert max(hit.velocity for hit in made.transcription.of("kick")) == 1.0
    assert abs(made.shots["kick"].audio.shape[1] - rate) <= 2

    moved = replace(given, onsets=tuple(replace(hit, time_s=hit.time_s + 0.1) for hit in given.onsets))
    again = extractor.revise(audio, rate, made.stems, moved)
    assert [hit.time_s for hit in again.transcription.onsets] == [hit.time_s for hit in moved.onsets]
    assert not np.allclose(again.stems["snare"], made.stems["snare"])


def test_an_unknown_drum_costs_one_sentence(weights: str) -> None:
    with pytest.raises(UsageError, match=r"knows kick, snare.* not perc 1"):
        IdmSeparator(weights).separate(noise(1.0), RATE, transcription(("perc 1", 0.0)))


def test_silence_holds_no_hits(weights: str) -> None:
    with pytest.raises(NoOnsets, match="silent"):
        Idm(weights).transcribe(np.zeros((2, RATE), np.float32), RATE)


def test_what_it_hears_lies_within_the_loop(weights: str) -> None:
    try:
        heard = Idm(weights).transcribe(noise(1.5), RATE, beats=4)
    except NoOnsets:
        return
    assert all(0.0 <= hit.time_s <= 1.5 and hit.track in TRACK_NAMES for hit in heard.onsets)


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    save_weights(tmp_path / "other.safetensors", {"a": torch.zeros(1)}, {"network": "tao"})
    with pytest.raises(WeightsMissing, match="'tao'; 'idm' is needed"):
        Idm(str(tmp_path / "other.safetensors"))


@pytest.mark.slow
def test_the_shipped_weights_decompose_a_loop_and_play_your_corrections() -> None:
    tools = Tools(Idm(), IdmSeparator(), IdmExtractor())
    beat = pattern_of(kick="x...x...x...x...", snare="....x.......x...", hihat="x.x.x.x.x.x.x.x.")
    *_, done = decompose(Loop(audio_of(beat, 110.0), RATE, "beat", 4), tools, RATE)
    kicks = [index for index, step in enumerate(done.pattern.track("kick").steps) if step is not None]
    assert kicks == [0, 4, 8, 12] and len(done.kit.one_shots) > 1   # on kits that are not its six, hats may be rides
    assert done.residual is not None
    empty = next(index for index, step in enumerate(done.pattern.track("kick").steps) if step is None)
    after = correct(done, edited(done.pattern, (StepEdit("kick", empty, 0.8),)), tools.extractor)
    assert after.pattern.track("kick").steps[empty] is not None
    assert len(after.transcription.of("kick")) == len(done.transcription.of("kick")) + 1
