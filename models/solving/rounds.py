"""The alternation: solve the sounds with the hits fixed, then mend the hits with the sounds fixed, and again."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from models.plugins import Told
from models.solving import framing
from models.solving.posterior import Posterior, solve_scene
from models.solving.scene import Scene
from models.solving.timing import Likeness, aligned, compared
from models.solving.variances import Palette, fitted

ROUNDS = 4
_STEPS, _LAST_STEPS = 10, 20        # of conjugate gradients
_FIRST_FIT, _FIT = 20, 12           # updates of the variances
_ALIGN_S, _REACH_S = 0.0075, 0.010
_SURE = 0.2                         # correlation from which a hit's own gain is believed
_DELTAS = (0.02, 3.0)
_SOFTEST, _LOUDEST = 0.03, 1.6


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """A scene as mended, its most likely sounds, and what the hits said about it last."""

    scene: Scene
    posterior: Posterior
    likeness: Likeness


def refined(scene: Scene, loop: Tensor, known: Palette, sample_rate: int, report: Told) -> Solution:
    """Variances, times, velocities and deviations of the scene's hits, found in turns, on mono loop (frames,)."""
    scene = replace(scene, variance=fitted(scene, loop, known, _FIRST_FIT))
    scene = replace(scene, start=aligned(scene, masked(scene, loop), sample_rate, _ALIGN_S))
    scene = replace(scene, variance=fitted(scene, loop, known, _FIRST_FIT))
    centre, posterior = scene.start, None
    for done in range(ROUNDS):
        report(done / (ROUNDS + 2))
        posterior = solve_scene(scene, loop, _STEPS, None if posterior is None else posterior.shots)
        found = compared(scene, posterior, loop, sample_rate, centre, _REACH_S)
        scene = replace(scene, start=centre + found.lag)
        if done > 0:
            scene = replace(scene, gain=gains(scene, found), delta=deltas(found))
        scene = replace(scene, variance=fitted(scene, loop, known, _FIT))
    report(ROUNDS / (ROUNDS + 2))
    posterior = solve_scene(scene, loop, _LAST_STEPS, None if posterior is None else posterior.shots)
    return Solution(scene, posterior, compared(scene, posterior, loop, sample_rate, scene.start, 0.0))


def masked(scene: Scene, loop: Tensor) -> Tensor:
    """(takes, frames): each take's share of the loop by the variances alone: plain Wiener masks."""
    powers = torch.stack([scene.placed(scene.variance, scene.gain**2, take) for take in range(len(scene.tracks))])
    return framing.inverse(framing.forward(loop) * (powers / (powers.sum(dim=0) + scene.noise)), scene.frames)


def gains(scene: Scene, found: Likeness) -> np.ndarray:
    """(hits,) how loud each hit is, where it resembles its take; the others stay. A take's hits lie around 1."""
    mended = np.where(found.correlation > _SURE, found.gain, scene.gain)
    for take in range(len(scene.tracks)):
        mine = scene.take == take
        if mine.any():
            usual = max(float(np.percentile(mended[mine], 85)), 1e-3)
            mended[mine] = np.clip(mended[mine] / usual, _SOFTEST, _LOUDEST)
    return mended


def deltas(found: Likeness) -> np.ndarray:
    """(hits,) the deviation that each hit's likeness to its take bespeaks: the robust weighting."""
    likeness = np.clip(found.correlation, 0.05, 0.999)
    return np.clip(0.5 * (1.0 - likeness**2) / likeness**2, *_DELTAS)
