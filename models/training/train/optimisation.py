"""The loss of the transcriber, the one-cycle learning rate, and the moving average of the weights."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.hearing.tcn import Activations
from models.training.synthesis.examples import Batch

_POSITIVE_WEIGHTS = (2.0, 2.0, 2.0, 2.0, 2.0, 2.0)
_NEAR = 0.25                      # where an onset's triangle is higher, velocity and offset are trained
_WARM_UP = 0.15                   # share of the steps in which the learning rate rises


def loss_of(found: Activations, batch: Batch) -> Tensor:
    """The loss of a batch: cross entropies of onsets, velocities and presence, and the absolute error of offsets."""
    weights = torch.tensor(_POSITIVE_WEIGHTS, device=batch.onsets.device)
    onsets = functional.binary_cross_entropy_with_logits(found.onsets.float(), batch.onsets, pos_weight=weights)
    near = batch.onsets > _NEAR
    count = near.sum().clamp(min=1)
    velocities = functional.binary_cross_entropy_with_logits(
        found.velocities.float(), batch.velocities, reduction="none")
    offsets = (found.offsets.float() - batch.offsets).abs()
    presence = functional.binary_cross_entropy_with_logits(found.presence.float(), batch.present)
    aside = (torch.where(near, 0.06 * velocities + 0.02 * offsets, 0.0)).sum() / count
    return onsets + aside + 0.01 * presence


def rate_at(step: int, steps: int, peak: float) -> float:
    """The one-cycle learning rate: up along half a cosine, then down along another to 1e-6."""
    place = step / max(steps, 1)
    if place < _WARM_UP:
        return peak * (0.04 + 0.96 * 0.5 * (1 - math.cos(math.pi * place / _WARM_UP)))
    return peak * 0.5 * (1 + math.cos(math.pi * min((place - _WARM_UP) / (1 - _WARM_UP), 1.0))) + 1e-6


@torch.no_grad()
def update_average(average: nn.Module, net: nn.Module, step: int, decay: float) -> None:
    """Move the exponential moving average towards the network; normalisation statistics are copied."""
    keep = min(decay, (1 + step) / (10 + step))
    for slow, fast in zip(average.parameters(), net.parameters(), strict=True):
        slow.lerp_(fast, 1 - keep)
    for kept, now in zip(average.buffers(), net.buffers(), strict=True):
        kept.copy_(now)
