import numpy as np

from models.solving.trimming import first_loud_frame, on_ticks, trimmed

RATE = 44100


def test_a_shot_begins_at_its_attack_without_pre_echo():
    shot = np.zeros((1, 8000), np.float32)
    shot[0, 200:] = np.exp(-np.arange(7800) / 800)
    shot[0, 50:200] = 0.01
    assert first_loud_frame(shot, RATE) == 192
    assert np.abs(trimmed(shot, RATE, 192))[0, :60].max() > 0.3


def test_silence_is_trimmed_without_complaint():
    assert trimmed(np.zeros((2, 500), np.float32), RATE, first_loud_frame(np.zeros((2, 500)), RATE)).shape[1] >= 1


def test_a_shot_is_cut_so_that_its_hits_fall_on_ticks():
    starts = np.array([0, 1000, 3000]) - 88
    assert on_ticks(80, starts, np.ones(3), 0.04, RATE) in (63, 88 - 25)
    assert on_ticks(86, starts, np.ones(3), 0.04, RATE) == 88
