"""Velocities from two sources: the transcriber, and the levels of the stems, which the other drums no longer mask."""

from dataclasses import replace

import numpy as np

from engine.core.loop import Audio
from models.plugins import Onset, Stems, Transcription

_LISTEN_S = 0.06
_SOFTEST = 0.01


def velocities_from(stems: Stems, transcription: Transcription, sample_rate: int) -> Transcription:
    """The same hits with new velocities: (1 - r) times the transcriber's plus r times the level of their stem's first
    60 ms, each drum's loudest at 1. r is the correlation of the two over that drum's hits (`agreement`).

    stems (channels, frames) are circular; a drum without a stem keeps its velocities.
    """
    onsets = list(transcription.onsets)
    for track in transcription.tracks:
        mine = [index for index, onset in enumerate(onsets) if onset.track == track]
        if track not in stems:
            continue
        velocities = np.array([onsets[index].velocity for index in mine])
        levels = np.array([_level(stems[track], onsets[index], sample_rate) for index in mine])
        levels /= max(levels.max(), 1e-9)
        share = agreement(velocities, levels)
        for index, velocity in zip(mine, (1.0 - share) * velocities + share * levels, strict=True):
            onsets[index] = replace(onsets[index], velocity=float(np.clip(velocity, _SOFTEST, 1.0)))
    return replace(transcription, onsets=tuple(onsets))


def agreement(velocities: np.ndarray, levels: np.ndarray) -> float:
    """Pearson's correlation of the two (hits,), at least 0; 1 if either is constant."""
    if np.ptp(velocities) < 1e-6 or np.ptp(levels) < 1e-6:
        return 1.0
    return max(0.0, float(np.corrcoef(velocities, levels)[0, 1]))


def _level(stem: Audio, onset: Onset, sample_rate: int) -> float:
    start = round(onset.time_s * sample_rate)
    places = np.arange(start, start + round(_LISTEN_S * sample_rate))
    return float(np.sqrt(np.square(np.take(stem, places, axis=1, mode="wrap")).mean()))
