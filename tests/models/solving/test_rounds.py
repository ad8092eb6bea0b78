"""What hits say about themselves counts as far as it can be believed."""

import numpy as np
import pytest

from models.solving.rounds import deltas, gains
from models.solving.timing import Likeness
from tests.models.solving.scenes import scene


def likeness(gain: list[float], correlation: list[float]) -> Likeness:
    return Likeness(np.zeros(len(gain)), np.array(gain), np.array(correlation))


def test_a_hit_like_its_take_is_as_loud_as_it_measures():
    found = likeness([1.0, 1.0, 0.25, 1.0], [1.0] * 4)
    assert gains(scene(), found, np.ones(4))[2] == pytest.approx(0.25, rel=0.15)


def test_a_hit_unlike_its_take_is_as_loud_as_it_was_heard():
    found = likeness([1.0, 1.0, 0.05, 1.0], [1.0, 1.0, 0.0, 1.0])
    assert gains(scene(), found, np.array([1.0, 1.0, 0.6, 1.0]))[2] == pytest.approx(0.6, rel=0.1)


def test_a_hit_unlike_its_take_may_deviate():
    few, many = deltas(likeness([1.0, 1.0], [0.99, 0.3]))
    assert few < 0.1 < 1.0 < many
