"""Conjugate gradients: solve a symmetric positive system that is only known by what it does to a vector."""

from collections.abc import Callable

import torch
from torch import Tensor

_PATIENCE, _ROUGH = 4, 0.03

Operator = Callable[[Tensor], Tensor]


def solved(apply: Operator, wanted: Tensor, precondition: Operator, start: Tensor | None, rounds: int,
           tolerance: float = 1e-3) -> Tensor:
    """x with apply(x) = wanted, to `tolerance` of its norm or after `rounds`, four times as many when until then
    more than 3 % is left; every row of (..., frames) is a system of its own. start: a first guess, not used where
    nothing is a better one. Source: Hestenes & Stiefel, 1952, preconditioned."""
    x, rest = torch.zeros_like(wanted), wanted.clone()
    if start is not None:
        left = wanted - apply(start)
        helps = left.norm(dim=-1, keepdim=True) < wanted.norm(dim=-1, keepdim=True)
        x, rest = torch.where(helps, start, x), torch.where(helps, left, rest)
    goal = tolerance * wanted.norm(dim=-1, keepdim=True)
    z = precondition(rest)
    direction = z.clone()
    rise = (rest * z).sum(dim=-1, keepdim=True)
    for done in range(_PATIENCE * rounds):
        enough = goal if done < rounds else _ROUGH / tolerance * goal
        if bool((rest.norm(dim=-1, keepdim=True) <= enough).all()):
            break
        moved = apply(direction)
        step = rise / (direction * moved).sum(dim=-1, keepdim=True).clamp_min(1e-30)
        x += step * direction
        rest -= step * moved
        z = precondition(rest)
        before, rise = rise, (rest * z).sum(dim=-1, keepdim=True)
        direction = z + rise / before.clamp_min(1e-30) * direction
    return x
