"""The transcriber `idm`: the peaks of the onset head, with the velocities of the velocity head.

Ours: the threshold, 0.3, and peaks that are the largest within two STFT frames, timed between them, where the authors'
rise above a local mean; tempo and beats are found as Tao finds them, because the paper says nothing about them.
"""

import numpy as np

from engine.core.errors import NoOnsets
from engine.core.pattern import TRACK_NAMES
from engine.core.time_signature import Quarters
from models.hearing.peak_picking import activation_peaks
from models.hearing.tempo import check_length, guess_tempi
from models.papers.idm.features import HOP_FRAMES, RATE
from models.papers.idm.listening import Listener
from models.plugins import Audio, Onset, Transcription

_THRESHOLD = 0.3
_MIN_PEAK = 10 ** (-70 / 20)
_SOFTEST = 0.01


class Idm:
    """`idm`: six drums. weights: a weights.safetensors of `train idm`; empty for the shipped ones."""

    name = "idm"

    def __init__(self, weights: str = "") -> None:
        self._listener = Listener(weights)

    def transcribe(self, audio: Audio, sample_rate: int, beats: Quarters | None = None,
                   circular: bool = True) -> Transcription:
        """Hits and tempo of audio (channels, frames). Raises NoOnsets on silence and when no hit is found."""
        length_s = audio.shape[1] / sample_rate
        check_length(length_s, beats)
        if float(np.abs(audio).max(initial=0.0)) < _MIN_PEAK:
            raise NoOnsets("The loop is silent, so there is nothing to decompose. Check the input level.")
        heard = self._listener.hear(audio, sample_rate, circular)
        found = activation_peaks(heard.onsets, np.full(len(TRACK_NAMES), _THRESHOLD))
        onsets = [Onset(TRACK_NAMES[drum], float(np.clip(place * HOP_FRAMES / RATE, 0.0, length_s)),
                        float(np.clip(heard.velocities[frame, drum], _SOFTEST, 1.0)), float(min(height, 1.0)))
                  for drum, frame, place, height in zip(found.drums, found.frames, found.places, found.activations,
                                                        strict=True)]
        if not onsets:
            raise NoOnsets("No drum hits were found in the loop. Try another loop, or --transcriber tao.")
        onsets.sort(key=lambda onset: (onset.time_s, onset.track))
        return Transcription(tuple(onsets), guess_tempi(onsets, length_s, beats))
