"""What the networks are taught by: the loss, the one-cycle rate, the moving average."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.hearing.tcn import Heard
from models.training.synthesis.examples import Batch

_POSITIVE_WEIGHTS = (2.0, 2.0, 2.0, 2.0, 2.0, 2.0)
_NEAR = 0.25                      # of a triangle's height: velocity and offset are taught there
_WARM_UP = 0.15


def loss_of(heard: Heard, batch: Batch) -> Tensor:
    """Mean loss of a batch: cross entropies of onsets, velocities and presence, absolute error of offsets."""
    weights = torch.tensor(_POSITIVE_WEIGHTS, device=batch.onsets.device)
    onsets = functional.binary_cross_entropy_with_logits(heard.onsets.float(), batch.onsets, pos_weight=weights)
    near = batch.onsets > _NEAR
    count = near.sum().clamp(min=1)
    velocities = functional.binary_cross_entropy_with_logits(
        heard.velocities.float(), batch.velocities, reduction="none")
    offsets = (heard.offsets.float() - batch.offsets).abs()
    presence = functional.binary_cross_entropy_with_logits(heard.presence.float(), batch.present)
    aside = (torch.where(near, 0.06 * velocities + 0.02 * offsets, 0.0)).sum() / count
    return onsets + aside + 0.01 * presence


def rate_at(step: int, steps: int, peak: float) -> float:
    """The one-cycle learning rate: up along half a cosine, down along the other half, to nothing."""
    place = step / max(steps, 1)
    if place < _WARM_UP:
        return peak * (0.04 + 0.96 * 0.5 * (1 - math.cos(math.pi * place / _WARM_UP)))
    return peak * 0.5 * (1 + math.cos(math.pi * min((place - _WARM_UP) / (1 - _WARM_UP), 1.0))) + 1e-6


@torch.no_grad()
def follow(average: nn.Module, net: nn.Module, step: int, decay: float) -> None:
    """Move the average a little towards the net; statistics of normalisations are copied."""
    keep = min(decay, (1 + step) / (10 + step))
    for slow, fast in zip(average.parameters(), net.parameters(), strict=True):
        slow.lerp_(fast, 1 - keep)
    for kept, now in zip(average.buffers(), net.buffers(), strict=True):
        kept.copy_(now)
