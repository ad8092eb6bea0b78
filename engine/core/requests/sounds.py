"""What a client asks of the sound browser: list, audition and swap sounds."""

from dataclasses import dataclass
from enum import Enum

from engine.core.names import check_name


class SoundSource(Enum):
    """Where to look for sounds: in this loop and kit, in other kits, in a folder of audio files, in the library; or,
    for kits, among the library's patterns."""

    LOOP = "loop"
    KITS = "kits"
    FOLDER = "folder"
    LIBRARY = "library"
    PATTERNS = "patterns"


@dataclass(frozen=True, slots=True)
class FitOptions:
    """In which respects a replacement is fitted to the one-shot it replaces."""

    level: bool = True
    onset: bool = True
    tuning: bool = False
    decay: bool = False


@dataclass(frozen=True, slots=True)
class BrowseSounds:
    """List other sounds for a track, for SoundSource.PATTERNS kits with a pattern like the present one.

    path: the folder for SoundSource.FOLDER; for SoundSource.LIBRARY words that have to apply, the nearest sounds come
    first.
    """

    track: str
    where: SoundSource
    path: str = ""


@dataclass(frozen=True, slots=True)
class AuditionSound:
    """Play sound `place` of the list, fitted to the track."""

    track: str
    place: int
    fit: FitOptions = FitOptions()


@dataclass(frozen=True, slots=True)
class SwapSound:
    """Give the track sound `place` of the list."""

    track: str
    place: int
    fit: FitOptions = FitOptions()


@dataclass(frozen=True, slots=True)
class SwapNextSound:
    """Give the track the next sound of the list (by 1), or the previous one (-1)."""

    track: str
    by: int = 1
    fit: FitOptions = FitOptions()


@dataclass(frozen=True, slots=True)
class SwapKit:
    """Give every unlocked track the sound of its name from the kit folder called `name`."""

    name: str
    fit: FitOptions = FitOptions()

    def __post_init__(self) -> None:
        check_name(self.name, "A kit")


@dataclass(frozen=True, slots=True)
class LoadFoundKit:
    """Load the kit, with its pattern, that entry `place` of the list belongs to."""

    place: int


SoundRequest = BrowseSounds | AuditionSound | SwapSound | SwapNextSound | SwapKit | LoadFoundKit
