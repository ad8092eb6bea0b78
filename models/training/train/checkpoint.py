"""The complete state of a training run in one file, replaced atomically, so that it can be resumed exactly.

A step's data and dropout follow from (seed, step), so there is no random state to store: the network, its moving
average, the optimiser's moments, the step and the history are everything.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from engine.core.errors import TaoError
from engine.library.files import replacing


@dataclass(slots=True)
class RunProgress:
    """How far a run has come. steps: the total, 0 until it is known; history: one dict per validation."""

    step: int = 0
    steps: int = 0
    spent_s: float = 0.0
    history: list[dict[str, float]] = field(default_factory=list)


def save_checkpoint(path: Path, net: nn.Module, average: nn.Module, optimizer: torch.optim.Optimizer,
                    progress: RunProgress, settings: dict[str, Any]) -> None:
    """Write the run's state to `path`. If it is interrupted, either the old file or the new one is left."""
    tensors = {f"net.{name}": value for name, value in net.state_dict().items()}
    tensors |= {f"average.{name}": value for name, value in average.state_dict().items()}
    for number, state in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{number}.{name}": value for name, value in state.items()}
    metadata = {"step": progress.step, "steps": progress.steps, "spent_s": progress.spent_s,
            "history": progress.history, "settings": settings}
    with replacing(path) as part:
        save_file({name: value.detach().cpu().contiguous().clone() for name, value in tensors.items()}, part,
                  {"tao": json.dumps(metadata)})


def load_checkpoint(path: Path, net: nn.Module, average: nn.Module, optimizer: torch.optim.Optimizer,
                    settings: dict[str, Any]) -> RunProgress:
    """Restore a run's state. Raises TaoError when the file belongs to a run with other settings."""
    with safe_open(path, framework="pt") as opened:
        metadata = json.loads(opened.metadata()["tao"])
        tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118 it is no dict
    other = sorted(name for name in settings if metadata["settings"].get(name, settings[name]) != settings[name])
    if other:
        raise TaoError(f"{path} was trained with another {', '.join(other)}. Use the same, or another folder.")
    net.load_state_dict(_under("net.", tensors))
    average.load_state_dict(_under("average.", tensors))
    moments: dict[int, dict[str, Tensor]] = {}
    for name, value in _under("optimizer.", tensors).items():
        number, _, key = name.partition(".")
        moments.setdefault(int(number), {})[key] = value
    optimizer.load_state_dict({"state": moments, "param_groups": optimizer.state_dict()["param_groups"]})
    return RunProgress(metadata["step"], metadata["steps"], metadata["spent_s"], metadata["history"])


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
