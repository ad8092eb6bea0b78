"""Weights files: safetensors, which hold numbers and text and nothing that runs. Nothing is ever unpickled.

Floats are stored as float16 and used as float32. The metadata is JSON, under the key `tao` of the file's header.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as tensors_of
from safetensors.torch import save as bytes_of
from torch import Tensor, nn

from engine.core.errors import WeightsMissing
from engine.library.files import replacing
from models.weights.shipped import shipped


def save_weights(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, Any]) -> str:
    """Write tensors, floats as float16, and metadata that JSON can hold; return the file's SHA-256."""
    small = {name: _small(value) for name, value in tensors.items()}
    data = bytes_of(small, {"tao": json.dumps(metadata)})
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as part:
        part.write_bytes(data)
    return hashlib.sha256(data).hexdigest()


def _small(value: Tensor) -> Tensor:
    value = value.detach().cpu().contiguous()
    return value.half() if value.is_floating_point() else value


def load_weights(path: Path, sha256: str | None = None) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The tensors, floats as float32, and the metadata.

    Raises WeightsMissing when the file is missing, does not match `sha256`, or is not a weights file of Tao's.
    """
    if not path.is_file():
        raise WeightsMissing(f"There is no weights file {str(path)!r}. " + (
            "Check the name, or train weights with `tao_live.py train`." if sha256 is None else "Reinstall Tao."))
    data = path.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if sha256 is not None and found != sha256:
        raise WeightsMissing(f"{path.name} is damaged: its SHA-256 should be {sha256[:12]}... and is "
                             f"{found[:12]}... Reinstall Tao.")
    try:
        tensors = tensors_of(data)
        metadata = json.loads(_header_text(data)["tao"])
    except (SafetensorError, KeyError, ValueError) as error:
        raise WeightsMissing(f"{path} is not a weights file of Tao's ({error}). Name the weights.safetensors of a "
                             "training run.") from error
    return {name: value.float() if value.dtype == torch.float16 else value for name, value in tensors.items()}, metadata


def load_own(weights: str, name: str) -> tuple[Path, dict[str, Tensor], dict[str, Any]]:
    """The file `weights`, or the shipped weights called `name` where that is empty: its path, and what `load_weights`
    reads. Raises WeightsMissing."""
    ours = None if weights else shipped(name)
    path = ours.path if ours else Path(weights)
    return path, *load_weights(path, ours.sha256 if ours else None)


def load_into(net: nn.Module, path: Path, network: str) -> None:
    """Give `net` the weights in a file. Raises WeightsMissing, also when they are of another network or size."""
    tensors, metadata = load_weights(path)
    if metadata.get("network") != network:
        raise WeightsMissing(f"{path} holds weights of the network {metadata.get('network')!r}; {network!r} is needed "
                             "here. Name the weights.safetensors of such a run.")
    try:
        net.load_state_dict(tensors)
    except RuntimeError:
        raise WeightsMissing(f"{path} holds weights of the network {network!r} in another size. Name a file of the "
                             "same size.") from None


def _header_text(data: bytes) -> dict[str, str]:
    """The text in a safetensors header: eight bytes of length, then JSON."""
    length = int.from_bytes(data[:8], "little")
    return dict(json.loads(data[8 : 8 + length])["__metadata__"])
