"""How hard each hit was struck: heard by the network, and read off the stems, where the other drums no longer count."""

from dataclasses import replace

import numpy as np

from engine.core.loop import Audio
from models.plugins import Onset, Stems, Transcription

_LISTEN_S = 0.06
_SOFTEST = 0.01


def velocities_from(stems: Stems, heard: Transcription, sample_rate: int) -> Transcription:
    """The same hits with velocities between what was heard and the level of their stem's first 60 ms, each drum's
    loudest at 1: as near to the level as the two agree over that drum's hits, by Pearson's correlation.

    stems (channels, frames), whose end meets the start; a drum without a stem keeps its own.
    """
    onsets = list(heard.onsets)
    for track in heard.tracks:
        mine = [index for index, onset in enumerate(onsets) if onset.track == track]
        if track not in stems:
            continue
        told = np.array([onsets[index].velocity for index in mine])
        levels = np.array([_level(stems[track], onsets[index], sample_rate) for index in mine])
        levels /= max(levels.max(), 1e-9)
        share = agreement(told, levels)
        for index, velocity in zip(mine, (1.0 - share) * told + share * levels, strict=True):
            onsets[index] = replace(onsets[index], velocity=float(np.clip(velocity, _SOFTEST, 1.0)))
    return replace(heard, onsets=tuple(onsets))


def agreement(told: np.ndarray, levels: np.ndarray) -> float:
    """Pearson's correlation where it is above 0; 1 where what was told does not vary, for then it tells nothing."""
    if np.ptp(told) < 1e-6 or np.ptp(levels) < 1e-6:
        return 1.0
    return max(0.0, float(np.corrcoef(told, levels)[0, 1]))


def _level(stem: Audio, onset: Onset, sample_rate: int) -> float:
    start = round(onset.time_s * sample_rate)
    places = np.arange(start, start + round(_LISTEN_S * sample_rate))
    return float(np.sqrt(np.square(np.take(stem, places, axis=1, mode="wrap")).mean()))
