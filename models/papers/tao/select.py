"""The extractor `select`: of all hits of a drum, the one that best re-renders the drum's stem.

The paper's selection, used as Tao would use it: hits as transcribed, with velocities, on a circular loop.
`selection.py` is the method as published.
"""

import numpy as np
import torch
import torchaudio

from engine.core.kit import choke_group_of
from engine.library.resampling import resampled
from models.papers.tao.renderer import Renderer
from models.plugins import Audio, ExtractedShot, Extraction, OnProgress, Onset, Stems, Transcription, ignore_progress
from models.sounds.one_shots import cut_circular, faded

LISTEN_RATE = 16000
SLICE_FRAMES = 16000  # N of the paper: one second
_FADE_OUT_S = 0.02


class Select:
    """`select`: each drum's hit whose one-second slice, played at all of the drum's onsets, is most similar to the stem
    by the cosine of their MFCCs (after Yi & Barthet, NIME 2025, section 3.2.3; README.md lists what differs)."""

    name = "select"

    def extract(self, audio: Audio, sample_rate: int, stems: Stems, transcription: Transcription,
                report: OnProgress = ignore_progress) -> Extraction:
        """One-shots by track; hits and stems as given. A drum without a stem is cut from audio (channels, frames)."""
        shots = {}
        for done, track in enumerate(transcription.tracks):
            report(done / len(transcription.tracks))
            source, hits = stems.get(track, audio), transcription.of(track)
            best = int(np.argmax(similarities(source, sample_rate, hits)))
            start = round(hits[best].time_s * sample_rate)
            cut = faded(cut_circular(source, start, round(SLICE_FRAMES / LISTEN_RATE * sample_rate)),
                        round(_FADE_OUT_S * sample_rate))
            shots[track] = ExtractedShot(cut / hits[best].velocity, choke_group=choke_group_of(track), onset=best)
        return Extraction(shots, transcription, stems)

    def revise(self, audio: Audio, sample_rate: int, stems: Stems, transcription: Transcription,
               report: OnProgress = ignore_progress) -> Extraction:
        """The same: this extractor never changes the hits."""
        return self.extract(audio, sample_rate, stems, transcription, report)


def similarities(stem: Audio, sample_rate: int, hits: tuple[Onset, ...]) -> np.ndarray:
    """(hits,) -1..1: the cosine between the MFCCs (13 coefficients, all STFT frames) of stem (channels, frames) and of
    its rendering from each hit's slice."""
    mono = resampled(stem.mean(axis=0, keepdims=True), sample_rate, LISTEN_RATE)[0]
    starts = [round(onset.time_s * LISTEN_RATE) % len(mono) for onset in hits]
    velocities = torch.tensor([onset.velocity for onset in hits], dtype=torch.float32)
    renderer = Renderer(LISTEN_RATE, len(mono), circular=True)
    train = renderer.impulses(torch.tensor(starts, dtype=torch.float64), velocities)
    timbre = torchaudio.transforms.MFCC(LISTEN_RATE, n_mfcc=13,
                                        melkwargs={"n_fft": 1024, "hop_length": 256, "n_mels": 40})
    wanted = timbre(torch.from_numpy(np.ascontiguousarray(mono))).flatten()
    found = []
    for start, velocity in zip(starts, velocities, strict=True):
        cut = torch.from_numpy(cut_circular(mono[None], start, SLICE_FRAMES)[0]) / velocity
        rendering = timbre(renderer.convolved(train, cut)).flatten()
        found.append(torch.cosine_similarity(wanted, rendering, dim=0).item())
    return np.array(found)
