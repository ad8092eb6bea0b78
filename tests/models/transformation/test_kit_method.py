"""One kit plays the pattern of another loop."""

from dataclasses import replace

import numpy as np
import pytest

from engine.core.loop import Loop
from models.decompose import Decomposition, decompose
from models.sounds.rendering import mix, render_tracks
from models.sounds.spectra import match
from models.transformation.kit_method import Choices, Of, Residual, transformed
from models.transformation.residual import Moment, bed, by_steps, moments
from models.transformation.words import told_cast
from tests.models.loops import RATE, TOOLS, audio_of, noise, pattern_of

ROCK = pattern_of(kick="x.......x.x.....", snare="....x.......x...", hihat="x.x.x.x.x.x.x.x.")
OTHER = pattern_of(kick="x..x..x...x..x..", snare="....x..x.x..x...", hihat="x.o.x.o.x.o.x.o.")


def decomposed(pattern, bpm: float) -> Decomposition:
    *_, last = decompose(Loop(audio_of(pattern, bpm), RATE, "loop", pattern.beats), TOOLS, RATE)
    return last


@pytest.fixture(scope="module")
def source() -> Decomposition:
    return decomposed(ROCK, 120.0)


@pytest.fixture(scope="module")
def target() -> Decomposition:
    return decomposed(OTHER, 96.0)


def test_the_kit_of_the_source_plays_the_pattern_of_the_target_at_its_tempo(source, target):
    made = transformed(source, target, Choices(residual=Residual.NONE))
    frames = len(target.audio)
    samples = {name: sample.T for name, sample in source.samples.items()}
    assert made.pattern == target.pattern
    assert made.bpm == target.bpm
    expected = mix(render_tracks(source.kit, target.pattern, samples, frames, RATE), frames)
    np.testing.assert_allclose(made.audio, expected, atol=1e-6)


def test_at_amount_0_and_its_own_tempo_the_source_plays_itself(source, target):
    made = transformed(source, target, Choices(amount=0.0, bpm=source.bpm, residual=Residual.STEPS))
    assert made.pattern == source.pattern
    assert match(made.audio, source.audio.T) > 0.99


def test_pattern_and_groove_can_come_from_different_loops(source, target):
    made = transformed(source, target, Choices(groove=Of.SOURCE))
    sounding = {(track.name, index) for track in made.pattern.tracks for index, step in enumerate(track.steps) if step}
    wanted = {(track.name, index) for track in target.pattern.tracks for index, step in enumerate(track.steps) if step}
    assert sounding == wanted
    own = source.pattern.track("kick").steps[0]
    played = made.pattern.track("kick").steps[0]
    assert own and played and (played.velocity, played.microtiming) == (own.velocity, own.microtiming)


def test_the_kit_can_be_the_targets(source, target):
    made = transformed(source, target, Choices(kit=Of.TARGET, pattern=Of.SOURCE, groove=Of.SOURCE))
    assert made.pattern == source.pattern
    assert made.kit.one_shots == target.kit.one_shots


class Ringing:
    """A method that says what it was given."""

    def transform(self, source, target, sample_rate, amount=1.0, part=None):
        self.given = source, target, part
        return np.full((2, target.shape[1]), 0.25, np.float32)


def test_a_method_may_give_the_residual_the_rhythm_of_what_the_kit_plays(source, target):
    method = Ringing()
    alone = transformed(source, target, Choices(residual=Residual.NONE, bpm=140.0, beats=6)).audio
    made = transformed(source, target, Choices(residual=Residual.LATENT, bpm=140.0, beats=6, latent=method)).audio
    np.testing.assert_allclose(made, alone + 0.25, atol=1e-6)
    for given, wanted in zip(method.given, (source.audio.T, alone, source.residual.T), strict=True):
        np.testing.assert_allclose(given, wanted, atol=1e-6)


def test_tempo_and_length_are_as_asked(source, target):
    made = transformed(source, target, Choices(bpm=140.0, beats=6))
    assert made.audio.shape == (2, round(6 * 60 / 140.0 * RATE))


def test_a_drum_that_the_kit_lacks_is_played_by_the_nearest(source, target):
    ride = replace(target.pattern, tracks=tuple(replace(track, name="ride") if track.name == "hihat" else track
                                                for track in target.pattern.tracks))
    made = transformed(source, replace(target, pattern=ride), Choices())
    assert made.cast == {"ride": "hihat"}
    assert told_cast(made.cast) == "The kit lacks some drums: hihat plays the ride."
    assert "ride" not in {track.name for track in made.pattern.tracks}


def test_hits_that_sound_together_are_one_moment():
    there = moments(ROCK, 2 * RATE, RATE)
    assert there[:2] == [Moment(0, frozenset({"kick", "hihat"})), Moment(RATE // 4, frozenset({"hihat"}))]


def test_a_residual_is_moved_to_where_its_drums_are_played():
    residual = np.zeros((2, 1000), np.float32)
    residual[:, 500:520] = 1.0
    moved = by_steps(residual, [Moment(0, frozenset({"snare"})), Moment(500, frozenset({"kick"}))],
                     [Moment(100, frozenset({"kick"})), Moment(700, frozenset({"snare"}))], 1000, 8000)
    assert moved[0, 110] == 1.0
    assert abs(moved[0, 200:]).max() == 0.0


def test_the_bed_of_a_residual_is_as_loud_as_its_noise_and_has_no_hits():
    hiss = noise(2.0, level=0.01)
    clicks = hiss.copy()
    clicks[:, ::22050] += 1.0
    quiet = bed(clicks, 3 * RATE)
    assert quiet.shape == (2, 3 * RATE)
    assert abs(quiet).max() < 0.1
    assert 0.3 < quiet.std() / hiss.std() < 1.2
