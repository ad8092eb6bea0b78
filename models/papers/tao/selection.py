"""The extractor `paper`: of all hits of a drum, the one-shot that best re-renders the drum's stem, as published (Yi &
Barthet, NIME 2025, section 3.2.3). `select.py` has the same idea with velocities, free times and circular loops.
"""

from dataclasses import replace

import numpy as np
import torch
import torchaudio
from torch import Tensor

from engine.core.kit import choke_group_of
from engine.core.timeline import PPQN
from engine.library.resampling import resampled
from models.hearing.quantize import best_grid
from models.papers.tao.features import RATE
from models.papers.tao.renderer import Renderer
from models.papers.tao.synthesis import SHOT_FRAMES
from models.plugins import Audio, ExtractedShot, Extraction, OnProgress, Onset, Stems, Transcription, ignore_progress
from models.sounds.one_shots import faded

_COEFFICIENTS = 13
_MEL = {"n_fft": 1024, "hop_length": 256, "n_mels": 40}
_FADE_OUT_S = 0.02
_TIMING_S = 0.012
_ROWS = 16  # candidates that are rendered at once


class PaperSelection:
    """`paper`: hits moved to their steps, all at velocity 1; and for each drum the second of its stem, from one of its
    steps, that re-renders the stem best when played at all of them, by the cosine of MFCCs."""

    name = "paper"

    def extract(self, audio: Audio, sample_rate: int, stems: Stems, transcription: Transcription,
                report: OnProgress = ignore_progress) -> Extraction:
        """One-shots by track and the quantised hits; stems as given. A drum without a stem is cut from audio."""
        quantised = on_steps(transcription, audio.shape[1] / sample_rate)
        return Extraction(_selected(audio, sample_rate, stems, quantised, report), quantised, stems)

    def revise(self, audio: Audio, sample_rate: int, stems: Stems, transcription: Transcription,
               report: OnProgress = ignore_progress) -> Extraction:
        """The same for hits that the user has corrected, which stay as they are."""
        return Extraction(_selected(audio, sample_rate, stems, transcription, report), transcription, stems)


def on_steps(transcription: Transcription, length_s: float) -> Transcription:
    """The hits on the steps of their tempo, at velocity 1, one per drum and step.

    Hits of the transcriber `paper` lie on steps of half a beat already; those of others go to the steps that fit them.
    A hit that is nearest to the end of the loop belongs to its first step.
    """
    tempo, hits = transcription.tempo, transcription.onsets
    ticks_per_s = tempo.bpm / 60.0 * PPQN
    ticks = np.array([hit.time_s for hit in hits]) * ticks_per_s
    grid = best_grid(ticks, np.ones(len(hits)), [hit.track for hit in hits], max(round(tempo.beats), 1),
                     _TIMING_S * ticks_per_s)
    times_s = grid.line_ticks(grid.slots(ticks)) / ticks_per_s
    moved: dict[tuple[str, int], Onset] = {}
    for hit, time_s in zip(hits, times_s, strict=True):
        time_s = float(time_s) if 0.0 <= time_s < length_s - 1e-6 else 0.0
        at = hit.track, round(time_s * RATE)
        if at not in moved or moved[at].confidence < hit.confidence:
            moved[at] = replace(hit, time_s=time_s, velocity=1.0)
    return replace(transcription, onsets=tuple(sorted(moved.values(), key=lambda hit: (hit.time_s, hit.track))))


def _selected(audio: Audio, sample_rate: int, stems: Stems, transcription: Transcription,
              report: OnProgress) -> dict[str, ExtractedShot]:
    shots = {}
    for done, track in enumerate(transcription.tracks):
        report(done / len(transcription.tracks))
        stem, hits = stems.get(track, audio), transcription.of(track)
        best = int(np.argmax(similarities(stem, sample_rate, [hit.time_s for hit in hits])))
        start = round(hits[best].time_s * sample_rate)
        cut = np.asarray(stem[:, start : start + round(SHOT_FRAMES / RATE * sample_rate)], np.float32)
        shots[track] = ExtractedShot(faded(cut, round(_FADE_OUT_S * sample_rate)), choke_group=choke_group_of(track),
                                     onset=best)
    return shots


def similarities(stem: Audio, sample_rate: int, times_s: list[float]) -> np.ndarray:
    """(hits,) -1..1: the cosine of the MFCCs of stem (channels, frames) and of its rendering with each candidate.

    Candidate i is stem[onset_i : onset_i + 16000] of the mono mix at 16 kHz, zero-padded at the end; it plays, at
    velocity 1, at all onsets.
    """
    mono = torch.from_numpy(np.ascontiguousarray(
        resampled(stem.mean(axis=0, keepdims=True), sample_rate, RATE, circular=False)[0], np.float32))
    starts = [min(round(time_s * RATE), len(mono) - 1) for time_s in times_s]
    candidates = candidates_of(mono, starts)
    renderer = Renderer(RATE, len(mono))
    train = renderer.impulses(torch.tensor(starts, dtype=torch.float32), torch.ones(len(starts)))
    timbre = torchaudio.transforms.MFCC(RATE, n_mfcc=_COEFFICIENTS, melkwargs=_MEL)
    wanted = timbre(mono).flatten()
    found = [torch.cosine_similarity(timbre(renderer.convolved(train, some)).flatten(start_dim=1), wanted[None], dim=1)
             for some in candidates.split(_ROWS)]
    return torch.cat(found).numpy()


def candidates_of(stem: Tensor, starts: list[int]) -> Tensor:
    """(hits, 16000): one second of stem (frames,) from each start; zeros beyond its end."""
    padded = torch.nn.functional.pad(stem, (0, SHOT_FRAMES))
    return torch.stack([padded[start : start + SHOT_FRAMES] for start in starts])
