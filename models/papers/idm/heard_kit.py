"""The kit of an analysis, and stems: each drum is heard again in what the others leave over.

In the first round a drum is heard through its shares of the loop. Then the kit is played, what the other drums play is
subtracted, and only as much of them is still expected in the rest as their one-shots fail to explain. Each hit moves to
where its one-shot fits best. The stems are what the kit plays, and what is left over, divided by the masks.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch
from scipy.signal import fftconvolve

from models.papers.idm.heard import Analysis, Drum
from models.papers.idm.heard_shots import HeardShot, Source, heard_shot
from models.plugins import Audio, OnProgress, Stems, ignore_progress
from models.sounds.rendering import add_circular

ALPHA = 1.2
_ROUNDS = 3
_LEAST_LEFT = 1e-3  # of a drum's power: so much is always left over
_FARTHEST_S, _COMPARED_S = 0.006, 0.12
_WORTH_MOVING = 1.03  # a hit moves if its one-shot fits so much better


@dataclass(frozen=True, slots=True, eq=False)
class HeardKit:
    """drums: with the times at which their one-shots fit; shots and stems by drum; stems add up to the loop."""

    drums: tuple[Drum, ...]
    shots: dict[str, HeardShot]
    stems: Stems


def masked_stems(analysis: Analysis, audio: Audio | None = None, alpha: float = ALPHA) -> Stems:
    """Stems by drum, each (channels, frames): audio, or the loop itself, through the alpha-Wiener masks (masking.py) of
    the spectrograms that the sounds heard render. They add up to it."""
    spectra = analysis.spectra if audio is None else analysis.view.spectra.forward(audio)
    powers = analysis.powers() ** (0.5 * alpha) + 1e-12
    shares = torch.from_numpy(np.asarray(powers / powers.sum(axis=0), np.float32))
    masks = analysis.view.folding.unfold(shares).numpy()                  # (drums, bins, stft_frames)
    return {drum.name: analysis.view.spectra.inverse(spectra * mask)
            for drum, mask in zip(analysis.drums, masks, strict=True)}


def heard_kit(audio: Audio, sample_rate: int, analysis: Analysis, report: OnProgress = ignore_progress) -> HeardKit:
    """One-shots and stems of audio (channels, frames), a circular loop."""
    stems, powers = masked_stems(analysis), analysis.powers()
    playing = {drum.name: np.zeros_like(audio) for drum in analysis.drums}
    drums, left = list(analysis.drums), np.ones(len(analysis.drums))
    shots: dict[str, HeardShot] = {}
    for turn in range(_ROUNDS):
        report(turn / _ROUNDS)
        for index, drum in enumerate(drums):
            others = sum((one for name, one in playing.items() if name != drum.name), np.zeros_like(audio))
            expected = np.where(np.arange(len(left)) == index, 1.0, left)[:, None, None]
            total = np.asarray((powers * expected).sum(axis=0) + 1e-12, np.float32)
            shots[drum.name] = heard_shot(Source(audio - others, sample_rate, total, analysis.view), drum)
            drums[index] = _moved(drum, shots[drum.name], audio - others, sample_rate)
        for drum in drums:
            playing[drum.name] = _played(drum, shots[drum.name], stems[drum.name], sample_rate)
        rest = masked_stems(analysis, audio - sum(playing.values()))
        stems = {name: playing[name] + rest[name] for name in stems}
        left = np.array([np.clip(np.square(rest[name]).sum() / max(np.square(stems[name]).sum(), 1e-12),
                                 _LEAST_LEFT, 1.0) for name in stems])
    return HeardKit(tuple(drums), shots, {name: np.asarray(stem, np.float32) for name, stem in stems.items()})


def _moved(drum: Drum, shot: HeardShot, audio: Audio, sample_rate: int) -> Drum:
    """The drum with its hits where the beginning of its one-shot fits audio (channels, frames) best, within 6 ms."""
    most, length_s = round(_FARTHEST_S * sample_rate), audio.shape[1] / sample_rate
    sound, mono = shot.audio[:, : round(_COMPARED_S * sample_rate)].mean(axis=0), audio.mean(axis=0)
    hits = []
    for hit in drum.hits:
        start = round((hit.time_s - shot.earlier_s) * sample_rate)
        near = np.take(mono, np.arange(start - most, start + most + len(sound)), mode="wrap")
        fit = fftconvolve(near, sound[::-1], mode="valid")
        best = int(fit.argmax())
        later_s = (best - most) / sample_rate if fit[best] > _WORTH_MOVING * fit[most] else 0.0
        hits.append(replace(hit, time_s=(hit.time_s + later_s) % length_s))
    return replace(drum, hits=tuple(hits))


def _played(drum: Drum, shot: HeardShot, stem: Audio, sample_rate: int) -> Audio:
    """(channels, frames): the drum's hits played with its one-shot, no louder than the stem bears out."""
    played = np.zeros(stem.shape, np.float64)
    for hit, velocity in zip(drum.hits, drum.velocities, strict=True):
        add_circular(played, shot.audio * velocity, round((hit.time_s - shot.earlier_s) * sample_rate) % stem.shape[1])
    share = float((played * stem).sum()) / max(float(np.square(played).sum()), 1e-12)
    return np.asarray(played * np.clip(share, 0.0, 1.0), np.float32)
