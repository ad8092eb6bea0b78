import numpy as np
import pytest

from engine.core.errors import NoOnsets
from models.plugins import Onset, TempoGuess, Transcription
from models.sounds.one_shots import LeastDisturbed, candidates, cut_circular, faded, least_disturbed
from tests.models.loops import RATE, audio_of, onsets_of, pattern_of


def heard(*onsets: Onset) -> Transcription:
    return Transcription(onsets, (TempoGuess(120.0, 4),))


def test_the_hit_that_is_alone_longest_is_chosen():
    crowded = heard(Onset("kick", 0.0), Onset("hihat", 0.0), Onset("kick", 0.5), Onset("hihat", 0.6),
                    Onset("kick", 1.0), Onset("hihat", 1.9))
    assert least_disturbed(crowded, "kick", 2.0).onset.time_s == 1.0


def test_being_alone_is_counted_round_the_end():
    found = candidates(heard(Onset("snare", 1.8), Onset("kick", 0.1)), "snare", 2.0)
    assert found[0].alone_s == pytest.approx(0.3)
    assert found[0].gap_s == 2.0


def test_a_drum_that_was_not_heard_has_no_one_shot():
    with pytest.raises(NoOnsets, match="No tom was found"):
        candidates(heard(Onset("kick", 0.0)), "tom", 2.0)


def test_a_tail_is_followed_round_the_end():
    audio = np.arange(10.0, dtype=np.float32)[None]
    assert cut_circular(audio, 8, 5)[0].tolist() == [8, 9, 0, 1, 2]
    assert cut_circular(audio, 3, 99).shape == (1, 10)


def test_a_shot_starts_and_ends_without_a_click():
    shot = faded(np.ones((2, 5000), np.float32), 500)
    assert np.abs(np.diff(shot, axis=1)).max() < 0.12
    assert shot[0, -1] == pytest.approx(0.0, abs=1e-6)


def test_what_cannot_be_heard_at_the_end_is_dropped():
    audio = np.zeros((1, 5000), np.float32)
    audio[0, :100] = 1.0
    assert faded(audio, 20).shape == (1, 100)


def test_a_lone_drum_comes_back_as_it_was():
    pattern = pattern_of(kick="x...............")
    audio = np.ascontiguousarray(audio_of(pattern, 120.0).T)
    (shot,) = LeastDisturbed().extract(audio, RATE, {}, heard(*onsets_of(pattern, 2.0))).shots.values()
    frames = shot.audio.shape[1] - round(0.02 * RATE)
    assert np.abs(shot.audio[:, 8:frames] - audio[:, 8:frames]).max() < 1e-6


def test_a_soft_hit_is_brought_to_full_velocity_and_the_hat_chokes_itself():
    audio = np.ascontiguousarray(audio_of(pattern_of(hihat="o..............."), 120.0).T)
    shot = LeastDisturbed().extract(audio, RATE, {}, heard(Onset("hihat", 0.0, 0.5))).shots["hihat"]
    assert np.abs(shot.audio).max() == pytest.approx(2 * np.abs(audio).max(), rel=0.2)
    assert shot.choke_group is not None


def test_hits_and_stems_are_left_as_they_were():
    audio, hits = np.ones((2, 5000), np.float32), heard(Onset("kick", 0.0))
    made = LeastDisturbed().extract(audio, RATE, {"kick": audio}, hits)
    assert made.transcription is hits
    assert made.stems["kick"] is audio
