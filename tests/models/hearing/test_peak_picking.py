"""Peaks become hits, and hits are counted as mir_eval counts them."""

import mir_eval
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.hearing.peak_picking import events, matched

moments = st.lists(st.integers(0, 4000), max_size=30, unique=True).map(lambda found: np.sort(found) / 1000)


def test_a_peak_between_frames_is_timed_between_them() -> None:
    curve = np.zeros((20, 2))
    curve[9:12, 1] = [0.2, 0.8, 0.6]
    found = events(curve, np.array([0.5, 0.5]))
    assert found.drums.tolist() == [1]
    assert found.frames.tolist() == [10]
    assert 10.0 < found.places[0] < 10.5


def test_a_plateau_is_one_hit() -> None:
    curve = np.zeros((20, 1))
    curve[5:7] = 0.9
    assert len(events(curve, np.array([0.5])).drums) == 1


@given(moments, moments)
def test_matching_is_mir_evals(truth: np.ndarray, heard: np.ndarray) -> None:
    expected = mir_eval.util.match_events(truth, heard, 0.05)
    assert len(matched(truth, heard, 0.05)) == len(expected)
