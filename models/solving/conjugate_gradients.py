"""Preconditioned conjugate gradients for symmetric positive definite systems that are given as a function."""

from collections.abc import Callable

import torch
from torch import Tensor

_MOST_EXTENSIONS, _ROUGH = 4, 0.03

Operator = Callable[[Tensor], Tensor]


def conjugate_gradients(apply: Operator, right_side: Tensor, precondition: Operator, start: Tensor | None,
                        iterations: int, tolerance: float = 1e-3) -> Tensor:
    """Solve apply(x) = right_side, each row of (..., frames) as a system of its own (Hestenes & Stiefel, 1952).

    Stops when every residual is below `tolerance` times the norm of its right side, or after `iterations` if it is
    below 3 %; otherwise goes on for at most four times as many. `start` is a first guess, ignored in rows where its
    residual is larger than that of zero.
    """
    x, residual = torch.zeros_like(right_side), right_side.clone()
    if start is not None:
        left = right_side - apply(start)
        helps = left.norm(dim=-1, keepdim=True) < right_side.norm(dim=-1, keepdim=True)
        x, residual = torch.where(helps, start, x), torch.where(helps, left, residual)
    goal = tolerance * right_side.norm(dim=-1, keepdim=True)
    z = precondition(residual)
    direction = z.clone()
    product = (residual * z).sum(dim=-1, keepdim=True)
    for done in range(_MOST_EXTENSIONS * iterations):
        enough = goal if done < iterations else _ROUGH / tolerance * goal
        if bool((residual.norm(dim=-1, keepdim=True) <= enough).all()):
            break
        applied = apply(direction)
        step = product / (direction * applied).sum(dim=-1, keepdim=True).clamp_min(1e-30)
        x += step * direction
        residual -= step * applied
        z = precondition(residual)
        before, product = product, (residual * z).sum(dim=-1, keepdim=True)
        direction = z + product / before.clamp_min(1e-30) * direction
    return x
