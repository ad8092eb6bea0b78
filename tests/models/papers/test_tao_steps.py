"""Envelopes become onsets as madmom picks them, and onsets become steps by the likeliest tempo."""

import numpy as np

from models.papers.tao.peaks import onset_frames
from models.papers.tao.steps import beats_in, likeliest_bpm, nearest_steps, step_vector


def test_peaks_above_the_threshold_are_onsets() -> None:
    envelope = np.full(100, 0.05)
    envelope[[10, 50, 51, 80]] = 0.9, 0.6, 0.8, 0.2
    assert onset_frames(envelope).tolist() == [10, 51]
    assert onset_frames(np.zeros(100)).tolist() == []


def test_the_tempo_is_the_largest_of_141() -> None:
    assert [likeliest_bpm(np.eye(141)[index]) for index in (0, 60, 140)] == [60, 120, 200]


def test_onsets_go_to_the_nearest_step_and_later_ones_are_left_out() -> None:
    times_s = np.array([0.01, 0.24, 0.26, 1.0, 2.0, 5.0])
    assert nearest_steps(times_s, 120.0).tolist() == [0, 1, 1, 4, 8, 20]
    assert np.nonzero(step_vector(times_s, 120.0, 8))[0].tolist() == [0, 1, 4]
    assert beats_in(2.0, 121) == 4 and beats_in(0.1, 60) == 1
