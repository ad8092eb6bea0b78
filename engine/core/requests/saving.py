"""What a client asks to be kept: save a kit or a set, start over, open a set."""

from dataclasses import dataclass

from engine.core.names import check_name


@dataclass(frozen=True, slots=True)
class SaveKit:
    """Save the kit as it is now as a folder of this name beside the takes; empty: its own name."""

    name: str = ""

    def __post_init__(self) -> None:
        check_name(self.name, "A kit")


@dataclass(frozen=True, slots=True)
class New:
    """Start over with an empty machine. Undo brings everything back; what is on disk stays."""


@dataclass(frozen=True, slots=True)
class SaveSet:
    """Save takes, kits, MIDI setup and journal of this session as one folder of this name."""

    name: str

    def __post_init__(self) -> None:
        check_name(self.name, "A set")


@dataclass(frozen=True, slots=True)
class OpenSet:
    """Load the kit that the set in this folder ended with, and its MIDI setup."""

    path: str


KeepRequest = SaveKit | New | SaveSet | OpenSet
