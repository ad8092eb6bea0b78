"""What the engine and the process of an export say to each other."""

from dataclasses import dataclass

from engine.bridge.messages import SampleRef
from engine.core.exports import ExportSettings
from engine.core.kit import SampleId
from engine.core.machine import Machine


@dataclass(frozen=True, slots=True)
class ExportJob:
    """Write this machine, whose samples are in shared memory, to `folder` in these formats. kits: where its loop may
    have been kept as a kit, with the hits as they were heard; stall_s: how long a format may take, at most."""

    machine: Machine
    samples: dict[SampleId, SampleRef]
    formats: tuple[str, ...]
    folder: bytes
    settings: ExportSettings
    kits: bytes
    stall_s: int


@dataclass(frozen=True, slots=True)
class FormatBegun:
    """This format is being written."""

    format: str


@dataclass(frozen=True, slots=True)
class FormatDone:
    """This format has been written: the names of what was made; remark: what it could not hold, or empty."""

    format: str
    names: tuple[str, ...]
    remark: str


@dataclass(frozen=True, slots=True)
class FormatFailed:
    """This format could not be written; the sentence says why. Without a name: none could."""

    format: str
    sentence: str


JOBS = (ExportJob,)
NEWS = (FormatBegun, FormatDone, FormatFailed)
News = FormatBegun | FormatDone | FormatFailed
