"""What a musician sees of the MIDI desk, and what of it outlasts a session."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.core.effects import RANGES, Effect
from engine.core.midi import MIDI_INPUTS, MIDI_OUTPUTS, Midi

# what a controller can be learned for: knobs move, switches act when pressed, `hold EFFECT` lasts while pressed
SHAPED = {effect.value: effect for effect, allowed in RANGES.items() if allowed.low < allowed.high}
HELD = {f"hold {effect.value}": effect for effect in Effect}
KNOBS = ("tempo", "swing", "gain", *SHAPED)
SWITCHES = ("play", "record", *HELD)
CONTROLS = KNOBS + SWITCHES
PAD = "pad "  # and a track: for a note
NOTE = "n"  # and its number: a note that works as a switch, where a controller has its number alone


@dataclass(frozen=True, slots=True)
class DeskSetup:
    """What is kept on disk. inputs, outputs: by the name of the port that each of Tao's is joined to, None for
    none; controls: targets by `CHANNEL:CONTROLLER` or `CHANNEL:nNOTE`, as musicians count them (channel from 1)."""

    inputs: tuple[str | None, ...] = (None,) * MIDI_INPUTS
    outputs: tuple[str | None, ...] = (None,) * MIDI_OUTPUTS
    controls: Mapping[str, str] = field(default_factory=dict)
    midi: Midi = field(default_factory=Midi)


@dataclass(frozen=True, slots=True)
class DeskStatus:
    """The desk now. joined_in, joined_out: the ports that are really joined, empty where the wish is not there;
    sources, destinations: every port there is to be joined; learning: the target that waits for a knob;
    last: the newest message that came in and was no clock, for reading."""

    inputs: tuple[str | None, ...] = (None,) * MIDI_INPUTS
    outputs: tuple[str | None, ...] = (None,) * MIDI_OUTPUTS
    joined_in: tuple[str, ...] = ("",) * MIDI_INPUTS
    joined_out: tuple[str, ...] = ("",) * MIDI_OUTPUTS
    sources: tuple[str, ...] = ()
    destinations: tuple[str, ...] = ()
    controls: Mapping[str, str] = field(default_factory=dict)
    learning: str | None = None
    writes_steps: bool = False
    last: str = ""
