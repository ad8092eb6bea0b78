"""A one-shot written as audio sounds as the engine plays it."""

from dataclasses import replace

import numpy as np
import pytest

from engine.core.kit import Layer, OneShot, sample_id
from engine.library.sounds import as_played, shaped
from tests.library.values import RATE, sound

AUDIO = sound(3, 9600)
SHOT = OneShot(sample_id(AUDIO), len(AUDIO))


def played(shot: OneShot) -> np.ndarray:
    return as_played(AUDIO, shot, Layer(shot.sample, shot.frames), RATE)


def test_a_plain_one_shot_is_its_recording() -> None:
    assert np.array_equal(played(SHOT), AUDIO)


def test_decay_is_linear_and_ends_the_sound() -> None:
    out = shaped(np.ones((9600, 2), np.float32), replace(SHOT, decay_s=0.1), RATE)
    assert len(out) == 4800 and out[2400, 0] == pytest.approx(0.5) and out[0, 0] == 1.0


def test_a_decay_is_as_long_at_any_pitch() -> None:
    octave_up = played(replace(SHOT, decay_s=0.05, pitch_semitones=12.0))
    assert len(octave_up) == pytest.approx(0.05 * RATE, abs=2)


def test_attack_is_linear() -> None:
    out = shaped(np.ones((9600, 2), np.float32), replace(SHOT, attack_s=0.1), RATE)
    assert out[0, 0] == 0.0 and out[1200, 0] == pytest.approx(0.25) and out[5000, 0] == 1.0


def test_the_low_pass_is_the_samplers() -> None:
    response = shaped(np.eye(9600, 2, dtype=np.float32), replace(SHOT, cutoff_hz=1000.0), RATE)[:, 0]
    spectrum = np.abs(np.fft.rfft(response))
    assert spectrum[200] == pytest.approx(10 ** (-3.01 / 20), abs=0.001), "1 kHz is bin 200"
    assert spectrum[2] == pytest.approx(1.0, abs=0.001) and spectrum[2000] < 0.01


def test_level_and_pan_are_those_of_the_mixer() -> None:
    out = as_played(AUDIO, replace(SHOT, gain=0.5, pan=0.25), Layer(SHOT.sample, SHOT.frames, gain=0.5), RATE)
    assert np.allclose(out, AUDIO * [0.1875, 0.25])
