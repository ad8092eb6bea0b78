"""What a face asks of the MIDI desk: connections by name, what a knob does, writing steps by hand."""

from dataclasses import dataclass
from enum import Enum


class Direction(Enum):
    """Which way MIDI goes, seen from Tao."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class ConnectMidi:
    """Keep Tao's port `number` (from 1) joined to the port whose name holds `name`, whenever that is there; None:
    to nothing."""

    direction: Direction
    number: int
    name: str | None


@dataclass(frozen=True, slots=True)
class Learn:
    """Let the next knob that is moved, or, for `pad TRACK`, the next note, have this target; None: nothing more.
    Targets: those of `engine.core.desk.CONTROLS`, and pad TRACK."""

    target: str | None


@dataclass(frozen=True, slots=True)
class Unlearn:
    """Forget every knob that has this target."""

    target: str


@dataclass(frozen=True, slots=True)
class WriteSteps:
    """Let pads that are struck while the song plays be written into the pattern, or no longer."""

    on: bool


MidiRequest = ConnectMidi | Learn | Unlearn | WriteSteps
