"""The kit of an analysis, and stems: each drum is heard again in what the others leave over.

In the first round a drum is heard through its shares of the loop. Then the kit is played, what the other drums play is
subtracted, and only as much of them is still expected in the rest as their one-shots fail to explain. The stems are
what the kit plays, and what is left over, divided by the masks.
"""

from dataclasses import dataclass

import numpy as np
import torch

from models.papers.idm.heard import Analysis, Drum
from models.papers.idm.heard_shots import HeardShot, Source, heard_shot
from models.plugins import Audio, OnProgress, Stems, ignore_progress
from models.sounds.rendering import add_circular

ALPHA = 1.2
_ROUNDS = 3
_LEAST_LEFT = 1e-3  # of a drum's power: so much is always left over


@dataclass(frozen=True, slots=True, eq=False)
class HeardKit:
    """shots: by drum; stems: by drum, adding up to the loop."""

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
    left = np.ones(len(analysis.drums))
    shots: dict[str, HeardShot] = {}
    for turn in range(_ROUNDS):
        report(turn / _ROUNDS)
        for index, drum in enumerate(analysis.drums):
            others = sum((one for name, one in playing.items() if name != drum.name), np.zeros_like(audio))
            expected = np.where(np.arange(len(left)) == index, 1.0, left)[:, None, None]
            total = np.asarray((powers * expected).sum(axis=0) + 1e-12, np.float32)
            shots[drum.name] = heard_shot(Source(audio - others, sample_rate, total, analysis.view), drum)
        for drum in analysis.drums:
            playing[drum.name] = _played(drum, shots[drum.name], stems[drum.name], sample_rate)
        rest = masked_stems(analysis, audio - sum(playing.values()))
        stems = {name: playing[name] + rest[name] for name in stems}
        left = np.array([np.clip(np.square(rest[name]).sum() / max(np.square(stems[name]).sum(), 1e-12),
                                 _LEAST_LEFT, 1.0) for name in stems])
    return HeardKit(shots, {name: np.asarray(stem, np.float32) for name, stem in stems.items()})


def _played(drum: Drum, shot: HeardShot, stem: Audio, sample_rate: int) -> Audio:
    """(channels, frames): the drum's hits played with its one-shot, no louder than the stem bears out."""
    played = np.zeros(stem.shape, np.float64)
    for hit, velocity in zip(drum.hits, drum.velocities, strict=True):
        add_circular(played, shot.audio * velocity, round((hit.time_s - shot.earlier_s) * sample_rate) % stem.shape[1])
    share = float((played * stem).sum()) / max(float(np.square(played).sum()), 1e-12)
    return np.asarray(played * np.clip(share, 0.0, 1.0), np.float32)
