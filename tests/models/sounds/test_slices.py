import numpy as np

from models.hearing.onset_strength import attacks
from models.sounds.slices import grouped, sliced
from tests.models.loops import RATE, audio_of, pattern_of


def test_equal_sounds_share_a_pad_and_the_slices_make_up_the_loop():
    audio = np.ascontiguousarray(audio_of(pattern_of(kick="x.......x.......", snare="....x.......x..."), 120.0).T)
    times_s, rises = attacks(audio.mean(axis=0), circular=True)
    heard, shots = sliced(audio, RATE, times_s, rises, None)
    assert [onset.track for onset in heard.onsets] == ["slice1", "slice2", "slice1", "slice2"]
    assert set(shots) == {"slice1", "slice2"}
    assert all(abs(shot.audio.shape[1] / RATE - 0.5) < 0.2 for shot in shots.values())


def test_there_are_never_more_than_eight_groups():
    assert set(grouped(np.random.default_rng(1).uniform(size=(40, 23)) ** 8)) <= set(range(8))


def test_groups_are_numbered_by_first_hit():
    kick, hat = np.eye(2)
    assert grouped(np.array([hat, kick, hat, kick])).tolist() == [0, 1, 0, 1]
