"""The first stage: the loop cut at its attacks, similar slices grouped on one track. It names no drums."""

from dataclasses import replace

import numpy as np

from engine.core.loop import NO_HINTS, Hints
from engine.core.pattern import MAX_STEPS, MAX_TRACKS
from engine.core.time_signature import Quarters, whole_or_half
from models.hearing.tempo import guess_tempi
from models.plugins import Audio, ExtractedShot, Onset, TempoGuess, Transcription
from models.sounds.one_shots import cut_circular, faded

_ALIKE = 0.12  # squared Hellinger distance up to which two rises are one sound
_FADE_OUT_S = 0.005


def sliced(audio: Audio, sample_rate: int, times_s: np.ndarray, rises: np.ndarray,
           beats: Quarters | None, hints: Hints = NO_HINTS) -> tuple[Transcription, dict[str, ExtractedShot]]:
    """Hits on the tracks "slice1" to at most "slice8", and a slice for each track.

    audio (channels, frames); times_s (onsets,) ascending; rises (onsets, bands). A slice lasts until the next onset of
    any track; the loudest of a group is used. The whole recording is counted, for it is not cut yet.
    """
    groups = grouped(rises)
    energy = np.sqrt((rises**2).sum(axis=1)) + 1e-12
    loudest = {int(group): float(energy[groups == group].max()) for group in np.unique(groups)}
    found = tuple(Onset(f"slice{group + 1}", float(time_s), float(min(1.0, max(0.01, loud / loudest[int(group)]))))
                  for time_s, group, loud in zip(times_s, groups, energy, strict=True))
    length_s = audio.shape[1] / sample_rate
    shots = {}
    for group in sorted(loudest):
        index = int(np.argmax(np.where(groups == group, energy, 0.0)))
        following = (times_s[(index + 1) % len(times_s)] - times_s[index]) % length_s or length_s
        cut = cut_circular(audio, round(times_s[index] * sample_rate), round(following * sample_rate))
        shots[f"slice{group + 1}"] = ExtractedShot(faded(cut, round(_FADE_OUT_S * sample_rate)), onset=index)
    return Transcription(found, _whole(guess_tempi(found, length_s, beats, hints=hints), length_s)), shots


def _whole(guesses: tuple[TempoGuess, ...], length_s: float) -> tuple[TempoGuess, ...]:
    """The best guess as the nearest number of half beats that fills the recording; of beats, where a pattern has no
    steps for halves."""
    beats = max(1.0, round(2 * length_s * guesses[0].bpm / 60.0) / 2)
    beats = float(round(beats)) if 2 * beats > MAX_STEPS else beats
    return (replace(guesses[0], bpm=60.0 * beats / length_s, beats=whole_or_half(beats), start_s=0.0),)


def grouped(rises: np.ndarray) -> np.ndarray:
    """(onsets,) int64 group of each onset, numbered by first onset, at most eight groups.

    Average-linkage clustering by Hellinger distance of the spectra (bands,) normalised to sum 1.
    """
    roots = np.sqrt(rises / (rises.sum(axis=1, keepdims=True) + 1e-12))
    members = [[index] for index in range(len(rises))]
    while len(members) > 1:
        means = np.array([roots[group].mean(axis=0) for group in members])
        apart = ((means[:, None] - means[None]) ** 2).sum(axis=-1) / 2
        np.fill_diagonal(apart, np.inf)
        one, other = sorted(int(index) for index in np.unravel_index(int(apart.argmin()), apart.shape))
        if apart[one, other] > _ALIKE and len(members) <= MAX_TRACKS:
            break
        members[one] += members.pop(other)
    groups = np.zeros(len(rises), np.int64)
    for number, group in enumerate(sorted(members, key=min)):
        groups[group] = number
    return groups
