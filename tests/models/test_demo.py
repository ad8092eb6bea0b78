import numpy as np

from models.demo import BEATS, demo_kit, demo_loop, demo_pattern


def test_the_demo_is_always_the_same():
    assert (demo_loop(48000).audio == demo_loop(48000).audio).all()
    assert demo_kit(44100)[0] == demo_kit(44100)[0]


def test_the_demo_is_loud_but_not_clipped_and_knows_its_beats():
    loop = demo_loop(48000)
    assert 0.5 < np.abs(loop.audio).max() < 0.95
    assert loop.beats == BEATS == demo_pattern().beats
    assert loop.bpm is not None
    assert abs(loop.bpm - 92.0) < 0.01


def test_every_drum_starts_at_once_and_ends_in_silence():
    for sample in demo_kit(48000)[1].values():
        assert np.abs(sample[:240]).max() > 0.1
        assert np.abs(sample[-1]).max() < 1e-6
