"""The extractor `least-disturbed`: one hit per drum, cut from its stem or the loop, up to the drum's next hit."""

from dataclasses import dataclass

import numpy as np

from engine.core.errors import NoOnsets
from engine.core.kit import choke_group_of
from models.plugins import Audio, ExtractedShot, Extraction, OnProgress, Onset, Stems, Transcription, ignore_progress

_TOGETHER_S = 0.03
_LONGEST_S = 2.0
_SHORTEST_S = 0.03
_FADE_IN_FRAMES = 8
_FADE_OUT_S = 0.02
_QUIET = 10 ** (-60 / 20)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A hit and how isolated it is: alone_s, until the next hit of any drum; gap_s, until the next of its own; company,
    the largest velocity of other drums' hits that coincide with it, 0 without any."""

    index: int
    onset: Onset
    alone_s: float
    gap_s: float
    company: float

    @property
    def merit(self) -> float:
        """Larger is better: alone for long, loud, not coinciding with other drums."""
        return float(np.log(min(self.alone_s, 0.5)) + 0.7 * np.log(self.onset.velocity) - 1.5 * self.company
                     + 0.3 * self.onset.confidence)


class LeastDisturbed:
    """`least-disturbed`: each drum's most isolated loud hit, taken from its stem, cut before the drum's next hit, faded
    at both ends."""

    name = "least-disturbed"

    def extract(self, audio: Audio, sample_rate: int, stems: Stems, transcription: Transcription,
                report: OnProgress = ignore_progress) -> Extraction:
        """One-shots by track; hits and stems as given. A drum without a stem is cut from audio (channels, frames)."""
        length_s = audio.shape[1] / sample_rate
        shots = {}
        for track in transcription.tracks:
            best = least_disturbed(transcription, track, length_s)
            source = stems.get(track, audio)
            cut = cut_circular(source, round(best.onset.time_s * sample_rate),
                               round(min(best.gap_s, _LONGEST_S) * sample_rate))
            cut = faded(cut, round(_FADE_OUT_S * sample_rate))
            shots[track] = ExtractedShot(cut / best.onset.velocity, choke_group=choke_group_of(track), onset=best.index)
        return Extraction(shots, transcription, stems)

    def revise(self, audio: Audio, sample_rate: int, stems: Stems, transcription: Transcription,
               report: OnProgress = ignore_progress) -> Extraction:
        """The same: this extractor never changes the hits."""
        return self.extract(audio, sample_rate, stems, transcription, report)


def candidates(transcription: Transcription, track: str, length_s: float) -> list[Candidate]:
    """All hits of a drum with their surroundings, across the loop's end. Raises NoOnsets when it has none."""
    own = transcription.of(track)
    if not own:
        raise NoOnsets(f"No {track} was found, so there is no {track} to cut out.")
    found = []
    for index, onset in enumerate(own):
        apart = [((other.time_s - onset.time_s) % length_s, other) for other in transcription.onsets
                 if other is not onset]
        company = [other.velocity for gap, other in apart
                   if other.track != track and min(gap, length_s - gap) < _TOGETHER_S]
        later = [gap for gap, _ in apart if gap >= _TOGETHER_S]
        again = [gap for gap, other in apart if other.track == track and gap >= _SHORTEST_S]
        found.append(Candidate(index, onset, min(later, default=length_s), min(again, default=length_s),
                               max(company, default=0.0)))
    return found


def least_disturbed(transcription: Transcription, track: str, length_s: float) -> Candidate:
    """The hit of a drum with the largest merit; the first of equals."""
    return max(candidates(transcription, track, length_s), key=lambda candidate: candidate.merit)


def cut_circular(audio: Audio, start: int, frames: int) -> Audio:
    """`frames` of circular audio (channels, any) from `start` on; at most as many as it has."""
    frames = max(min(frames, audio.shape[1]), 1)
    return np.take(audio, np.arange(start, start + frames), axis=1, mode="wrap").astype(np.float32)


def faded(shot: Audio, fade_frames: int) -> Audio:
    """The shot (channels, frames) without its inaudible end (60 dB below its peak), faded in over eight frames and out
    over `fade_frames`."""
    level = np.abs(shot).max(axis=0)
    loud = np.nonzero(level > _QUIET * float(level.max()))[0]
    shot = shot[:, : int(loud[-1]) + 1 if len(loud) else 1].copy()
    rise = min(_FADE_IN_FRAMES, shot.shape[1])
    fall = min(fade_frames, shot.shape[1] // 2)
    shot[:, :rise] *= (np.arange(rise) + 1) / (rise + 1)
    if fall:
        shot[:, -fall:] *= 0.5 + 0.5 * np.cos(np.pi * (np.arange(fall) + 1) / fall)
    return shot
