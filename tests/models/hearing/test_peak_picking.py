"""Peaks become hits, and hits are counted as mir_eval counts them."""

import mir_eval
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.hearing.peak_picking import activation_peaks, matched, peaks

moments = st.lists(st.integers(0, 4000), max_size=30, unique=True).map(lambda found: np.sort(found) / 1000)


def test_a_peak_between_frames_is_timed_between_them() -> None:
    curve = np.zeros((20, 2))
    curve[9:12, 1] = [0.2, 0.8, 0.6]
    found = activation_peaks(curve, np.array([0.5, 0.5]))
    assert found.drums.tolist() == [1]
    assert found.frames.tolist() == [10]
    assert 10.0 < found.places[0] < 10.5


def test_a_plateau_is_one_hit() -> None:
    curve = np.zeros((20, 1))
    curve[5:7] = 0.9
    assert len(activation_peaks(curve, np.array([0.5])).drums) == 1


@given(moments, moments)
def test_matching_is_mir_evals(truth: np.ndarray, heard: np.ndarray) -> None:
    expected = mir_eval.util.match_events(truth, heard, 0.05)
    assert len(matched(truth, heard, 0.05)) == len(expected)


def test_peaks_are_the_tops_that_stand_out() -> None:
    curve = np.zeros(100)
    curve[[10, 12, 50, 90]] = [1.0, 0.5, 0.3, 0.01]
    assert peaks(curve, threshold=0.1).tolist() == [10, 50]


def test_a_plateau_is_one_peak() -> None:
    curve = np.zeros(50)
    curve[20:23] = 1.0
    assert peaks(curve, threshold=0.1).tolist() == [20]
