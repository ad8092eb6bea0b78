"""The transcriber `tao`: networks that listen, a judge that weighs the whole loop, and the tempo from both."""

from pathlib import Path

import numpy as np

from engine.core.errors import NoOnsets
from engine.core.pattern import TRACK_NAMES
from models.hearing.ensemble import Ears, open_ears
from models.hearing.judge import Judge, Verdicts
from models.hearing.tempo import guess_tempi
from models.plugins import Audio, Onset, Transcription
from models.weights.shipped import shipped

_MIN_PEAK = 10 ** (-70 / 20)


class Tao:
    """`tao`: six drums, velocities, times between the STFT frames, confidences that mean what they say.

    weights: a weights.safetensors of a training run; the shipped ones when empty. Raises WeightsMissing.
    """

    name = "tao"

    def __init__(self, weights: str = "") -> None:
        if weights:
            self._ears, told = open_ears(Path(weights))
        else:
            ours = shipped("tao")
            self._ears, told = open_ears(ours.path, ours.sha256)
        self._judge = Judge.told(told.get("judge"))

    @property
    def ears(self) -> Ears:
        """The networks."""
        return self._ears

    def transcribe(self, audio: Audio, sample_rate: int, beats: int | None = None,
                   circular: bool = True) -> Transcription:
        """Hits and tempo of audio (channels, frames). Raises NoOnsets on silence and where no drum is heard."""
        mono = np.asarray(audio, np.float32).mean(axis=0)
        if float(np.abs(mono).max(initial=0.0)) < _MIN_PEAK:
            raise NoOnsets("The loop is silent: there is nothing to take apart. Check the input's level.")
        verdicts = self._judge.verdicts(self._ears.curves(mono, sample_rate, circular))
        if not len(verdicts.drums):
            raise NoOnsets("No drum hit was heard in the loop. Try another loop, or --transcriber onset-strength.")
        length_s = len(mono) / sample_rate
        heard = as_onsets(verdicts)
        return Transcription(heard, guess_tempi(heard, length_s, beats))


def as_onsets(verdicts: Verdicts) -> tuple[Onset, ...]:
    """The believed hits by time."""
    found = [Onset(TRACK_NAMES[drum], float(time_s), float(velocity), float(confidence))
             for drum, time_s, velocity, confidence in zip(verdicts.drums, verdicts.times_s, verdicts.velocities,
                                                           verdicts.confidences, strict=True)]
    return tuple(sorted(found, key=lambda onset: (onset.time_s, onset.track)))
