"""The list of sounds that a track could have instead, as faces see it."""

from dataclasses import dataclass
from enum import Enum


class Where(Enum):
    """Where sounds are looked for: in this loop and kit, in other kits, in a folder of audio files."""

    LOOP = "loop"
    KITS = "kits"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True)
class Wishes:
    """In what a replacement is to be like the hit it replaces."""

    level: bool = True
    onset: bool = True
    tuning: bool = False
    decay: bool = False


@dataclass(frozen=True, slots=True)
class Shelf:
    """What was found for `track`, by name; chosen: the one that was heard or taken last, -1 for none."""

    track: str
    where: Where
    path: str
    names: tuple[str, ...]
    chosen: int = -1
