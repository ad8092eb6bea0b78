"""From tempo logits and onsets to a sequencer's parameters: the tempo is the likeliest of 141, and onsets become steps
of half a beat by it (Yi & Barthet, NIME 2025, sections 3.1 and 3.2.2).

The paper's loops have eight steps, four beats. A longer loop has eight steps for every four beats here, which is ours.
"""

import numpy as np

from models.papers.tao.network import SLOWEST_BPM
from models.papers.tao.renderer import STEPS_PER_BEAT


def likeliest_bpm(logits: np.ndarray) -> int:
    """The tempo in 60..200 BPM of the largest of logits (141,)."""
    return SLOWEST_BPM + int(np.argmax(logits))


def step_s(bpm: float) -> float:
    """Seconds from one step to the next."""
    return 60.0 / (STEPS_PER_BEAT * bpm)


def beats_in(length_s: float, bpm: float) -> int:
    """The whole number of beats, at least 1, nearest to what `length_s` holds."""
    return max(round(length_s * bpm / 60.0), 1)


def nearest_steps(times_s: np.ndarray, bpm: float) -> np.ndarray:
    """(onsets,) int64: the step nearest to each onset."""
    return np.round(np.asarray(times_s, float) / step_s(bpm)).astype(np.int64)


def step_vector(times_s: np.ndarray, bpm: float, steps: int) -> np.ndarray:
    """(steps,) bool: the steps nearest to the onsets times_s (onsets,). Onsets beyond the last step are left out."""
    vector, nearest = np.zeros(steps, bool), nearest_steps(times_s, bpm)
    vector[nearest[(nearest >= 0) & (nearest < steps)]] = True
    return vector
