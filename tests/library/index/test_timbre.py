"""One-shots that sound alike are close, whatever their level, silence before them and sample rate."""

import numpy as np
import pytest

from engine.library.index.timbre import BYTES, SAME, closeness, distances, timbre
from engine.library.resampling import resampled
from tests.library.index.shelf import RATE, hit

DRUMS = ("kick", "snare", "hihat")


def of(audio: np.ndarray, rate: int = RATE) -> np.ndarray:
    found = timbre(audio, rate)
    assert found is not None and found.nbytes == BYTES
    return found


def apart(one: np.ndarray, other: np.ndarray) -> float:
    return float(distances(one, other[None])[0])


@pytest.mark.parametrize("drum", DRUMS)
def test_level_silence_and_encoding_do_not_matter(drum: str) -> None:
    audio = hit(drum, 3)
    late = np.concatenate((np.zeros((700, 2), np.float32), 0.1 * audio))
    coarse = (np.round(audio * 2**15) / 2**15).astype(np.float32)
    assert apart(of(audio), of(late)) < SAME and apart(of(audio), of(coarse)) < SAME


@pytest.mark.parametrize("drum", DRUMS)
def test_another_sample_rate_is_nearer_than_another_sound(drum: str) -> None:
    audio = hit(drum, 3)
    again = of(resampled(audio, RATE, 48000, circular=False, axis=0), 48000)
    assert apart(of(audio), again) < min(apart(of(audio), of(hit(drum, 5))), 0.3)


def test_drums_are_nearest_to_their_own_kind() -> None:
    known = [(drum, of(hit(drum, number))) for drum in DRUMS for number in range(6)]
    for place, (drum, sound) in enumerate(known):
        others = [one for at, one in enumerate(known) if at != place]
        nearest = min(others, key=lambda one: apart(sound, one[1]))
        assert nearest[0] == drum


def test_silence_and_nothing_have_no_timbre() -> None:
    assert timbre(np.zeros((100, 2), np.float32), RATE) is None
    assert timbre(np.zeros((0, 2), np.float32), RATE) is None


@pytest.mark.parametrize("rate", [8000, 22050, 44100, 96000, 192000])
@pytest.mark.parametrize("frames", [1, 5, 100, 3000])
def test_any_rate_and_length_is_a_finite_vector(rate: int, frames: int) -> None:
    assert np.isfinite(of(np.ones((frames, 1), np.float32), rate)).all()


def test_closeness_is_a_score() -> None:
    assert closeness(0.0) == 1.0 and 0.0 < closeness(3.0) < closeness(0.5) < 1.0
