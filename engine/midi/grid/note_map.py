"""Note maps: which pad of a grid controller is which step, what its buttons do, and its colours. Read from TOML."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

from engine.core.errors import InvalidValue
from engine.core.midi_bytes import CONTROL_CHANGE, NOTE_ON
from engine.core.names import readable
from engine.core.pattern import MAX_TRACKS

SHIPPED = ("launchpad", "pads")
MAX_BYTES, MAX_SIDE, MAX_PORTS, MAX_SYSEX = 1 << 16, 16, 64, 256
TRACKS, STEPS = "tracks", "steps"
LIGHTS = ("off", "empty", "beat", "soft", "medium", "hard", "doubtful", "silenced", "playhead", "played", "button",
          "chosen", "sounding", "muted", "recording")
BUTTONS = ("play", "record", "undo", "redo", "earlier", "later", "follow",
           *(f"{what} {number}" for what in ("track", "mute", "solo") for number in range(1, MAX_TRACKS + 1)))
KINDS = {"note": NOTE_ON, "cc": CONTROL_CHANGE}
WRITTEN = ("like", "layout", "channel", "pads", "ports", "buttons", "colours")


class Control(NamedTuple):
    """A pad or button: the kind of message that it sends and that lights it (NOTE_ON or CONTROL_CHANGE), and its
    number, 0..127."""

    kind: int
    number: int


@dataclass(frozen=True, slots=True)
class Greeting:
    """Bytes sent to a controller when Tao takes it and when Tao lets it go; empty for none."""

    begin: bytes = b""
    end: bytes = b""


@dataclass(frozen=True, slots=True)
class NoteMap:
    """pads: rows of controls. layout: TRACKS, where each row is a track, or STEPS, where all pads, row by row, are the
    steps of one. channel 1..16: of the messages that light them. ports: greetings by a part of
    the port's name; colours: a velocity for each of LIGHTS."""

    name: str
    pads: tuple[tuple[Control, ...], ...]
    layout: str = TRACKS
    channel: int = 1
    ports: Mapping[str, Greeting] = field(default_factory=dict)
    buttons: Mapping[Control, str] = field(default_factory=dict)
    colours: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        widths = {len(row) for row in self.pads}
        if not (1 <= len(self.pads) <= MAX_SIDE and len(widths) == 1 and 1 <= min(widths) <= MAX_SIDE):
            raise InvalidValue(f"pads are 1 to {MAX_SIDE} rows of 1 to {MAX_SIDE} notes, all rows of the same length")
        controls = [*(pad for row in self.pads for pad in row), *self.buttons]
        if len(set(controls)) != len(controls):
            raise InvalidValue("a note or controller stands for two things")
        if self.layout not in (TRACKS, STEPS):
            raise InvalidValue(f'layout is "{TRACKS}" or "{STEPS}", not {readable(repr(self.layout), 40)}')

    @property
    def places(self) -> dict[Control, tuple[int, int]]:
        """The row and column of each pad."""
        return {pad: (row, column) for row, pads in enumerate(self.pads) for column, pad in enumerate(pads)}

    @property
    def steps_a_page(self) -> int:
        """How many steps of a track are seen at a time."""
        return len(self.pads[0]) * (1 if self.layout == TRACKS else len(self.pads))

    def colour(self, light: str) -> int:
        """The velocity that shows this light; 0 where the map names none."""
        return self.colours.get(light, 0)

    def greeting_of(self, port: str) -> Greeting | None:
        """What to send to the port of this name, if the map is made for it."""
        return next((greeting for part, greeting in self.ports.items() if part.lower() in port.lower()), None)


def note_maps(folder: Path | None) -> tuple[dict[str, NoteMap], tuple[str, ...]]:
    """All maps by name, those that ship and those in the folder, which come first; and a sentence about each file that
    cannot be used. Never raises."""
    folder_of_ours = resources.files("engine.midi.grid") / "maps"
    shipped = {name: note_map(name, (folder_of_ours / f"{name}.toml").read_text(encoding="utf-8"), {})
               for name in SHIPPED}
    own, problems = dict[str, NoteMap](), []
    for file in sorted(folder.glob("*.toml")) if folder is not None and folder.is_dir() else ():
        try:
            if not file.is_file() or file.stat().st_size > MAX_BYTES:
                raise InvalidValue("it is not a note map")
            own[file.stem] = note_map(file.stem, file.read_text(encoding="utf-8"), shipped)
        except (OSError, ValueError, RecursionError, InvalidValue) as problem:
            reason = readable(str(problem).rstrip("."), 200)
            problems.append(f"The note map {file} cannot be used: {reason}. Correct it, or move it away.")
    return {**own, **{name: known for name, known in shipped.items() if name not in own}}, tuple(problems)


