"""Stems of the separator `tao`, whatever its network says."""

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.core.errors import WeightsMissing
from engine.core.pattern import TRACK_NAMES
from engine.library.resampling import resampled
from models.plugins import Onset, TempoGuess, Transcription
from models.separation.network import MaskNet, MaskNetSettings, open_mask_net, save_mask_net
from models.separation.separator import TaoSeparator
from models.separation.template_masks import TemplateMasks
from models.weights.files import save_weights
from tests.models.loops import audio_of, onsets_of, pattern_of

RATE = 44100


def decibels(error: np.ndarray, whole: np.ndarray) -> float:
    return 10 * float(np.log10(np.square(error).sum() / np.square(whole).sum()))


@pytest.mark.parametrize("rate", [22050, 44100, 48000, 96000])
def test_six_stems_add_up_to_the_loop_at_any_rate(separator, played, rate: int) -> None:
    audio, heard = played
    audio = resampled(audio, RATE, rate)
    stems = separator.separate(audio, rate, heard)
    assert tuple(stems) == TRACK_NAMES
    assert all(stem.shape == audio.shape and stem.dtype == np.float32 for stem in stems.values())
    assert decibels(sum(stems.values()) - audio, audio) < -110


def test_a_loop_turned_by_whole_hops_gives_the_stems_turned(separator, played) -> None:
    audio, heard = played
    hop = 512
    audio = audio[:, : audio.shape[1] // hop * hop]
    length_s, turn = audio.shape[1] / RATE, 50 * hop
    later = Transcription(tuple(sorted((Onset(onset.track, (onset.time_s + turn / RATE) % length_s, onset.velocity)
                                        for onset in heard.onsets), key=lambda onset: onset.time_s)), heard.tempi)
    stems = separator.separate(audio, RATE, heard)
    turned = separator.separate(np.roll(audio, turn, axis=1), RATE, later)
    for name, stem in stems.items():
        if np.square(stem).sum() > 1e-4 * np.square(audio).sum():
            assert decibels(np.roll(turned[name], -turn, axis=1) - stem, stem) < -20


def test_what_the_hits_say_changes_the_stems(separator, played) -> None:
    audio, heard = played
    others = {"kick": "tom", "snare": "snare", "hihat": "hihat"}
    renamed = Transcription(tuple(Onset(others[onset.track], onset.time_s, onset.velocity)
                                  for onset in heard.onsets), heard.tempi)
    one, other = (separator.separate(audio, RATE, hits) for hits in (heard, renamed))
    assert np.square(one["kick"]).sum() > 3 * np.square(other["kick"]).sum()


def test_the_activations_alone_matter_too(masker: MaskNet) -> None:
    torch.manual_seed(0)
    sound, activations = torch.rand(1, 7, 128, 20), torch.rand(1, 12, 20)
    with torch.no_grad():
        one, other = masker.corrections(sound, activations), masker.corrections(sound, activations * 0)
    assert float((one - other).abs().mean()) > 1e-3


def test_silence_separates_into_silence(separator, played) -> None:
    audio, heard = played
    stems = separator.separate(audio * 0, RATE, heard)
    assert all(not stem.any() for stem in stems.values())


def test_a_network_that_has_learnt_nothing_is_close_to_the_templates(played, tmp_path: Path) -> None:
    torch.manual_seed(1)
    save_mask_net(tmp_path / "fresh", MaskNet(MaskNetSettings(channels=(8, 12, 16))), {})
    audio, heard = played
    stems = TaoSeparator(str(tmp_path / "fresh")).separate(audio, RATE, heard)
    plain = TemplateMasks().separate(audio, RATE, heard)
    for name, stem in plain.items():
        assert decibels(stems[name] - stem, stem) < -10


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    save_weights(tmp_path / "other", {"a": torch.zeros(1)}, {"network": "tao"})
    with pytest.raises(WeightsMissing, match="'masks' is needed here"):
        open_mask_net(tmp_path / "other")
    with pytest.raises(WeightsMissing, match="There is no weights file"):
        TaoSeparator(str(tmp_path / "none"))


def test_the_shipped_network_hears_the_demos_drums_apart() -> None:
    pattern = pattern_of(kick="x...x...x...x...", snare="....x.......x...", hihat="x.x.x.x.x.x.x.x.")
    audio = np.ascontiguousarray(audio_of(pattern, 120.0).T)
    heard = Transcription(tuple(onsets_of(pattern, 2.0)), (TempoGuess(120.0, 4.0),))
    stems = TaoSeparator().separate(audio, RATE, heard)
    true = {name: np.ascontiguousarray(audio_of(pattern_of(**{name: letters}), 120.0).T) for name, letters in
            (("kick", "x...x...x...x..."), ("snare", "....x.......x..."), ("hihat", "x.x.x.x.x.x.x.x."))}
    assert all(decibels(stems[name] - stem, stem) < -8 for name, stem in true.items())
    assert decibels(sum(stems.values()) - audio, audio) < -110
