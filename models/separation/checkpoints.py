"""Other people's checkpoints, read without running anything that they hold."""

import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from engine.core.errors import WeightsMissing

_SPOILT = (pickle.UnpicklingError, RuntimeError, EOFError, OSError, LookupError, ValueError, TypeError,
           AttributeError)


def read_checkpoint(path: Path, remedy: str, classes: Sequence[type] = ()) -> Any:
    """What a file of torch.save holds: numbers, text, and names of those classes. Raises WeightsMissing, which ends
    with the remedy, when it is not there, is no checkpoint, or would have to run code to be opened."""
    if not path.is_file():
        raise WeightsMissing(f"There is no checkpoint {path}; {remedy}")
    try:
        with torch.serialization.safe_globals(list(classes)):
            return torch.load(path, map_location="cpu", weights_only=True)
    except _SPOILT as error:
        raise WeightsMissing(f"{path} is no checkpoint, or would have to run code to be opened, which Tao never does; "
                             f"{remedy}") from error
