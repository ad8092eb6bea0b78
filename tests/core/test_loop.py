"""A loop's overview shows every peak; recordings are told apart by audio and name."""

import numpy as np

from engine.core.loop import OVERVIEW_PEAKS, PlayedLoop, overview, same_recording


def test_an_overview_shows_every_peak_in_its_place() -> None:
    audio = np.zeros((2048, 2), np.float32)
    audio[1555, 1], audio[10, 0] = -0.5, 3.0
    peaks = overview(audio)
    assert len(peaks) == OVERVIEW_PEAKS == 512
    assert {place: peak for place, peak in enumerate(peaks) if peak} == {2: 1.0, 388: 0.5}
    assert len(overview(audio[:3])) == 3


def test_two_readings_of_one_recording_are_the_same_recording() -> None:
    loop = PlayedLoop("aa", 100, 4, "x")
    assert same_recording(loop, PlayedLoop("aa", 100, 8, "x")) and same_recording(None, None)
    assert not same_recording(loop, PlayedLoop("aa", 100, 4, "y"))
    assert not same_recording(loop, PlayedLoop("bb", 100, 4, "x"))
    assert not same_recording(loop, None) and not same_recording(None, loop)
