"""What the process that reads a file has found."""

from dataclasses import dataclass

from engine.core.kit import Kit, SampleId
from engine.core.pattern import Pattern


@dataclass(frozen=True, slots=True)
class IsAudio:
    """It is a recording, to be decomposed."""


@dataclass(frozen=True, slots=True)
class IsKitFolder:
    """It is a kit folder of Tao's."""


@dataclass(frozen=True, slots=True)
class KitRead:
    """It is another program's kit. After this message come its sounds, float32 stereo, in this order and as many frames
    of each; remarks: what was left out."""

    kit: Kit
    samples: tuple[tuple[SampleId, int], ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PatternsRead:
    """It holds patterns of another program, each with its name there, and perhaps their tempo."""

    name: str
    patterns: tuple[tuple[str, Pattern], ...]
    tempo_bpm: float | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotOpened:
    """It cannot be opened; the sentence says why."""

    sentence: str


FOUND = (IsAudio, IsKitFolder, KitRead, PatternsRead, NotOpened)
Found = IsAudio | IsKitFolder | KitRead | PatternsRead
