"""A solved one-shot made playable: cut to its attack and to what is audible, faded, and placed on whole ticks."""

import numpy as np

from models.plugins import Audio
from models.sounds.one_shots import faded

_RISE = 10 ** (-30 / 20)
_PEAK_WITHIN_S = 0.05
_BEFORE_FRAMES = 8          # room for the fade-in, ahead of the attack
_EARLIER_S, _LATER_FRAMES = 0.0007, 2
_FADE_OUT_S = 0.02


def trimmed(shot: Audio, sample_rate: int, start: int) -> Audio:
    """The shot (channels, frames) from frame `start` to its last audible one, faded at both ends."""
    return faded(shot[:, start:], round(_FADE_OUT_S * sample_rate))


def first_loud_frame(shot: Audio, sample_rate: int) -> int:
    """Eight frames before shot (channels, frames) first comes within 30 dB of the peak of its first 50 ms."""
    level = np.abs(shot).max(axis=0)
    loud = level > _RISE * level[: round(_PEAK_WITHIN_S * sample_rate)].max(initial=1e-12)
    return max(int(loud.argmax()) - _BEFORE_FRAMES, 0)


def on_ticks(attack: int, starts: np.ndarray, weights: np.ndarray, ticks_per_frame: float, sample_rate: int) -> int:
    """The frame near `attack` from which to play a shot so that its hits fall on whole ticks as closely as possible.

    starts (hits,): where the untrimmed shot begins, in frames; weights (hits,): how much each hit counts. A pattern has
    no finer time than ticks, and a shot that is a few frames off does not cancel against its stem.
    """
    tries = np.arange(max(attack - round(_EARLIER_S * sample_rate), 0), attack + _LATER_FRAMES + 1)
    ticks = (starts[None] + tries[:, None]) * ticks_per_frame
    off = (np.abs(ticks - np.round(ticks)) / ticks_per_frame) @ (weights / weights.sum())
    return int(tries[np.argmin(off + 0.01 * np.abs(tries - attack))])
