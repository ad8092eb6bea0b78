import numpy as np

from models.solving.trimming import attack_frame, trimmed

RATE = 44100


def test_a_shot_begins_at_its_attack_without_pre_echo():
    shot = np.zeros((1, 8000), np.float32)
    shot[0, 200:] = np.exp(-np.arange(7800) / 800)
    shot[0, 50:200] = 0.01
    assert 150 < attack_frame(shot, RATE) <= 200
    assert np.abs(trimmed(shot, RATE))[0, :60].max() > 0.3


def test_silence_is_trimmed_without_complaint():
    assert trimmed(np.zeros((2, 500), np.float32), RATE).shape[1] >= 1
