"""The most likely one-shots of a scene, given the loop: the Gaussian posterior mean, and the stems that follow from it.

The model (docs/solving.md, sections 1 to 4): x = sum over hits i of g_i * shift_i(s_c(i) + d_i) + noise, with one-shots
s_c ~ N(0, C_c) and deviations d_i ~ N(0, delta_i * C_c(i)), where C_c = F* diag(variance_c) F for the STFT F.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from models.solving import stft
from models.solving.conjugate_gradients import conjugate_gradients
from models.solving.scene import Scene

_LEAST = 1e-12
_UNDONE = 1e-4  # regularises the inverse filter of a first guess, relative to a cluster's greatest variance


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """shots (..., clusters, shot_frames): the posterior mean of the one-shots. error (stft_frames, bins): the variance
    of what they leave of the loop, that is of all hits' deviations and the noise."""

    shots: Tensor
    error: Tensor


def solve_scene(scene: Scene, loop: Tensor, iterations: int, start: Posterior | None = None,
                tolerance: float = 1e-3) -> Posterior:
    """The posterior mean s of the one-shots given loop x (..., frames), from the one-shots of `start` or from zero.

    It minimises |x - A s|^2 / error + |s|^2 / variance, weighted per STFT coefficient; A is `scene.played`. Conjugate
    gradients run on u with s = F* diag(scale) F u, where scale^2 = variance / (1 + variance * sum of g^2 / error) is
    the variance that would be left of s if no other one-shot overlapped it: a preconditioner by change of variables.
    """
    error = scene.placed(scene.variance, scene.gain**2 * scene.delta) + scene.noise
    precision = 1.0 / error
    information = 1.0 + scene.variance * scene.gathered_power(precision)  # prior variance over posterior variance
    scale = (scene.variance / information).clamp_min(_LEAST * float(scene.variance.max())).sqrt()
    frames = scene.shot_frames

    def back_projected(loop_like: Tensor) -> Tensor:
        """diag(scale) F A' E^-1 x."""
        return stft.forward(scene.gathered(stft.filtered(loop_like, precision))) * scale

    def apply(flat: Tensor) -> Tensor:
        u = stft.forward(flat.unflatten(-1, (-1, frames)))
        data_term = back_projected(scene.played(stft.inverse(u * scale, frames)))
        return stft.inverse(data_term + u / information, frames).flatten(-2)

    undo = scale / (scale.square() + _UNDONE * scale.square().amax(dim=(-2, -1), keepdim=True))
    first = None if start is None else stft.filtered(start.shots, undo).flatten(-2)
    right_side = stft.inverse(back_projected(loop), frames).flatten(-2)
    u = conjugate_gradients(apply, right_side, lambda residual: residual, first, iterations, tolerance)
    return Posterior(stft.filtered(u.unflatten(-1, (-1, frames)), scale), error)


def stems_of(scene: Scene, posterior: Posterior, loop: Tensor) -> dict[str, Tensor]:
    """Stems (..., frames) by track, adding up to loop (..., frames).

    A stem is its clusters' one-shots as played, plus the posterior mean of their hits' deviations: a Wiener share
    g^2 * delta * variance of what the one-shots leave of the loop. The noise gets no share.
    """
    left = stft.forward(loop - scene.played(posterior.shots))
    weights = scene.gain**2 * (scene.delta + 1e-3)
    powers = [scene.placed(scene.variance, weights, cluster) + _LEAST for cluster in range(len(scene.tracks))]
    total = torch.stack(powers).sum(dim=0)
    stems: dict[str, Tensor] = {}
    for cluster, track in enumerate(scene.tracks):
        share = stft.inverse(left * (powers[cluster] / total), scene.frames)
        own = scene.played(posterior.shots, cluster) + share
        stems[track] = stems[track] + own if track in stems else own
    return stems
