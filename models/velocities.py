"""How hard each hit was struck, read off the stems: there the other drums no longer count."""

from dataclasses import replace

import numpy as np

from models.plugins import Stems, Transcription

_LISTEN_S = 0.06


def velocities_from(stems: Stems, heard: Transcription, sample_rate: int) -> Transcription:
    """The same hits with velocities in proportion to the level of their stem's first 60 ms, each drum's
    loudest at 1. stems (channels, frames), whose end meets the start; a drum without a stem keeps its own."""
    levels = []
    for onset in heard.onsets:
        stem = stems.get(onset.track)
        if stem is None:
            levels.append(onset.velocity)
            continue
        start = round(onset.time_s * sample_rate)
        places = np.arange(start, start + round(_LISTEN_S * sample_rate))
        levels.append(float(np.sqrt(np.square(np.take(stem, places, axis=1, mode="wrap")).mean())))
    loudest: dict[str, float] = {}
    for onset, level in zip(heard.onsets, levels, strict=True):
        loudest[onset.track] = max(loudest.get(onset.track, 1e-9), level if onset.track in stems else 1.0)
    onsets = tuple(replace(onset, velocity=min(1.0, max(0.01, level / loudest[onset.track])))
                   for onset, level in zip(heard.onsets, levels, strict=True))
    return replace(heard, onsets=onsets)
