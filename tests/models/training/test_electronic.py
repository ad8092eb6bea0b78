"""Computed drums: endless, repeatable, and where a drum's energy belongs."""

import numpy as np

from models.training.synthesis.bank import DRUMS, RATE, Sounds
from models.training.synthesis.electronic import computed_sounds


def centroid_hz(sounds: Sounds, drum: str) -> float:
    """The median centre of gravity of the first 100 ms of a drum's sounds."""
    found = []
    for shot in sounds.shots:
        if DRUMS[shot.drum] == drum:
            part = sounds.audio[shot.start : shot.start + min(shot.frames, RATE // 10)]
            power = np.abs(np.fft.rfft(part, RATE // 10)) ** 2
            found.append(float((np.arange(len(power)) * 10 * power).sum() / power.sum()))
    return float(np.median(found))


def test_the_same_seed_computes_the_same_sounds(sounds: Sounds) -> None:
    assert np.array_equal(computed_sounds(3, 8).audio, sounds.audio)
    assert not np.array_equal(computed_sounds(4, 8).audio[:1000], sounds.audio[:1000])


def test_every_sound_is_finite_at_peak_one_and_starts_at_once(sounds: Sounds) -> None:
    for shot in sounds.shots:
        audio = sounds.audio[shot.start : shot.start + shot.frames]
        assert np.isfinite(audio).all()
        assert 0.99 <= np.abs(audio).max() <= 1.0
        assert np.abs(audio[: RATE // 100]).max() > 0.01, shot.articulation


def test_kicks_lie_below_toms_and_toms_below_metal(sounds: Sounds) -> None:
    kick, tom, snare = (centroid_hz(sounds, drum) for drum in ("kick", "tom", "snare"))
    metal = min(centroid_hz(sounds, drum) for drum in ("hihat", "ride", "crash"))
    assert kick < tom < metal
    assert kick < snare < metal
