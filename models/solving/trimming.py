"""A solved shot made fit to play: from its attack on, without pre-echo, as long as it is heard, faded."""

import numpy as np

from models.one_shots import faded
from models.plugins import Audio

_RISE = 10 ** (-25 / 20)
_BEFORE_S = 0.0005
_FADE_OUT_S = 0.02


def trimmed(shot: Audio, sample_rate: int) -> Audio:
    """The shot (channels, frames) from just before its level first comes within 25 dB of its attack's."""
    return faded(shot[:, attack_frame(shot, sample_rate):], round(_FADE_OUT_S * sample_rate))


def attack_frame(shot: Audio, sample_rate: int) -> int:
    """Where the shot begins: just before the first millisecond within 25 dB of the loudest early one."""
    millisecond = max(round(0.001 * sample_rate), 1)
    level = np.sqrt(np.convolve(np.square(shot).sum(axis=0), np.ones(millisecond) / millisecond)[: shot.shape[1]])
    loud = level > _RISE * level[: round(0.05 * sample_rate)].max(initial=1e-12)
    return max(int(loud.argmax()) - round(_BEFORE_S * sample_rate) - millisecond // 2, 0)
