"""Channels that cancel in the middle are heard like any others."""

import numpy as np
import pytest

from models.hearing.monaural import monaural
from models.hearing.onset_strength import OnsetStrength

RATE = 44100


def noise(seed: int = 1, frames: int = RATE) -> np.ndarray:
    """White noise, (frames,) float32."""
    return np.random.default_rng(seed).normal(0, 0.1, frames).astype(np.float32)


def beat() -> np.ndarray:
    """Four bursts of noise a second."""
    at = np.arange(2 * RATE) % (RATE // 4)
    return (noise(3, 2 * RATE) * np.exp(-at / 800)).astype(np.float32)


def test_equal_channels_give_their_mean_bit_for_bit() -> None:
    one = noise()
    assert np.array_equal(monaural(np.stack([one, one])), one)
    assert np.array_equal(monaural(one[None]), one)


@pytest.mark.parametrize("other", [-1.0, 0.0, 0.5])
def test_no_channel_takes_the_power_of_another_away(other: float) -> None:
    one = noise()
    power = float(np.square(monaural(np.stack([one, other * one]))).mean() / np.square(one).mean())
    assert power == pytest.approx((1 + other**2) / 2, rel=0.02)


def test_a_drum_that_is_turned_over_on_one_side_is_as_loud_as_one_that_is_not() -> None:
    middle, side = noise(1), noise(2)
    heard = monaural(np.stack([middle + side, middle - side]))
    both = float(np.square(middle).mean() + np.square(side).mean())
    assert float(np.square(heard).mean()) == pytest.approx(both, rel=0.05)


def test_a_loop_whose_right_channel_is_turned_over_is_heard_like_the_loop() -> None:
    plain = OnsetStrength().transcribe(np.stack([beat(), beat()]), RATE, 4)
    turned = OnsetStrength().transcribe(np.stack([beat(), -beat()]), RATE, 4)
    assert [onset.track for onset in turned.onsets] == [onset.track for onset in plain.onsets]
    apart = [abs(one.time_s - other.time_s) for one, other in zip(plain.onsets, turned.onsets, strict=True)]
    assert max(apart) < 0.003
