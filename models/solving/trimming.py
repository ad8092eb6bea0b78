"""A solved shot made fit to play: from its attack on, without pre-echo, as long as it is heard, faded."""

import numpy as np

from models.plugins import Audio
from models.sounds.one_shots import faded

_RISE = 10 ** (-30 / 20)
_PEAK_WITHIN_S = 0.05
_BEFORE_FRAMES = 8          # the fade in lies ahead of the attack
_EARLIER_S, _LATER_FRAMES = 0.0007, 2
_FADE_OUT_S = 0.02


def trimmed(shot: Audio, sample_rate: int, start: int) -> Audio:
    """The shot (channels, frames) from frame `start` on, as long as it is heard, without clicks."""
    return faded(shot[:, start:], round(_FADE_OUT_S * sample_rate))


def attack_frame(shot: Audio, sample_rate: int) -> int:
    """Where a shot (channels, frames) begins: a moment before it first comes within 30 dB of its early peak."""
    level = np.abs(shot).max(axis=0)
    loud = level > _RISE * level[: round(_PEAK_WITHIN_S * sample_rate)].max(initial=1e-12)
    return max(int(loud.argmax()) - _BEFORE_FRAMES, 0)


def on_ticks(attack: int, starts: np.ndarray, weights: np.ndarray, ticks_per_frame: float, sample_rate: int) -> int:
    """The frame of a shot to play it from, near its attack, so that its hits, which begin at frames `starts`, fall on
    whole ticks: a pattern knows no finer time, and a shot that is a few frames off does not cancel its stem."""
    tries = np.arange(max(attack - round(_EARLIER_S * sample_rate), 0), attack + _LATER_FRAMES + 1)
    ticks = (starts[None] + tries[:, None]) * ticks_per_frame
    off = (np.abs(ticks - np.round(ticks)) / ticks_per_frame) @ (weights / weights.sum())
    return int(tries[np.argmin(off + 0.01 * np.abs(tries - attack))])
