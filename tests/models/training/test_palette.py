"""One loop's sounds: bent, but the drum they were, and where they were."""

import numpy as np
import pytest

from models.training.synthesis.bank import RATE, Bank, Sounds
from models.training.synthesis.palette import Palette, Shape, bent, draw_shape, peak_filter, shelf_filter

PLAIN = Shape(1.0, 0.0, 0, np.zeros((0, 5)), 0.0)


@pytest.fixture
def sine() -> np.ndarray:
    return np.sin(2 * np.pi * 1000 * np.arange(RATE // 2) / RATE).astype(np.float32)


def strongest_hz(audio: np.ndarray) -> float:
    return float(np.abs(np.fft.rfft(audio * np.hanning(len(audio)))).argmax() * RATE / len(audio))


def test_a_plain_shape_changes_nothing(sine: np.ndarray) -> None:
    assert np.allclose(bent(sine, PLAIN), sine / np.abs(sine).max(), atol=1e-6)


@pytest.mark.parametrize("ratio", [0.5, 0.9, 1.5, 2.0])
def test_a_ratio_moves_pitch_and_length(sine: np.ndarray, ratio: float) -> None:
    out = bent(sine, Shape(ratio, 0.0, 0, np.zeros((0, 5)), 0.0))
    assert strongest_hz(out) == pytest.approx(1000 * ratio, rel=0.01)
    assert len(out) == pytest.approx(len(sine) / ratio, abs=1)


def test_a_decay_ends_a_sound_sooner(sine: np.ndarray) -> None:
    out = bent(sine, Shape(1.0, 0.05 * RATE, 0, np.zeros((0, 5)), 0.0))
    later = np.abs(out[round(0.1 * RATE) : round(0.102 * RATE)]).max()
    assert later == pytest.approx(np.exp(-2), rel=0.1)


@pytest.mark.parametrize(("section", "hz"), [(peak_filter(1000.0, 9.0, 1.0), 1000), (shelf_filter(400.0, 9.0), 9000)])
def test_filters_raise_what_they_say(section: list[float], hz: int) -> None:
    at_s = np.arange(RATE) / RATE
    both = (np.sin(2 * np.pi * 40 * at_s) + np.sin(2 * np.pi * hz * at_s)).astype(np.float32)
    spectrum = np.abs(np.fft.rfft(bent(both, Shape(1.0, 0.0, 0, np.array([section]), 0.0))))
    assert 20 * np.log10(spectrum[hz] / spectrum[40]) == pytest.approx(9.0, abs=0.5)


def test_random_shapes_stay_finite_at_peak_one(rng: np.random.Generator, sine: np.ndarray) -> None:
    for drum in range(7):
        for _ in range(20):
            out = bent(sine, draw_shape(rng, drum, 1.0))
            assert np.isfinite(out).all()
            assert np.abs(out).max() == pytest.approx(1.0, abs=1e-4)


def test_a_voice_stays_the_same_throughout_a_loop(sounds: Sounds) -> None:
    palette, again = (Palette(Bank(sounds), np.random.default_rng(1)) for _ in range(2))
    assert palette.voice(1, 0) is palette.voice(1, 0)
    assert palette.voice(1, 0) is not palette.voice(1, 1)
    assert all(np.array_equal(one, other) for one, other in zip(palette.voice(1, 0).layers, again.voice(1, 0).layers,
                                                                strict=True))
