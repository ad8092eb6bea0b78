"""Trained weights: where each file comes from, under which licence, and the hash it must have.

Files are safetensors, which hold numbers and text and nothing that runs; nothing is ever unpickled. Numbers
are stored as float16 and used as float32.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as tensors_of
from safetensors.torch import save as bytes_of
from torch import Tensor

from engine.core.errors import WeightsMissing

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Shipped:
    """A file that comes with Tao. licence and origin are told to whoever lists the models."""

    name: str
    file: str
    sha256: str
    licence: str
    origin: str

    @property
    def path(self) -> Path:
        """Where it lies."""
        return FOLDER / self.file


SHIPPED: tuple[Shipped, ...] = (
    Shipped("drum-priors", "drum-priors.safetensors",
            "6a61cf9ac92aaa5b5861ed9e1146ececcd7559f08cfe76dae99698189de9fb26",
            "MIT; means over one-shots under the licences that DRUM_PRIORS.md lists", "models/weights/DRUM_PRIORS.md"),
    Shipped("tao", "tao.safetensors", "1436e23325b6c4ba14c87846315d87c12455ce5dc2501af082a6b344f97f3a95",
            "MIT; trained on one-shots under the licences that TRANSCRIBER.md lists", "models/weights/TRANSCRIBER.md"),
    Shipped("tao-separator", "tao-separator.safetensors",
            "cb0366a2f200d7427ada70299941d3a72b3f20922e49ed2b5d6fe4c236c45b61",
            "MIT; trained on one-shots under the licences that TRANSCRIBER.md lists", "models/weights/SEPARATOR.md"),
)


def shipped(name: str) -> Shipped:
    """The shipped weights of that name. Raises WeightsMissing when there are none."""
    for one in SHIPPED:
        if one.name == name:
            return one
    known = ", ".join(one.name for one in SHIPPED) or "none"
    raise WeightsMissing(f"No weights called {name!r} come with Tao; there are: {known}. "
                         "Train some with `tao_live.py train`.")


def save_weights(path: Path, tensors: Mapping[str, Tensor], told: Mapping[str, Any]) -> str:
    """Write tensors (floats as float16) and what is told about them (JSON); return the file's SHA-256."""
    small = {name: _small(value) for name, value in tensors.items()}
    data = bytes_of(small, {"tao": json.dumps(told)})
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return hashlib.sha256(data).hexdigest()


def _small(value: Tensor) -> Tensor:
    value = value.detach().cpu().contiguous()
    return value.half() if value.is_floating_point() else value


def load_weights(path: Path, sha256: str | None = None) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The tensors (float32) and what is told about them.

    Raises WeightsMissing when the file is not there, is not what `sha256` says, or is no weights file of Tao.
    """
    if not path.is_file():
        raise WeightsMissing(f"The weights {path} are not there. Install Tao again, or train some with "
                             "`tao_live.py train`.")
    data = path.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if sha256 is not None and found != sha256:
        raise WeightsMissing(f"{path.name} is not the file it should be: SHA-256 {sha256[:12]}... was expected, "
                             f"{found[:12]}... found. Install Tao again.")
    try:
        tensors = tensors_of(data)
        told = json.loads(_metadata(data)["tao"])
    except (SafetensorError, KeyError, ValueError) as error:
        raise WeightsMissing(f"{path} holds no weights of Tao ({error}); give the weights.safetensors of a "
                             "training run.") from error
    return {name: value.float() if value.dtype == torch.float16 else value for name, value in tensors.items()}, told


def _metadata(data: bytes) -> dict[str, str]:
    """The text in a safetensors header: eight bytes of length, then JSON."""
    length = int.from_bytes(data[:8], "little")
    return dict(json.loads(data[8 : 8 + length])["__metadata__"])
