"""The simplest extractor that is any use: each drum's one-shot is its loudest hit, cut from its stem."""

import numpy as np

from models.plugins import Audio, ExtractedShot, Extraction, OnProgress, Stems, Transcription, ignore_progress

LONGEST_S, FADE_S = 0.5, 0.01


class LoudestHit:
    """`loudest-hit`."""

    name = "loudest-hit"

    def extract(self, audio: Audio, sample_rate: int, stems: Stems, transcription: Transcription,
                report: OnProgress = ignore_progress) -> Extraction:
        """Cut one hit a drum. Hits and stems stay as they are."""
        shots = {}
        for number, track in enumerate(transcription.tracks):
            hits = transcription.of(track)
            loudest = max(range(len(hits)), key=lambda index: hits[index].velocity)
            start = round(hits[loudest].time_s * sample_rate)
            cut = self._cut(stems.get(track, audio), start, sample_rate)
            shots[track] = ExtractedShot(cut / hits[loudest].velocity, onset=loudest)
            report((number + 1) / len(transcription.tracks))
        return Extraction(shots, transcription, stems)

    def revise(self, audio: Audio, sample_rate: int, stems: Stems, transcription: Transcription,
               report: OnProgress = ignore_progress) -> Extraction:
        """The user corrected the hits: cut again from those."""
        return self.extract(audio, sample_rate, stems, transcription, report)

    @staticmethod
    def _cut(source: Audio, start: int, sample_rate: int) -> Audio:
        """Half a second of source (channels, frames) from `start`, faded out. A loop's end meets its start."""
        frames = min(round(LONGEST_S * sample_rate), source.shape[1])
        cut = np.take(source, np.arange(start, start + frames), axis=1, mode="wrap").astype(np.float32)
        fade = min(round(FADE_S * sample_rate), frames)
        cut[:, frames - fade:] *= np.linspace(1.0, 0.0, fade, dtype=np.float32)
        return cut
