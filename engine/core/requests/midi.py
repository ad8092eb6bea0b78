"""What a client asks of the MIDI ports and controllers."""

from dataclasses import dataclass
from enum import Enum

from engine.core.names import check_name


class Direction(Enum):
    """Which way MIDI goes, seen from Tao."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class ConnectMidi:
    """Keep Tao's port `number` (from 1) connected to the port whose name contains `name`, whenever that exists; None:
    to none."""

    direction: Direction
    number: int
    name: str | None

    def __post_init__(self) -> None:
        check_name(self.name or "", "A MIDI port")


@dataclass(frozen=True, slots=True)
class Learn:
    """Give this target to the next controller that moves or, for `pad TRACK`, to the next note; None: stop waiting.

    Targets: those of `engine.core.midi.CONTROLS`, and pad TRACK.
    """

    target: str | None

    def __post_init__(self) -> None:
        check_name(self.target or "", "What a controller moves")


@dataclass(frozen=True, slots=True)
class Unlearn:
    """Forget every controller that has this target."""

    target: str


@dataclass(frozen=True, slots=True)
class WriteSteps:
    """Record pads played while the song runs as steps of the pattern, or stop doing so."""

    on: bool


@dataclass(frozen=True, slots=True)
class ChooseGrid:
    """Use grid controllers of this note map, of any (`auto`), or none (`off`)."""

    name: str

    def __post_init__(self) -> None:
        check_name(self.name, "A note map")


MidiRequest = ChooseGrid | ConnectMidi | Learn | Unlearn | WriteSteps
