"""The most likely sounds of a scene: every hit is gain times (its take plus a deviation of its own), all Gaussian
with the take's time-frequency variance, and together they are the loop."""

from dataclasses import dataclass

import torch
from torch import Tensor

from models.solving import framing
from models.solving.gradients import solved
from models.solving.scene import Scene

_LEAST = 1e-12
_UNDONE = 1e-4  # of a take's greatest variance: what lies far below is not started from, it would be all rounding


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """shots (..., takes, shot_frames), the most likely takes; error (stft_frames, bins): the variance of what they
    leave of the loop, all hits' own deviations and the noise."""

    shots: Tensor
    error: Tensor


def solve_scene(scene: Scene, loop: Tensor, rounds: int, start: Posterior | None = None,
                tolerance: float = 1e-3) -> Posterior:
    """The posterior mean of the takes given loop (..., frames), from the takes `start` or from nothing.

    Minimises |loop - A s|^2 / error + |s|^2 / variance by conjugate gradients. s is written as a filter of u,
    with the variance that s would have left were no other take there: that is the preconditioner.
    """
    error = scene.placed(scene.variance, scene.gain**2 * scene.delta) + scene.noise
    precision = 1.0 / error
    known = 1.0 + scene.variance * scene.gathered_power(precision)  # how many times surer the loop makes a take
    scale = (scene.variance / known).clamp_min(_LEAST * float(scene.variance.max())).sqrt()
    frames = scene.shot_frames

    def pulled(loop_like: Tensor) -> Tensor:
        return framing.forward(scene.gathered(framing.filtered(loop_like, precision))) * scale

    def apply(flat: Tensor) -> Tensor:
        heard = framing.forward(flat.unflatten(-1, (-1, frames)))
        there = pulled(scene.played(framing.inverse(heard * scale, frames)))
        return framing.inverse(there + heard / known, frames).flatten(-2)

    undo = scale / (scale.square() + _UNDONE * scale.square().amax(dim=(-2, -1), keepdim=True))
    first = None if start is None else framing.filtered(start.shots, undo).flatten(-2)
    u = solved(apply, framing.inverse(pulled(loop), frames).flatten(-2), lambda rest: rest, first, rounds, tolerance)
    return Posterior(framing.filtered(u.unflatten(-1, (-1, frames)), scale), error)


def stems_of(scene: Scene, posterior: Posterior, loop: Tensor) -> dict[str, Tensor]:
    """Stems (..., frames) by track: the takes as played, plus each hit's deviation, which is the track's share
    of what the takes leave of the loop. They add up to the loop."""
    left = framing.forward(loop - scene.played(posterior.shots))
    weights = scene.gain**2 * (scene.delta + 1e-3)
    powers = [scene.placed(scene.variance, weights, take) + _LEAST for take in range(len(scene.tracks))]
    total = torch.stack(powers).sum(dim=0)
    stems: dict[str, Tensor] = {}
    for take, track in enumerate(scene.tracks):
        own = scene.played(posterior.shots, take) + framing.inverse(left * (powers[take] / total), scene.frames)
        stems[track] = stems[track] + own if track in stems else own
    return stems
