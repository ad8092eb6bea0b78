import numpy as np
import pytest

from models.hearing.peaks import attack_frame, peaks
from tests.models.loops import RATE


def test_peaks_are_the_tops_that_stand_out():
    curve = np.zeros(100)
    curve[[10, 12, 50, 90]] = [1.0, 0.5, 0.3, 0.01]
    assert peaks(curve, threshold=0.1).tolist() == [10, 50]


def test_a_plateau_is_one_peak():
    curve = np.zeros(50)
    curve[20:23] = 1.0
    assert peaks(curve, threshold=0.1).tolist() == [20]


@pytest.mark.parametrize("off", [-300, 0, 300])
@pytest.mark.parametrize("hz", [60.0, 3000.0])
def test_an_attack_is_found_to_the_millisecond(off, hz):
    at = 5000
    audio = np.zeros(20000)
    seconds = np.arange(15000) / RATE
    audio[at:] = np.sin(2 * np.pi * hz * seconds) * np.exp(-seconds / 0.1)
    audio += 1e-4 * np.random.default_rng(0).normal(size=len(audio))
    assert abs(attack_frame(audio, at + off, RATE) - at) <= RATE * 0.001
