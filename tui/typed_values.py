"""Numbers that can be typed: what they are called, their unit and range, and how they are read."""

import math
from dataclasses import dataclass

from engine.core.commands.sounds import Quality
from engine.core.timeline import MAX_BPM, MIN_BPM


@dataclass(frozen=True, slots=True)
class Typed:
    """A quantity. low, high: its range in `unit`; decimals: as many as are shown."""

    name: str
    unit: str
    low: float
    high: float
    decimals: int = 2

    @property
    def question(self) -> str:
        """`Tempo, 20 to 300 BPM:`"""
        return f"{self.name}, {self.low:g} to {self.high:g} {self.unit}:"

    def text(self, value: float) -> str:
        """A value as it is shown in the field."""
        return f"{value:.{self.decimals}f}"

    def refusal(self, typed: str) -> str:
        """Why what was typed is not taken."""
        return f"{self.name} is a number from {self.low:g} to {self.high:g} {self.unit}, not {typed!r}."


TEMPO = Typed("Tempo", "BPM", MIN_BPM, MAX_BPM)
MASTER = Typed("Master fader", "dB", -60.0, 12.0, 1)
QUALITIES = {  # the unit that people type, which is not always the one that is stored
    Quality.GAIN: Typed("Gain", "dB", -48.0, 24.0, 1), Quality.PAN: Typed("Pan", "% to the right", -100.0, 100.0, 0),
    Quality.PITCH: Typed("Tuning", "semitones", -24.0, 24.0), Quality.DECAY: Typed("Decay", "s", 0.005, 60.0, 3),
    Quality.CUTOFF: Typed("Filter", "Hz", 20.0, 20000.0, 0), Quality.ATTACK: Typed("Attack", "ms", 0.0, 60000.0, 0),
    Quality.NOTE: Typed("MIDI note", "", 0.0, 127.0, 0)}


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
