"""The transcriber `tao`: an ensemble of networks, a classifier that weighs the whole loop, and the tempo of its
hits."""

from pathlib import Path

import numpy as np

from engine.core.errors import NoOnsets
from engine.core.pattern import TRACK_NAMES
from engine.core.time_signature import Quarters
from models.hearing.ensemble import Ensemble, open_ensemble
from models.hearing.hit_classifier import METADATA_KEY, HitClassifier, Hits
from models.hearing.monaural import monaural
from models.hearing.spectrogram import STFT_FRAMES_PER_S
from models.hearing.tempo import guess_tempi
from models.plugins import Audio, Curves, Onset, Transcription
from models.weights.shipped import shipped

_MIN_PEAK = 10 ** (-70 / 20)


class Tao:
    """`tao`: six drums, velocities, times between the STFT frames, calibrated confidences.

    weights: a weights.safetensors of a training run; empty for the shipped ones. Raises WeightsMissing.
    """

    name = "tao"

    def __init__(self, weights: str = "") -> None:
        if weights:
            self._ensemble, metadata = open_ensemble(Path(weights))
        else:
            ours = shipped("tao")
            self._ensemble, metadata = open_ensemble(ours.path, ours.sha256)
        self._classifier = HitClassifier.from_metadata(metadata.get(METADATA_KEY))

    @property
    def ensemble(self) -> Ensemble:
        """The networks."""
        return self._ensemble

    def transcribe(self, audio: Audio, sample_rate: int, beats: Quarters | None = None,
                   circular: bool = True) -> Transcription:
        """Hits and tempo of audio (channels, frames). Raises NoOnsets on silence and when no hit is found."""
        mono = monaural(audio)
        if float(np.abs(mono).max(initial=0.0)) < _MIN_PEAK:
            raise NoOnsets("The loop is silent, so there is nothing to decompose. Check the input level.")
        activations = self._ensemble.activations(mono, sample_rate, circular)
        hits = self._classifier.hits(activations)
        if not len(hits.drums):
            raise NoOnsets("No drum hits were found in the loop. Try another loop, or --transcriber onset-strength.")
        length_s = len(mono) / sample_rate
        onsets = as_onsets(hits)
        curves = Curves(TRACK_NAMES, activations.logits, -activations.first / STFT_FRAMES_PER_S, STFT_FRAMES_PER_S)
        return Transcription(onsets, guess_tempi(onsets, length_s, beats), curves=curves)


def as_onsets(hits: Hits) -> tuple[Onset, ...]:
    """The hits as Onsets, by time."""
    found = [Onset(TRACK_NAMES[drum], float(time_s), float(velocity), float(confidence))
             for drum, time_s, velocity, confidence in zip(hits.drums, hits.times_s, hits.velocities,
                                                           hits.confidences, strict=True)]
    return tuple(sorted(found, key=lambda onset: (onset.time_s, onset.track)))
