"""What can be typed: how it is called, its unit and range, and how it is read."""

import math
import re
from dataclasses import dataclass
from typing import Protocol, TypeVar

from engine.core.commands.sounds import Quality
from engine.core.effects import RANGES, Effect
from engine.core.pattern import MAX_STEPS, MAX_SWING, MIN_SWING
from engine.core.recording import MAX_BARS
from engine.core.step import When
from engine.core.timeline import MAX_BPM, MIN_BPM

Value = TypeVar("Value")


class Question(Protocol[Value]):
    """Something that is asked for in one line."""

    @property
    def question(self) -> str:
        """What is asked, with what may be answered."""

    def text(self, value: Value) -> str:
        """A value as it is shown in the field."""

    def read(self, typed: str) -> Value | None:
        """What was typed; None where that is no answer."""

    def refusal(self, typed: str) -> str:
        """Why what was typed is not taken."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A quantity. low, high: its range in `unit`; decimals: as many as are shown; 0: a whole number."""

    name: str
    unit: str
    low: float
    high: float
    decimals: int = 2

    @property
    def question(self) -> str:
        """`Tempo, 20 to 300 BPM:`"""
        return f"{self.name}, {self.low:g} to {self.high:g} {self.unit}".rstrip() + ":"

    def text(self, value: float) -> str:
        """A value as it is shown in the field."""
        return f"{value:.{self.decimals}f}"

    def read(self, typed: str) -> float | None:
        """The number, if it lies in the range."""
        number = read_number(typed)
        return number if number is not None and self.low <= number <= self.high else None

    def refusal(self, typed: str) -> str:
        """Why what was typed is not taken."""
        unit = f" {self.unit}" if self.unit else ""
        return f"{self.name} is a number from {self.low:g} to {self.high:g}{unit}, not {typed!r}."


Passes = tuple[tuple[int, int], When]  # A:B, and whether in fills


class TypedPasses:
    """On which passes a step plays: `1:4`, `fills`, `outside fills`, `all`."""

    question = "Passes, such as 1:4 for the first of every four; all, fills, or outside fills:"

    def text(self, value: Passes) -> str:
        """As it would be typed."""
        (nth, of), when = value
        if when is not When.ALWAYS:
            return "fills" if when is When.FILL else "outside fills"
        return "all" if of == 1 else f"{nth}:{of}"

    def read(self, typed: str) -> Passes | None:
        """What was meant; None where it is nothing of the kind."""
        words = " ".join(typed.lower().split())
        named = {"all": When.ALWAYS, "fills": When.FILL, "outside fills": When.NOT_FILL}
        if words in named:
            return (1, 1), named[words]
        match = re.fullmatch(r"(\d{1,2}) ?(?:[:/]|of) ?(\d{1,2})", words)
        if match is None or not 1 <= int(match[1]) <= int(match[2]) <= MOST_PASSES:
            return None
        return (int(match[1]), int(match[2])), When.ALWAYS

    def refusal(self, typed: str) -> str:
        """Why what was typed is not taken."""
        return f"Passes are A:B, pass A of every B up to {MOST_PASSES}, or all, fills or outside fills; not {typed!r}."


MOST_PASSES = 64
PASSES = TypedPasses()
VELOCITY = Typed("Velocity", "%", 1.0, 100.0, 0)
PROBABILITY = Typed("Probability", "%", 0.0, 100.0, 0)
OVERRIDES = {"pitch": Typed("Pitch of this step", "semitones", -24.0, 24.0),
             "decay": Typed("Decay of this step", "s", 0.005, 60.0, 3),
             "cutoff": Typed("Filter of this step", "Hz", 20.0, 20000.0, 0)}
SWING = Typed("Swing", "%", 100 * MIN_SWING, 100 * MAX_SWING, 1)
LENGTH = Typed("Length", "steps", 1.0, float(MAX_STEPS), 0)
BARS = Typed("Take", "bars", 1.0, float(MAX_BARS), 0)
TEMPO = Typed("Tempo", "BPM", MIN_BPM, MAX_BPM)
MASTER = Typed("Master fader", "dB", -60.0, 12.0, 1)
QUALITIES = {  # the unit that people type, which is not always the one that is stored
    Quality.GAIN: Typed("Gain", "dB", -48.0, 24.0, 1), Quality.PAN: Typed("Pan", "% to the right", -100.0, 100.0, 0),
    Quality.PITCH: Typed("Tuning", "semitones", -24.0, 24.0), Quality.DECAY: Typed("Decay", "s", 0.005, 60.0, 3),
    Quality.CUTOFF: Typed("Filter", "Hz", 20.0, 20000.0, 0), Quality.ATTACK: Typed("Attack", "ms", 0.0, 60000.0, 0),
    Quality.NOTE: Typed("MIDI note", "", 0.0, 127.0, 0)}


def timing(step_ticks: int) -> Typed:
    """How late a step of this length may be, in ticks: early below 0."""
    return Typed("Timing", "ticks late", -(step_ticks // 2), step_ticks // 2, 0)


def amount_of(effect: Effect) -> Typed:
    """An effect's amount; -100 is a low-pass that is closed, 100 a high-pass near the top."""
    return Typed(effect.value.capitalize(), "%", 100 * RANGES[effect].low, 100 * RANGES[effect].high, 0)


def read_number(text: str) -> float | None:
    """The number in `text`, with a point or a comma; None if there is none."""
    try:
        number = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def as_typed(quality: Quality, value: float) -> float:
    """A stored value in the unit that people type."""
    match quality:
        case Quality.GAIN:
            return 20.0 * math.log10(value) if value > 0.0 else -48.0
        case Quality.PAN:
            return 100.0 * value
        case Quality.ATTACK:
            return 1000.0 * value
    return value


def as_stored(quality: Quality, typed: float) -> float:
    """A typed value in the unit that is stored."""
    match quality:
        case Quality.GAIN:
            return 0.0 if typed <= -48.0 else float(10.0 ** (typed / 20.0))
        case Quality.PAN:
            return typed / 100.0
        case Quality.ATTACK:
            return typed / 1000.0
        case Quality.NOTE:
            return float(round(typed))
    return typed


@dataclass(frozen=True, slots=True)
class Argument:
    """What a plugin is given besides its name. Anything goes; the plugin judges it."""

    plugin: str

    @property
    def question(self) -> str:
        """What is asked."""
        return f"File or option for {self.plugin}; empty: its default"

    def text(self, value: str) -> str:
        """The argument itself."""
        return value

    def read(self, typed: str) -> str:
        """The same, without blanks around it."""
        return typed.strip()

    def refusal(self, typed: str) -> str:
        """Never needed."""
        return f"{self.plugin} cannot be given that."
