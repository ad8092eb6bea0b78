"""What a client asks of the worker: decompose, correct, count in another way, load."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Decompose:
    """Decompose the loaded loop again."""


@dataclass(frozen=True, slots=True)
class Correct:
    """Solve the loop's kit again from your edited steps."""


@dataclass(frozen=True, slots=True)
class CountAs:
    """Count the loop as this many quarter notes."""

    beats: int


@dataclass(frozen=True, slots=True)
class OpenAudio:
    """Decompose an audio file. beats: its length in quarter notes, if known."""

    path: str
    beats: int | None = None


@dataclass(frozen=True, slots=True)
class LoadFolder:
    """Load a decomposition folder."""

    path: str


@dataclass(frozen=True, slots=True)
class CancelJob:
    """Stop the worker's job."""


JobRequest = Decompose | Correct | CountAs | OpenAudio | LoadFolder | CancelJob
