"""The alternation: solve the one-shots with the hits fixed, then improve the hits with the one-shots fixed, and again.

docs/solving.md, section 5, says what each kind of round does and why they come in this order.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from models.plugins import Judge, OnProgress
from models.solving import stft
from models.solving.clusters import split
from models.solving.judging import hits_of, judged
from models.solving.posterior import Posterior, solve_scene
from models.solving.priors import LEAD_S
from models.solving.repair import CLEAR, SOFT, with_missing_hits, worth_keeping
from models.solving.scene import Scene
from models.solving.timing import Comparison, aligned, compare_hits
from models.solving.variances import SampledPrior, fit_variances, shortened

ROUNDS = ("time", "gain", "gain", "repair", "gain", "split", "gain", "repair", "judge")
REVISION_ROUNDS = ("gain", "split", "gain")       # the hits are right but for milliseconds
_ITERATIONS, LAST_ITERATIONS = 10, 20             # of conjugate gradients
_FIRST_UPDATES, _UPDATES = 20, 12                 # of the variances
_ALIGN_S, _REACH_S = 0.0075, 0.010
_DELTAS = (0.02, 3.0)
_SOFTEST, _LOUDEST = 0.03, 1.6


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """The improved scene, its one-shots, and how each hit compares with its one-shot in the end. left_out (hits,): hits
    that a judge has taken out of the pattern, which were solved for all the same."""

    scene: Scene
    posterior: Posterior
    comparison: Comparison
    left_out: np.ndarray


def alternate(scene: Scene, loop: Tensor, prior: SampledPrior, sample_rate: int, rounds: tuple[str, ...],
              on_progress: OnProgress, judge: Judge | None = None) -> Solution:
    """Solve a scene on mono loop (frames,) while improving its hits, one kind of round after another.

    "time" moves each hit to its best lag; "gain" does too, and sets gains and deviations; "split" divides a track's
    hits into clusters; "repair" drops hits that explain nothing and adds missing ones; "judge" is a "gain" after which
    `judge`, if there is one, says on which track each hit belongs, or that it is not played. The variances are refitted
    after every round.
    """
    transcribed_gain = scene.gain
    scene = replace(scene, variance=fit_variances(scene, loop, prior, _FIRST_UPDATES))
    scene = replace(scene, start=aligned(scene, wiener_stems(scene, loop), sample_rate, _ALIGN_S))
    scene = replace(scene, variance=fit_variances(scene, loop, prior, _FIRST_UPDATES))
    scene, prior = shortened(scene, prior)
    posterior, left_out = None, np.zeros(0, bool)
    for done, kind in enumerate(rounds):
        on_progress(done / (len(rounds) + 1))
        posterior = solve_scene(scene, loop, _ITERATIONS, posterior)
        if kind == "split":
            scene, posterior = split(scene, posterior, loop, sample_rate)
        elif kind == "repair":
            found = compare_hits(scene, posterior, loop, sample_rate, scene.start, 0.0)
            soft = judge is not None and "repair" not in rounds[done + 1 :]
            scene = with_missing_hits(scene.only(worth_keeping(scene, found)), posterior, loop, sample_rate,
                                      SOFT if soft else CLEAR)
        else:
            found = compare_hits(scene, posterior, loop, sample_rate, scene.start, _REACH_S)
            scene = replace(scene, start=scene.start + found.lag)
            if kind != "time":
                scene = replace(scene, gain=gains(scene, found, transcribed_gain), delta=deltas(found))
            if kind == "judge" and judge is not None:
                hits = hits_of(scene, posterior, found.correlation, sample_rate, round(LEAD_S * sample_rate))
                scene, posterior, left_out = judged(scene, posterior, judge(hits))
        scene = replace(scene, variance=fit_variances(scene, loop, prior, _UPDATES))
    posterior = solve_scene(scene, loop, LAST_ITERATIONS, posterior)
    found = compare_hits(scene, posterior, loop, sample_rate, scene.start, 0.0)
    return Solution(scene, posterior, found, left_out if len(left_out) else np.zeros(len(scene.cluster), bool))


def wiener_stems(scene: Scene, loop: Tensor) -> Tensor:
    """(clusters, frames): loop (frames,) times each cluster's share of the expected variance, per STFT coefficient."""
    powers = torch.stack([scene.placed(scene.variance, scene.gain**2, cluster) for cluster in range(len(scene.tracks))])
    return stft.inverse(stft.forward(loop) * (powers / (powers.sum(dim=0) + scene.noise)), scene.frames)


def gains(scene: Scene, found: Comparison, transcribed: np.ndarray) -> np.ndarray:
    """(hits,) each hit's gain: a blend in dB of the transcriber's velocity and the gain measured against its one-shot,
    weighted by r^2, the share of the hit's energy that the one-shot explains.

    transcribed: velocities by `scene.origin`; an added hit keeps its gain as such. Velocities are relative to the
    loudest of the cluster. The result is normalised so that a cluster's 85th percentile is 1, clipped to 0.03..1.6.
    """
    velocity = np.where(scene.origin >= 0, transcribed[scene.origin], scene.gain)
    r_squared = np.clip(found.correlation, 0.0, 1.0) ** 2
    blended = np.zeros(len(velocity))
    for cluster in range(len(scene.tracks)):
        mine = scene.cluster == cluster
        if mine.any():
            loudest = max(float(velocity[mine].max()), _SOFTEST)
            both = (np.maximum(found.gain[mine], _SOFTEST) ** r_squared[mine]
                    * np.maximum(velocity[mine] / loudest, _SOFTEST) ** (1.0 - r_squared[mine]))
            usual = max(float(np.percentile(both, 85)), 1e-3)
            blended[mine] = np.clip(both / usual, _SOFTEST, _LOUDEST)
    return blended


def deltas(found: Comparison) -> np.ndarray:
    """(hits,) the relative variance of each hit's own deviation, from its correlation r: (1 - r^2) / (2 r^2), clipped
    to 0.02..3. A hit unlike its one-shot thereby counts less in the solve (robust weighting)."""
    correlation = np.clip(found.correlation, 0.05, 0.999)
    return np.clip(0.5 * (1.0 - correlation**2) / correlation**2, *_DELTAS)
