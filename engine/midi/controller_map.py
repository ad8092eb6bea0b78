"""Knobs and switches: which controller or note does what, how a new one is learned, and where that is kept."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from engine.core.commands import Command, LatchEffect, Play, SetGain, SetPad, SetSwing, SetTempo, ShapeEffect, Stop
from engine.core.effects import RANGES
from engine.core.errors import InvalidValue
from engine.core.machine import Machine
from engine.core.midi import CONTROLS, HELD, KNOBS, NOTE, PAD, SHAPED, SWITCHES, MidiSetup
from engine.core.pattern import MAX_SWING, MIN_SWING
from engine.library.files import replace_file

CONTROL, NOTE_ON, NOTE_OFF = 0xB0, 0x90, 0x80
SLOWEST_BPM, PRESSED = 60.0, 64


class Surface:
    """Learned controllers. `hear` says what a message asks for; the switch `record` is left to its owner."""

    def __init__(self, controls: Mapping[str, str]) -> None:
        self.controls = dict(controls)
        self.learning: str | None = None
        self._pressed: set[str] = set()
        self._turned: dict[str, int] = {}
        self.record_pressed = False

    def learn(self, target: str | None) -> None:
        """Wait for a controller for this target. Raises InvalidValue for one that there is not."""
        if target is not None and target not in CONTROLS and not target.startswith(PAD):
            raise InvalidValue(f"No control is called {target!r}; there are {', '.join(CONTROLS)} and pad TRACK.")
        self.learning = target

    def unlearn(self, target: str) -> None:
        """Forget what was learned for the target. Raises InvalidValue when nothing was."""
        kept = {key: name for key, name in self.controls.items() if name != target}
        if len(kept) == len(self.controls):
            raise InvalidValue(f"No knob has learned {target!r}.")
        self.controls = kept

    def hear(self, message: bytes) -> tuple[Command | None, str | None]:
        """Take in one message: a command that it asks for at once, and a line for the musician, where there is one."""
        kind, channel = message[0] & 0xF0, (message[0] & 0x0F) + 1
        if len(message) < 3:
            return None, None
        if kind in (NOTE_ON, NOTE_OFF):
            return self._note(f"{channel}:{NOTE}{message[1]}", message[1], message[2] if kind == NOTE_ON else 0)
        if kind != CONTROL or message[1] >= 120:
            return None, None
        key = f"{channel}:{message[1]}"
        if self.learning is not None and not self.learning.startswith(PAD):
            return None, self._bind(key, f"Controller {key}")
        target = self.controls.get(key)
        if target in KNOBS:
            self._turned[target] = message[2]
        elif target in SWITCHES:
            return self._switch(target, key, message[2]), None
        return None, None

    def turned(self, machine: Machine) -> list[Command]:
        """What the knobs that were turned since the last time ask for: the newest value of each."""
        turned, self._turned = self._turned, {}
        return [_knob(target, value / 127.0, machine) for target, value in turned.items()]

    def _note(self, key: str, note: int, velocity: int) -> tuple[Command | None, str | None]:
        """A key or a pad: it strikes a track, or is a switch for as long as it is held; never a knob."""
        if velocity and self.learning is not None and self.learning.startswith(PAD):
            track, self.learning = self.learning.removeprefix(PAD), None
            self.controls = {known: name for known, name in self.controls.items() if known != key}
            return SetPad(note, track), f"Note {note} strikes {track} now."
        if velocity and self.learning in SWITCHES:
            return SetPad(note, None), self._bind(key, f"Note {note} of channel {key.split(':')[0]}")
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
        """A foot switch acts when it goes down; its release means nothing, but for an effect that it holds."""
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
    """The play switch stops a song that plays."""
    return Stop() if command is _TOGGLE and machine.playing else command


def _knob(target: str, share: float, machine: Machine) -> Command:
    """A knob at `share` of its way, 0..1, as a command."""
    match target:
        case "tempo":
            return SetTempo(SLOWEST_BPM + round(127 * share))
        case "swing":
            return SetSwing(MIN_SWING + share * (MAX_SWING - MIN_SWING))
        case "gain":
            return SetGain(-60.0 + 72.0 * share)
    effect = SHAPED[target]
    allowed = RANGES[effect]
    return ShapeEffect(effect, allowed.low + share * (allowed.high - allowed.low))


def read_setup(file: Path | None) -> tuple[MidiSetup, str | None]:
    """What was kept, and a sentence when it cannot be read: then all is as new, and the file is left alone."""
    if file is None or not file.exists():
        return MidiSetup(), None
    try:
        return msgspec.json.decode(file.read_bytes(), type=MidiSetup), None
    except (OSError, msgspec.MsgspecError, InvalidValue, UnicodeDecodeError) as error:
        return MidiSetup(), f"The MIDI setup in {file} cannot be read ({error}); mend it, or move it away."


def write_setup(file: Path | None, setup: MidiSetup) -> str | None:
    """Keep it: whole or not at all; a sentence when that failed."""
    if file is None:
        return None
    try:
        replace_file(file, msgspec.json.format(msgspec.json.encode(setup)))
    except OSError as error:
        return f"The MIDI setup is not kept: {error}. Make room, or let Tao write to {file.parent}."
    return None
