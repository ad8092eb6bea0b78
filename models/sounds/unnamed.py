"""A loop in which no drum is heard: its sounds, without names, at its attacks."""

from dataclasses import replace

import numpy as np

from engine.core.errors import NoOnsets
from engine.core.time_signature import Quarters
from models.hearing.onset_strength import MIN_PEAK, attacks
from models.hearing.tempo import guess_tempi
from models.plugins import Transcription

_NAME = "perc"


def attacks_in(mono: np.ndarray, marked_s: tuple[float, ...]) -> tuple[np.ndarray, np.ndarray]:
    """What `attacks` finds in mono audio (frames,); in sound without any, one attack at the start.

    Raises NoOnsets when the audio is silent.
    """
    try:
        return attacks(mono, True, marked_s)
    except NoOnsets:
        if float(np.abs(mono).max(initial=0.0)) < MIN_PEAK:
            raise
        return np.zeros(1), np.ones((1, 1))


def unnamed(slices: Transcription, length_s: float, beats: Quarters | None) -> Transcription:
    """The slices of a loop as hits of `perc 1`, `perc 2` ..., one for each group of similar ones."""
    onsets = tuple(replace(onset, track=onset.track.replace("slice", f"{_NAME} ")) for onset in slices.onsets)
    return Transcription(onsets, guess_tempi(onsets, length_s, beats))


def is_unnamed(tracks: tuple[str, ...]) -> bool:
    """Whether no track is a drum that was recognised."""
    return all(track.startswith(f"{_NAME} ") for track in tracks)
