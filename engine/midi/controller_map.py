"""Knobs, pads and switches: which one does what, how a new one is learned, and the file in which that is kept."""

from collections.abc import Mapping
from pathlib import Path

import mido
import msgspec

from engine.core.commands import (
    Command,
    Crossbreed,
    LatchEffect,
    Play,
    SetGain,
    SetPad,
    SetSwing,
    SetTempo,
    ShapeEffect,
    Stop,
)
from engine.core.effects import RANGES
from engine.core.errors import InvalidValue
from engine.core.machine import Machine
from engine.core.midi import CONTROLS, HELD, KNOBS, MORPHS, NOTE, PAD, SHAPED, SWITCHES, MidiSetup
from engine.core.midi_bytes import ALL_SOUND_OFF
from engine.core.names import readable
from engine.core.pattern import MAX_SWING, MIN_SWING
from engine.library.files import replace_file
from engine.midi.parsing import parsed

SLOWEST_BPM, PRESSED = 60.0, 64
MAX_BYTES = 1 << 20


class ControllerMap:
    """What was learned: targets by controller or note. `hear` turns messages into commands; record_pressed says that
    the record switch went down; the caller resets it when it has acted."""

    def __init__(self, controls: Mapping[str, str]) -> None:
        self.controls = dict(controls)
        self.learning: str | None = None
        self._pressed: set[str] = set()
        self._turned: dict[str, int] = {}
        self.record_pressed = False

    def learn(self, target: str | None) -> None:
        """Give this target to the next controller that moves. Raises InvalidValue for an unknown target."""
        if target is not None and target not in CONTROLS and not target.startswith(PAD):
            raise InvalidValue(f"A controller cannot do {target!r}. Choose {', '.join(CONTROLS)} or pad TRACK.")
        self.learning = target

    def unlearn(self, target: str) -> None:
        """Forget what moves the target. Raises InvalidValue when nothing does."""
        kept = {key: name for key, name in self.controls.items() if name != target}
        if len(kept) == len(self.controls):
            raise InvalidValue(f"No controller moves {target!r}.")
        self.controls = kept

    def hear(self, message: bytes) -> tuple[Command | None, str | None]:
        """One message: the command that it asks for at once, and a sentence for the musician, where there is one."""
        match parsed(message):
            case mido.Message(type="note_on", channel=channel, note=note, velocity=velocity):
                return self._note(channel + 1, note, velocity)
            case mido.Message(type="note_off", channel=channel, note=note):
                return self._note(channel + 1, note, 0)
            case mido.Message(type="control_change", channel=channel, control=control, value=value) \
                    if control < ALL_SOUND_OFF:
                return self._controller(f"{channel + 1}:{control}", value)
        return None, None

    def turned(self, machine: Machine) -> list[Command]:
        """Commands for the knobs turned since the last call: the newest value of each."""
        turned, self._turned = self._turned, {}
        return [_knob(target, value / 127.0, machine) for target, value in turned.items()]

    def _controller(self, key: str, value: int) -> tuple[Command | None, str | None]:
        if self.learning is not None and not self.learning.startswith(PAD):
            return None, self._bind(key, f"Controller {key}")
        target = self.controls.get(key)
        if target in KNOBS:
            self._turned[target] = value
        elif target in SWITCHES:
            return self._switch(target, key, value), None
        return None, None

    def _note(self, channel: int, note: int, velocity: int) -> tuple[Command | None, str | None]:
        """A key or pad: it triggers a track, or is a switch for as long as it is held; never a knob."""
        key = f"{channel}:{NOTE}{note}"
        if velocity and self.learning is not None and self.learning.startswith(PAD):
            track, self.learning = self.learning.removeprefix(PAD), None
            self.controls = {known: name for known, name in self.controls.items() if known != key}
            return SetPad(note, track), f"Note {note} triggers {track} now."
        if velocity and self.learning in SWITCHES:
            return SetPad(note, None), self._bind(key, f"Note {note} of channel {channel}")
        target = self.controls.get(key)
        return (None if target is None else self._switch(target, key, 127 if velocity else 0)), None

    def _bind(self, key: str, words: str) -> str:
        target, self.learning = self.learning, None
        assert target is not None
        before = self.controls.get(key)
        self.controls = {**{k: name for k, name in self.controls.items() if name != target}, key: target}
        instead = f" instead of {before}" if before not in (None, target) else ""
        return f"{words} moves {target} now{instead}."

    def _switch(self, target: str, key: str, value: int) -> Command | None:
        """A foot switch acts when it goes down; its release only ends an effect that it holds."""
        pressed = value >= PRESSED
        if pressed == (key in self._pressed):
            return None
        (self._pressed.add if pressed else self._pressed.discard)(key)
        if target in HELD:
            return LatchEffect(HELD[target], pressed)
        if target == "record":
            self.record_pressed = pressed
        return _TOGGLE if pressed and target == "play" else None


_TOGGLE = Play()


def toggled(command: Command | None, machine: Machine) -> Command | None:
    """The command itself; the play switch stops a song that plays."""
    return Stop() if command is _TOGGLE and machine.playing else command


def _knob(target: str, share: float, machine: Machine) -> Command:
    """A knob turned to `share` of its range, 0..1, as a command."""
    match target:
        case "tempo":
            return SetTempo(SLOWEST_BPM + round(127 * share))
        case "swing":
            return SetSwing(MIN_SWING + share * (MAX_SWING - MIN_SWING))
        case "gain":
            return SetGain(-60.0 + 72.0 * share)
        case _ if target in MORPHS:
            return Crossbreed(**dict.fromkeys(MORPHS[target], share))
    effect = SHAPED[target]
    allowed = RANGES[effect]
    return ShapeEffect(effect, allowed.low + share * (allowed.high - allowed.low))


def read_setup(file: Path | None) -> tuple[MidiSetup, str | None]:
    """The MIDI setup in the file. One that cannot be read is left alone: then the default, and a sentence about it."""
    if file is None or not file.exists():
        return MidiSetup(), None
    try:
        if not file.is_file() or file.stat().st_size > MAX_BYTES:
            raise InvalidValue("it is not a file of Tao's")
        return msgspec.json.decode(file.read_bytes(), type=MidiSetup), None
    except (OSError, msgspec.MsgspecError, InvalidValue, UnicodeDecodeError, RecursionError) as error:
        reason = readable(str(error).rstrip("."), 200)
        return MidiSetup(), f"The MIDI setup in {file} cannot be read ({reason}). Repair it, or move it away."


def write_setup(file: Path | None, setup: MidiSetup) -> str | None:
    """Replace the file as a whole; a sentence when that failed."""
    if file is None:
        return None
    try:
        replace_file(file, msgspec.json.format(msgspec.json.encode(setup)))
    except OSError as error:
        return f"The MIDI setup is not saved: {error}. Make room, or let Tao write to {file.parent}."
    return None