def note_map(name: str, text: str, known: Mapping[str, NoteMap]) -> NoteMap:
    """The map in a TOML text; `like` begins with one of the known. Raises InvalidValue or ValueError."""
    written = tomllib.loads(text)
    for key in written:
        if key not in WRITTEN:
            raise InvalidValue(f"there is no entry {readable(repr(key), 40)}; those are {', '.join(WRITTEN)}")
    like = written.pop("like", None)
    if like is not None and like not in known:
        raise InvalidValue(f"there is no map {readable(repr(like), 40)} to be like; those are {', '.join(known)}")
    read: dict[str, Any] = {key: _READ[key](value) for key, value in written.items()}
    if like is None and "pads" not in read:
        raise InvalidValue('it has no pads; write them, or like = "launchpad"')
    if like is None:
        return NoteMap(name, **read)
    base = known[like]
    return replace(base, **{**read, "name": name, "colours": {**base.colours, **read.get("colours", {})}})


def _pads(value: Any) -> tuple[tuple[Control, ...], ...]:
    if not isinstance(value, list) or not all(isinstance(row, list) for row in value):
        raise InvalidValue("pads are rows of notes, such as [[36, 37], [38, 39]]")
    return tuple(tuple(Control(NOTE_ON, _whole(note, "a note", 0, 127)) for note in row) for row in value)


def _ports(value: Any) -> dict[str, Greeting]:
    """A list of names, or a table of greetings by name."""
    if isinstance(value, list):
        value = {name: {} for name in value if isinstance(name, str)}
    if not isinstance(value, dict) or len(value) > MAX_PORTS:
        raise InvalidValue('ports are parts of port names, such as ["MPD218"]')
    return {name: _greeting(name, told) for name, told in value.items() if name.strip()}


def _greeting(port: str, value: Any) -> Greeting:
    if not isinstance(value, dict) or not set(value) <= {"begin", "end"}:
        raise InvalidValue(f"the port {readable(port, 40)} has begin and end, each bytes such as \"F0 7E F7\"")
    return Greeting(*(_system_exclusive(value.get(key, ""), port) for key in ("begin", "end")))


def _system_exclusive(text: Any, port: str) -> bytes:
    """The bytes of one system exclusive message, or none."""
    try:
        told = bytes.fromhex(text)
    except (TypeError, ValueError):
        raise InvalidValue(f"the port {readable(port, 40)} has bytes that are not hexadecimal") from None
    framed = len(told) > 2 and told[0] == 0xF0 and told[-1] == 0xF7 and max(told[1:-1]) < 0x80
    if told and not (framed and len(told) <= MAX_SYSEX):
        raise InvalidValue(f"the port {readable(port, 40)} has bytes that are no system exclusive message, F0 ... F7")
    return told


def _buttons(value: Any) -> dict[Control, str]:
    if not isinstance(value, dict):
        raise InvalidValue('buttons are a table, such as "cc 93" = "earlier"')
    found = {}
    for key, does in value.items():
        match = re.fullmatch(r"(note|cc) (\d{1,3})", key)
        if match is None or int(match[2]) > 127:
            raise InvalidValue(f"a button is \"note 0..127\" or \"cc 0..127\", not {readable(repr(key), 40)}")
        if does not in BUTTONS:
            raise InvalidValue(f"no button does {readable(repr(does), 40)}; they do {', '.join(BUTTONS[:7])}, track 1, "
                               "mute 1, solo 1 ...")
        found[Control(KINDS[match[1]], int(match[2]))] = str(does)
    return found


def _colours(value: Any) -> dict[str, int]:
    if not isinstance(value, dict) or not set(value) <= set(LIGHTS):
        raise InvalidValue(f"colours are numbers for {', '.join(LIGHTS)}")
    return {light: _whole(number, "a colour", 0, 127) for light, number in value.items()}


def _whole(value: Any, what: str, low: int, high: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise InvalidValue(f"{what} is a whole number from {low} to {high}, not {readable(repr(value), 40)}")
    return value


_READ: Mapping[str, Callable[[Any], Any]] = {
    "layout": str, "channel": lambda value: _whole(value, "a channel", 1, 16), "pads": _pads, "ports": _ports,
    "buttons": _buttons, "colours": _colours}
