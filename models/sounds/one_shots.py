"""One hit per drum, cut from the loop: the least disturbed one, up to where it is disturbed."""

from dataclasses import dataclass

import numpy as np

from engine.core.errors import NoOnsets
from engine.core.kit import choke_group_of
from models.plugins import Audio, ExtractedShot, Extraction, Onset, Stems, Told, Transcription, untold

_TOGETHER_S = 0.03
_LONGEST_S = 2.0
_SHORTEST_S = 0.03
_FADE_IN_FRAMES = 8
_FADE_OUT_S = 0.02
_QUIET = 10 ** (-60 / 20)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A hit and how alone it is: alone_s until any other drum is struck, gap_s until its own drum is,
    company: the loudest velocity of other drums struck with it, 0 when none is."""

    index: int
    onset: Onset
    alone_s: float
    gap_s: float
    company: float

    @property
    def merit(self) -> float:
        """More is better: long alone, loud, without company."""
        return float(np.log(min(self.alone_s, 0.5)) + 0.7 * np.log(self.onset.velocity) - 1.5 * self.company
                     + 0.3 * self.onset.confidence)


class LeastDisturbed:
    """`least-disturbed`: each drum's most solitary loud hit, taken from its stem, cut before its drum sounds
    again, faded at both ends."""

    name = "least-disturbed"

    def extract(self, audio: Audio, sample_rate: int, stems: Stems, transcription: Transcription,
                report: Told = untold) -> Extraction:
        """Shots by track, hits and stems as given. audio (channels, frames) is used for a drum that has no stem."""
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
               report: Told = untold) -> Extraction:
        """The same: hits are never doubted here."""
        return self.extract(audio, sample_rate, stems, transcription, report)


def candidates(transcription: Transcription, track: str, length_s: float) -> list[Candidate]:
    """All hits of a drum with what surrounds them, round the loop's end. Raises NoOnsets when it has none."""
    own = transcription.of(track)
    if not own:
        raise NoOnsets(f"No {track} was heard, so there is no {track} to cut out.")
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
    """The hit of a drum with the highest merit; the first of equals."""
    return max(candidates(transcription, track, length_s), key=lambda candidate: candidate.merit)


def cut_circular(audio: Audio, start: int, frames: int) -> Audio:
    """`frames` of audio (channels, any) from `start` on, round the end; never more than it holds."""
    frames = max(min(frames, audio.shape[1]), 1)
    return np.take(audio, np.arange(start, start + frames), axis=1, mode="wrap").astype(np.float32)


def faded(shot: Audio, fade_frames: int) -> Audio:
    """The shot (channels, frames) without clicks: eight frames in, `fade_frames` out, its inaudible end
    (60 dB under its peak) dropped."""
    level = np.abs(shot).max(axis=0)
    loud = np.nonzero(level > _QUIET * float(level.max()))[0]
    shot = shot[:, : int(loud[-1]) + 1 if len(loud) else 1].copy()
    rise = min(_FADE_IN_FRAMES, shot.shape[1])
    fall = min(fade_frames, shot.shape[1] // 2)
    shot[:, :rise] *= (np.arange(rise) + 1) / (rise + 1)
    if fall:
        shot[:, -fall:] *= 0.5 + 0.5 * np.cos(np.pi * (np.arange(fall) + 1) / fall)
    return shot
