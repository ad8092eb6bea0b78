"""The separator's network in a file, and out of it."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine.core.errors import WeightsMissing
from models.separation.network import MaskNet, MaskNetSettings
from models.weights.shipped import load_weights, save_weights

_NETWORK = "masks"


def save_masker(path: Path, net: MaskNet, told: Mapping[str, Any]) -> str:
    """Write a network as `open_masker` reads it; return the file's SHA-256."""
    return save_weights(path, net.state_dict(), {"network": _NETWORK, "settings": asdict(net.settings), **told})


def open_masker(path: Path, sha256: str | None = None) -> MaskNet:
    """The network of a weights file, ready to be asked. Raises WeightsMissing."""
    tensors, told = load_weights(path, sha256)
    if told.get("network") != _NETWORK:
        raise WeightsMissing(f"{path} holds a network called {told.get('network')!r}, and {_NETWORK!r} is wanted.")
    net = MaskNet(MaskNetSettings(channels=tuple(told["settings"]["channels"])))
    net.load_state_dict(tensors)
    return net.eval()
