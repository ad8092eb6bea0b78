"""Small sounds for tests, always the same."""

import numpy as np

from engine.core.loop import Audio
from tests.strategies import LOOPS, SAMPLES


def burst(frames: int, seed: int) -> Audio:
    """Decaying stereo noise, float32 (frames, 2)."""
    noise = np.random.default_rng(seed).standard_normal((frames, 2))
    return (0.3 * noise * np.exp(-5.0 * np.arange(frames) / frames)[:, None]).astype(np.float32)


def impulse(frames: int = 1) -> Audio:
    """A single full sample and then silence, float32 (frames, 2): it counts strokes, to the frame."""
    audio = np.zeros((frames, 2), np.float32)
    audio[0] = 1.0
    return audio


def bank() -> dict[str, Audio]:
    """A sample bank with the sounds that the strategies name."""
    return {name: burst(frames, seed) for seed, (name, frames) in enumerate({**SAMPLES, **LOOPS}.items())}
