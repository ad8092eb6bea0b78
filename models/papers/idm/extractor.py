"""The extractor `idm`: the kit is what the one-shot synthesiser makes, and the velocities are the network's."""

import numpy as np

from engine.core.kit import choke_group_of
from models.papers.idm.listening import Listener
from models.papers.idm.machine import perform
from models.papers.idm.masking import masked
from models.plugins import Audio, ExtractedShot, Extraction, OnProgress, Stems, Transcription, ignore_progress


class IdmExtractor:
    """`idm`: synthesised one-shots, and masked stems. Corrected hits keep their times, and velocities are the
    network's: the onset override.

    weights: a weights.safetensors of `train idm`; empty for the shipped ones.
    """

    name = "idm"

    def __init__(self, weights: str = "") -> None:
        self._listener = Listener(weights)

    def extract(self, audio: Audio, sample_rate: int, stems: Stems, transcription: Transcription,
                report: OnProgress = ignore_progress) -> Extraction:
        """One-shots and stems of audio (channels, frames) by track; `stems` is not used. Raises UsageError for a track
        the network does not know."""
        report(0.0)
        audio = np.asarray(audio, np.float32)
        played = perform(self._listener, audio, sample_rate, transcription)
        shots = {track: ExtractedShot(np.tile(played.shots[track], (audio.shape[0], 1)),
                                      choke_group=choke_group_of(track)) for track in played.tracks}
        own = dict(zip(played.tracks, masked(audio, played.stems), strict=True))
        return Extraction(shots, played.transcription, own)

    def revise(self, audio: Audio, sample_rate: int, stems: Stems, transcription: Transcription,
               report: OnProgress = ignore_progress) -> Extraction:
        """The same: this extractor adds no hit and drops none."""
        return self.extract(audio, sample_rate, stems, transcription, report)
