"""What is to be done, what came of it, and what a process says meanwhile."""

import os
from dataclasses import dataclass
from pathlib import Path

from msgspec import Struct


class Job(Struct, frozen=True, tag=True):
    """One file to decompose. path, folder: as bytes, for a name may be anything; overwrite: the folder may hold a kit
    that is to be replaced."""

    number: int
    path: bytes
    folder: bytes
    overwrite: bool = False

    @property
    def file(self) -> Path:
        """The recording."""
        return Path(os.fsdecode(self.path))

    @property
    def kit(self) -> Path:
        """Where its kit belongs."""
        return Path(os.fsdecode(self.folder))


class Ready(Struct, frozen=True, tag=True):
    """The process has loaded its tools."""


class Unfit(Struct, frozen=True, tag=True):
    """The process cannot decompose anything: a sentence, and the exit code that it deserves."""

    sentence: str
    exit_code: int


class Beat(Struct, frozen=True, tag=True):
    """The process lives: processor time that it has used so far."""

    cpu_s: float


class Advanced(Struct, frozen=True, tag=True):
    """The job in hand has made progress."""


class Finished(Struct, frozen=True, tag=True):
    """The job is done: the folder written, and a few words about the kit."""

    folder: bytes
    words: str

    @property
    def path(self) -> Path:
        """The folder written."""
        return Path(os.fsdecode(self.folder))


class Failed(Struct, frozen=True, tag=True):
    """The job cannot be done: why, in one sentence."""

    sentence: str


FromChild = Ready | Unfit | Beat | Advanced | Finished | Failed


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a job. folder: where the kit is, None if there is none; words: about the kit, or why there is none."""

    job: Job
    folder: Path | None
    words: str
