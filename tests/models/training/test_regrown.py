"""Sounds made of others stay sounds of one drum: they begin as the one and end as the other."""

import numpy as np
import pytest

from models.training.synthesis.bank import RATE
from models.training.synthesis.regrown import crossed, rung, washed


def decaying(hz: float, time_constant_s: float, length_s: float = 1.0) -> np.ndarray:
    at_s = np.arange(round(length_s * RATE)) / RATE
    return (np.sin(2 * np.pi * hz * at_s) * np.exp(-at_s / time_constant_s)).astype(np.float32)


def time_constant_s(sound: np.ndarray) -> float:
    early, late = (np.sqrt(np.square(sound[round(a * RATE) : round((a + 0.02) * RATE)]).mean()) for a in (0.02, 0.12))
    return 0.1 / np.log(early / late)


@pytest.mark.parametrize("factor", [0.4, 0.8, 1.5, 2.5])
def test_a_sound_rings_as_much_longer_as_it_is_told(factor: float) -> None:
    out = rung(decaying(1000.0, 0.1), factor)
    assert time_constant_s(out) == pytest.approx(0.1 * factor, rel=0.1)
    assert np.abs(out).max() == pytest.approx(1.0)


def test_the_attack_is_one_sounds_and_the_tail_the_others() -> None:
    one, other = decaying(500.0, 0.3), decaying(3000.0, 0.3)
    out = crossed(one, other, 1000)
    assert np.corrcoef(out[:1000], one[:1000])[0, 1] > 0.999
    assert np.corrcoef(out[2000:4000], other[2000:4000])[0, 1] > 0.999
    assert crossed(one[:1100], other, 1000) is not other
    assert len(crossed(one[:1100], other, 1000)) == 1100           # too short to be crossed: as it was


def test_a_wash_outlasts_the_stroke() -> None:
    out = washed(decaying(500.0, 0.02, 0.1), decaying(3000.0, 2.0), 0.5)
    assert np.abs(out[-2000:]).max() > 0.1
