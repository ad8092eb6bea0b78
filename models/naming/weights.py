"""The weights of the second look, a small JSON file that comes with Tao."""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from engine.core.errors import WeightsMissing
from models.naming.hits import HIT_FEATURES
from models.naming.tracks import DRUM_FEATURES, NONE_FEATURES
from models.weights.shipped import shipped

NAME = "second-look"
_PARTS = {"drums": DRUM_FEATURES, "none": NONE_FEATURES, "hits": HIT_FEATURES}


@dataclass(frozen=True, slots=True, eq=False)
class NamingWeights:
    """drums (DRUM_FEATURES,), none (NONE_FEATURES,): of a track's names; hits (HIT_FEATURES,): of a hit's chance;
    threshold: the chance from which on a hit stays."""

    drums: np.ndarray
    none: np.ndarray
    hits: np.ndarray
    threshold: float

    def to_json(self) -> str:
        """The file: each weight beside the name of its feature."""
        parts = {part: dict(zip(features, np.round(getattr(self, part), 4).tolist(), strict=True))
                 for part, features in _PARTS.items()}
        return json.dumps({**parts, "threshold": round(self.threshold, 4)}, indent=1) + "\n"


@cache
def shipped_weights() -> NamingWeights:
    """The weights that come with Tao. Raises WeightsMissing."""
    ours = shipped(NAME)
    return read_weights(ours.path, ours.sha256)


def read_weights(path: Path, sha256: str | None = None) -> NamingWeights:
    """The weights of a file. Raises WeightsMissing when it is missing, damaged, or of another version of Tao."""
    if not path.is_file():
        raise WeightsMissing(f"The weights file {path} is missing. Reinstall Tao, or fit weights with "
                             "`tao_live.py train judge`.")
    data = path.read_bytes()
    if sha256 is not None and hashlib.sha256(data).hexdigest() != sha256:
        raise WeightsMissing(f"{path.name} is damaged. Reinstall Tao.")
    try:
        document = json.loads(data)
        parts = {part: np.array([float(document[part][feature]) for feature in features])
                 for part, features in _PARTS.items()}
        return NamingWeights(**parts, threshold=float(document["threshold"]))
    except (ValueError, KeyError, TypeError) as error:
        raise WeightsMissing(f"{path} does not hold the weights of this version's second look ({error}). Fit them "
                             "again with `tao_live.py train judge`.") from None
