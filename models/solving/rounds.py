"""The alternation: solve the sounds with the hits fixed, then mend the hits with the sounds fixed, and again."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from models.plugins import Told
from models.solving import framing
from models.solving.mending import proposed, pruned
from models.solving.posterior import Posterior, solve_scene
from models.solving.scene import Scene
from models.solving.takes import split
from models.solving.timing import Likeness, aligned, compared
from models.solving.variances import Palette, fitted, shortened

TURNS = ("time", "weigh", "weigh", "mend", "weigh", "split", "weigh", "mend", "weigh")
AGAIN = ("weigh", "split", "weigh")          # when the hits are known but for milliseconds
_STEPS, LAST_STEPS = 10, 20         # of conjugate gradients
_FIRST_FIT, _FIT = 20, 12           # updates of the variances
_ALIGN_S, _REACH_S = 0.0075, 0.010
_DELTAS = (0.02, 3.0)
_SOFTEST, _LOUDEST = 0.03, 1.6


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """A scene as mended, its most likely sounds, and what the hits said about it last."""

    scene: Scene
    posterior: Posterior
    likeness: Likeness


def refined(scene: Scene, loop: Tensor, known: Palette, sample_rate: int, turns: tuple[str, ...],
            report: Told) -> Solution:
    """Variances, times, velocities and deviations of the scene's hits on mono loop (frames,), found in turns: "time"
    moves hits, "weigh" also weighs them, "split" finds the takes of each drum, "mend" drops hits that explain nothing
    and adds those that are missing."""
    heard = scene.gain
    scene = replace(scene, variance=fitted(scene, loop, known, _FIRST_FIT))
    scene = replace(scene, start=aligned(scene, masked(scene, loop), sample_rate, _ALIGN_S))
    scene = replace(scene, variance=fitted(scene, loop, known, _FIRST_FIT))
    scene, known = shortened(scene, known)
    posterior = None
    for done, turn in enumerate(turns):
        report(done / (len(turns) + 1))
        posterior = solve_scene(scene, loop, _STEPS, posterior)
        if turn == "split":
            scene, posterior = split(scene, posterior, loop, sample_rate)
        elif turn == "mend":
            found = compared(scene, posterior, loop, sample_rate, scene.start, 0.0)
            scene = proposed(scene.only(pruned(scene, found)), posterior, loop, sample_rate)
        else:
            found = compared(scene, posterior, loop, sample_rate, scene.start, _REACH_S)
            scene = replace(scene, start=scene.start + found.lag)
            if turn == "weigh":
                scene = replace(scene, gain=gains(scene, found, heard), delta=deltas(found))
        scene = replace(scene, variance=fitted(scene, loop, known, _FIT))
    posterior = solve_scene(scene, loop, LAST_STEPS, posterior)
    return Solution(scene, posterior, compared(scene, posterior, loop, sample_rate, scene.start, 0.0))


def masked(scene: Scene, loop: Tensor) -> Tensor:
    """(takes, frames): each take's share of the loop by the variances alone: plain Wiener masks."""
    powers = torch.stack([scene.placed(scene.variance, scene.gain**2, take) for take in range(len(scene.tracks))])
    return framing.inverse(framing.forward(loop) * (powers / (powers.sum(dim=0) + scene.noise)), scene.frames)


def gains(scene: Scene, found: Likeness, heard: np.ndarray) -> np.ndarray:
    """(hits,) how loud each hit is, between what was heard and what it measures, in decibels: as near to the measure
    as its take explains of its energy. heard: by `origin`. A take's hits lie around 1."""
    told = np.where(scene.origin >= 0, heard[scene.origin], scene.gain)
    share = np.clip(found.correlation, 0.0, 1.0) ** 2
    mended = np.zeros(len(told))
    for take in range(len(scene.tracks)):
        mine = scene.take == take
        if mine.any():
            loudest = max(float(told[mine].max()), _SOFTEST)
            both = (np.maximum(found.gain[mine], _SOFTEST) ** share[mine]
                    * np.maximum(told[mine] / loudest, _SOFTEST) ** (1.0 - share[mine]))
            usual = max(float(np.percentile(both, 85)), 1e-3)
            mended[mine] = np.clip(both / usual, _SOFTEST, _LOUDEST)
    return mended


def deltas(found: Likeness) -> np.ndarray:
    """(hits,) the deviation that each hit's likeness to its take bespeaks: the robust weighting."""
    likeness = np.clip(found.correlation, 0.05, 0.999)
    return np.clip(0.5 * (1.0 - likeness**2) / likeness**2, *_DELTAS)
