"""A hit's measured gain counts as far as its one-shot explains the hit."""

import numpy as np
import pytest

from models.solving.alternation import deltas, gains
from models.solving.timing import Comparison
from tests.models.solving.scenes import scene


def comparison(gain: list[float], correlation: list[float]) -> Comparison:
    return Comparison(np.zeros(len(gain)), np.array(gain), np.array(correlation))


def test_a_hit_like_its_one_shot_is_as_loud_as_measured():
    found = comparison([1.0, 1.0, 0.25, 1.0], [1.0] * 4)
    assert gains(scene(), found, np.ones(4))[2] == pytest.approx(0.25, rel=0.15)


def test_a_hit_unlike_its_one_shot_is_as_loud_as_transcribed():
    found = comparison([1.0, 1.0, 0.05, 1.0], [1.0, 1.0, 0.0, 1.0])
    assert gains(scene(), found, np.array([1.0, 1.0, 0.6, 1.0]))[2] == pytest.approx(0.6, rel=0.1)


def test_a_hit_unlike_its_one_shot_may_deviate():
    few, many = deltas(comparison([1.0, 1.0], [0.99, 0.3]))
    assert few < 0.1 < 1.0 < many
