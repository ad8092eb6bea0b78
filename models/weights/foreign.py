"""Other people's checkpoints, read without running anything in them."""

import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from engine.core.errors import WeightsMissing

_UNREADABLE = (pickle.UnpicklingError, RuntimeError, EOFError, OSError, LookupError, ValueError, TypeError,
               AttributeError)


def read_checkpoint(path: Path, remedy: str, classes: Sequence[type] = ()) -> Any:
    """The contents of a torch.save file: numbers, text, and instances of `classes`.

    Raises WeightsMissing, ending with `remedy`, when the file is missing, is not a checkpoint, or could only be opened
    by running code.
    """
    if not path.is_file():
        raise WeightsMissing(f"There is no checkpoint {path}; {remedy}")
    try:
        with torch.serialization.safe_globals(list(classes)):
            return torch.load(path, map_location="cpu", weights_only=True)
    except _UNREADABLE as error:
        raise WeightsMissing(f"{path} is not a checkpoint, or can only be opened by running code, which Tao never "
                             f"does; {remedy}") from error
