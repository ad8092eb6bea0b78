"""What a client asks of the worker: decompose, correct, count in another way, load."""

from dataclasses import dataclass

from engine.core.methods import USUAL
from engine.core.time_signature import Quarters, TimeSignature


@dataclass(frozen=True, slots=True)
class Decompose:
    """Decompose the loaded loop again."""


@dataclass(frozen=True, slots=True)
class Correct:
    """Solve the loop's kit again from your edited steps."""


@dataclass(frozen=True, slots=True)
class CountAs:
    """Count the loop as this many quarter notes, in another metre if one is given."""

    beats: Quarters
    time_signature: TimeSignature | None = None


@dataclass(frozen=True, slots=True)
class ChooseReading:
    """Read the loop's recording in another of the ways that the status lists; `number` counts from 0, where the present
    one is."""

    number: int


@dataclass(frozen=True, slots=True)
class OpenAudio:
    """Decompose an audio file. beats: its length in quarter notes, if known."""

    path: str
    beats: Quarters | None = None


@dataclass(frozen=True, slots=True)
class LoadFolder:
    """Load a decomposition folder."""

    path: str


@dataclass(frozen=True, slots=True)
class ChooseMethod:
    """Decompose with this plugin from now on. kind: one of those in `engine.core.methods.GROUPS`; name: NAME or
    NAME:ARGUMENT. Raises InvalidValue."""

    kind: str
    name: str

    def __post_init__(self) -> None:
        USUAL.changed(self.kind, self.name)


@dataclass(frozen=True, slots=True)
class CancelJob:
    """Stop the worker's job."""


JobRequest = Decompose | Correct | CountAs | ChooseReading | OpenAudio | LoadFolder | ChooseMethod | CancelJob
