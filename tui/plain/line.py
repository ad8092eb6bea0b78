"""A typed line, and how its words are read: every error says what was expected, and what there is."""

import difflib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from engine.core.commands import Boundary, Command
from engine.core.errors import UsageError
from engine.core.machine import Machine
from engine.core.names import readable
from engine.core.pattern import Step, Track
from engine.core.recording import MAX_BARS
from engine.core.requests import FitOptions, Request
from engine.core.snapshot import Snapshot
from engine.core.time_signature import Quarters

Value = TypeVar("Value")
ON_OFF = {"on": True, "off": False}


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask this of the engine. said: what to say once it has been accepted, where no change of the machine tells."""

    message: Command | Request
    boundary: Boundary = Boundary.NOW
    said: str = ""


@dataclass(frozen=True, slots=True)
class Say:
    """Say these lines."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Leave:
    """Leave the line mode. stop: end the engine, too."""

    stop: bool = False


@dataclass(frozen=True, slots=True)
class Choices:
    """What is remembered from line to line. bars: the length of takes, 0 for no set length; boundary: of mutes and
    solos; copied: the steps of a track; taps: when the tempo was tapped."""

    bars: int = 2
    boundary: Boundary = Boundary.BAR
    copied: Track | None = None
    taps: tuple[float, ...] = ()
    fit: FitOptions = FitOptions()


Answer = Ask | Say | Leave | Choices


class Line:
    """The words after the first one, taken one by one. now_s: when the line was typed."""

    def __init__(self, words: Iterable[str], snapshot: Snapshot, choices: Choices, now_s: float = 0.0) -> None:
        self._words = list(words)
        self.snapshot, self.choices, self.now_s = snapshot, choices, now_s

    @property
    def machine(self) -> Machine:
        """The machine as it is now."""
        return self.snapshot.status.machine

    @property
    def more(self) -> bool:
        """Whether words are left."""
        return bool(self._words)

    def peek(self) -> str:
        """The next word in lower case, "" for none; it stays."""
        return self._words[0].lower() if self._words else ""

    def word(self, what: str) -> str:
        """The next word, whatever it is."""
        if not self._words:
            raise UsageError(f"{what[0].upper()}{what[1:]} is missing.")
        return self._words.pop(0)

    def rest(self, what: str) -> str:
        """All that is left, as one text."""
        text = " ".join(self._words)
        self._words.clear()
        if not text:
            raise UsageError(f"{what[0].upper()}{what[1:]} is missing.")
        return text

    def track(self) -> Track:
        """A track, by its name or number."""
        tracks = self.machine.pattern.tracks
        names = {track.name: track for track in tracks}
        word = self.word(f"a track ({', '.join(names)})").lower()
        if word == "perc" and self.peek().isdecimal():
            word = f"perc {self._words.pop(0)}"
        if word.isdecimal() and 1 <= int(word) <= len(tracks):
            return tracks[int(word) - 1]
        if word not in names:
            raise UsageError(f"No track is called {readable(word, 30)!r}. There are {_listed(names)}.")
        return names[word]

    def step(self, track: Track) -> int:
        """A step of the track, counted from 1; its index."""
        return self.whole(f"a step of {track.name}", 1, len(track.steps)) - 1

    def number(self, what: str, low: float = -math.inf, high: float = math.inf) -> float:
        """A number; `50%` is 0.5."""
        word = self.word(what).replace(",", ".")
        try:
            value = float(word.removesuffix("%")) / (100.0 if word.endswith("%") else 1.0)
        except ValueError:
            value = math.nan
        if not low <= value <= high or math.isinf(value):
            limits = f" from {low:g} to {high:g}" if not math.isinf(low) and not math.isinf(high) else ""
            raise UsageError(f"{what[0].upper()}{what[1:]} is a number{limits}, not {readable(word, 20)!r}.")
        return value

    def whole(self, what: str, low: int, high: int) -> int:
        """A whole number."""
        value = self.number(what, low, high)
        if value != int(value):
            raise UsageError(f"{what[0].upper()}{what[1:]} is a whole number, not {value:g}.")
        return int(value)

    def one_of(self, what: str, options: Mapping[str, Value]) -> Value:
        """One of these words."""
        word = self.word(f"{what} ({', '.join(options)})").lower()
        if word not in options:
            near = difflib.get_close_matches(word, options, 1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise UsageError(f"{what[0].upper()}{what[1:]} is one of {', '.join(options)}, not "
                             f"{readable(word, 20)!r}.{hint}")
        return options[word]

    def on_off(self, now: bool) -> bool:
        """`on` or `off`; without either, the opposite of how it is now."""
        return self.one_of("this", ON_OFF) if self.more else not now

    def beats(self) -> Quarters:
        """A number of bars, or the usual length of takes, in beats."""
        bars = self.whole("a number of bars", 1, MAX_BARS) if self.more else self.choices.bars or 4
        return bars * self.machine.pattern.beats_per_bar

    def end(self) -> None:
        """Raise UsageError if words are left over."""
        if self._words:
            raise UsageError(f"There is a word too many: {readable(' '.join(self._words), 40)!r}. Type help and the "
                             "first word to see what it needs.")


def old_step(track: Track, index: int) -> Step:
    """The step as it is, or the hit that an empty one becomes when something else than its velocity is set."""
    return track.steps[index] or Step(0.8)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"{number} {name}" for number, name in enumerate(names, 1))
