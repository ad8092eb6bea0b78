"""Conjugate gradients: solve a symmetric positive system that is only known by what it does to a vector."""

from collections.abc import Callable

import torch
from torch import Tensor

Operator = Callable[[Tensor], Tensor]


def solved(apply: Operator, wanted: Tensor, precondition: Operator, start: Tensor | None, rounds: int,
           tolerance: float = 1e-3) -> Tensor:
    """x with apply(x) = wanted, to `tolerance` of its norm or after `rounds`; every row of (..., frames) is
    a system of its own. start: a first guess (Hestenes & Stiefel, 1952; preconditioned)."""
    x = torch.zeros_like(wanted) if start is None else start.clone()
    rest = wanted.clone() if start is None else wanted - apply(x)
    goal = tolerance * wanted.norm(dim=-1, keepdim=True)
    z = precondition(rest)
    direction = z.clone()
    rise = (rest * z).sum(dim=-1, keepdim=True)
    for _ in range(rounds):
        if bool((rest.norm(dim=-1, keepdim=True) <= goal).all()):
            break
        moved = apply(direction)
        step = rise / (direction * moved).sum(dim=-1, keepdim=True).clamp_min(1e-30)
        x += step * direction
        rest -= step * moved
        z = precondition(rest)
        before, rise = rise, (rest * z).sum(dim=-1, keepdim=True)
        direction = z + rise / before.clamp_min(1e-30) * direction
    return x
