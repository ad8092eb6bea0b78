"""The separator and the extractor `idm-heard`: the step past the paper, for kits that were never met."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.core.kit import choke_group_of
from models.papers.idm.heard import analysed
from models.papers.idm.heard_kit import heard_kit, masked_stems
from models.papers.idm.sound_space import SoundSpace, open_spaces
from models.plugins import Audio, ExtractedShot, Extraction, OnProgress, Stems, Transcription, ignore_progress
from models.weights.shipped import shipped


class HeardSeparator:
    """`idm-heard`: stems that add up to the loop. weights: a file of `train idm-sounds`; empty for the shipped one."""

    name = "idm-heard"

    def __init__(self, weights: str = "") -> None:
        self._spaces = opened(weights)

    def separate(self, audio: Audio, sample_rate: int, transcription: Transcription) -> Stems:
        """Stems of audio (channels, frames) by track name."""
        return masked_stems(analysed(np.asarray(audio, np.float32), sample_rate, transcription, self._spaces))


class HeardExtractor:
    """`idm-heard`: each drum's hits, averaged cell by cell, with what was never heard filled in from the embedding.

    weights: a file of `train idm-sounds`; empty for the shipped one.
    """

    name = "idm-heard"

    def __init__(self, weights: str = "") -> None:
        self._spaces = opened(weights)

    def extract(self, audio: Audio, sample_rate: int, stems: Stems, transcription: Transcription,
                report: OnProgress = ignore_progress) -> Extraction:
        """One-shots, stems and velocities of audio (channels, frames) by track; `stems` is not used."""
        report(0.0)
        audio = np.asarray(audio, np.float32)
        analysis = analysed(audio, sample_rate, transcription, self._spaces)
        kit = heard_kit(audio, sample_rate, analysis, report)
        shots = {drum.name: ExtractedShot(kit.shots[drum.name].audio * np.float32(drum.velocities.max()),
                                          choke_group=choke_group_of(drum.name)) for drum in analysis.drums}
        heard = replace(analysis, drums=kit.drums).transcription(transcription)
        length_s = audio.shape[1] / sample_rate
        onsets = (replace(hit, time_s=(hit.time_s - kit.shots[hit.track].earlier_s) % length_s) for hit in heard.onsets)
        return Extraction(shots, replace(heard, onsets=tuple(sorted(onsets, key=lambda hit: (hit.time_s, hit.track)))),
                          kit.stems)

    def revise(self, audio: Audio, sample_rate: int, stems: Stems, transcription: Transcription,
               report: OnProgress = ignore_progress) -> Extraction:
        """The same: this extractor adds no hit and drops none."""
        return self.extract(audio, sample_rate, stems, transcription, report)


def opened(weights: str) -> dict[str, SoundSpace]:
    """The sound spaces of a file, or the shipped ones. Raises WeightsMissing."""
    if weights:
        return open_spaces(Path(weights))
    ours = shipped("idm-sounds")
    return open_spaces(ours.path, ours.sha256)
