"""The nine performance effects: which are on, how much, and in which note length."""

from dataclasses import dataclass, replace
from enum import Enum

from engine.core.errors import InvalidValue
from engine.core.timeline import PPQN


class Effect(Enum):
    """In the order of their keys, 1 to 9."""

    FILTER = "filter"
    DELAY = "delay"
    STUTTER = "stutter"
    CRUSH = "crush"
    REVERB = "reverb"
    TAPE = "tape"
    GATE = "gate"
    DUCK = "duck"
    REVERSE = "reverse"


@dataclass(frozen=True, slots=True)
class Range:
    """The range of an effect's amount, and its note lengths in ticks; empty for effects without one."""

    low: float
    high: float
    ticks: tuple[int, ...] = ()


NOTES = {4 * PPQN: "1/1", 2 * PPQN: "1/2", PPQN: "1/4", PPQN * 3 // 4: "1/8.", PPQN * 2 // 3: "1/4t", PPQN // 2: "1/8",
         PPQN // 3: "1/8t", PPQN // 4: "1/16", PPQN // 6: "1/16t", PPQN // 8: "1/32"}
_TICKS = {name: ticks for ticks, name in NOTES.items()}


def _lengths(*names: str) -> tuple[int, ...]:
    return tuple(_TICKS[name] for name in names)


RANGES = {
    Effect.FILTER: Range(-1.0, 1.0),
    Effect.DELAY: Range(0.0, 1.0, _lengths("1/4", "1/8.", "1/4t", "1/8", "1/8t", "1/16", "1/16t")),
    Effect.STUTTER: Range(1.0, 1.0, _lengths("1/8", "1/8t", "1/16", "1/16t", "1/32")),
    Effect.CRUSH: Range(0.0, 1.0),
    Effect.REVERB: Range(0.0, 1.0),
    Effect.TAPE: Range(1.0, 1.0, _lengths("1/2", "1/4", "1/8")),
    Effect.GATE: Range(0.0, 1.0, _lengths("1/8", "1/8t", "1/16", "1/16t", "1/32")),
    Effect.DUCK: Range(0.0, 1.0, _lengths("1/4", "1/8", "1/16")),
    Effect.REVERSE: Range(1.0, 1.0, _lengths("1/1", "1/2", "1/4", "1/8")),
}

OPEN_HZ, CLOSED_HZ = 20000.0, 80.0
LOW_HZ, TOP_HZ = 20.0, 8000.0


def cutoff_hz(amount: float) -> float:
    """The filter's cutoff: below 0 the low-pass comes down, above 0 the high-pass goes up."""
    if amount > 0.0:
        return LOW_HZ * (TOP_HZ / LOW_HZ) ** amount
    return OPEN_HZ * (CLOSED_HZ / OPEN_HZ) ** -amount


@dataclass(frozen=True, slots=True)
class Latch:
    """How one effect is set: on or off, how much, and its note length in ticks (0 if it has none)."""

    on: bool = False
    amount: float = 0.5
    ticks: int = 0


@dataclass(frozen=True, slots=True)
class Effects:
    """Master gain in dB (-60..12), and the nine effects.

    filter: -1 a closed low-pass, 0 open, 1 a high-pass near the top; delay and reverb: the send level; crush: fewer
    bits at a lower rate; gate and duck: how deep. ticks: the time between echoes; the length of a stutter, of a gate
    step and of each reversed stretch; how long the tape takes to stop; how soon the duck recovers.
    bypassed: without the rack (filter, delay, crush, reverb), for a computer that is too slow for it.
    """

    gain_db: float = 0.0
    filter: Latch = Latch(amount=-0.5)
    delay: Latch = Latch(ticks=_TICKS["1/8."])
    stutter: Latch = Latch(amount=1.0, ticks=_TICKS["1/16"])
    crush: Latch = Latch()
    reverb: Latch = Latch(amount=0.3)
    tape: Latch = Latch(amount=1.0, ticks=_TICKS["1/4"])
    gate: Latch = Latch(amount=1.0, ticks=_TICKS["1/16"])
    duck: Latch = Latch(amount=0.8, ticks=_TICKS["1/8"])
    reverse: Latch = Latch(amount=1.0, ticks=_TICKS["1/4"])
    bypassed: bool = False

    def __post_init__(self) -> None:
        if not -60.0 <= self.gain_db <= 12.0:
            raise InvalidValue(f"Master gain lies between -60 and 12 dB; {self.gain_db:g} was asked for.")
        for effect, allowed in RANGES.items():
            latch = self.of(effect)
            if not allowed.low <= latch.amount <= allowed.high:
                raise InvalidValue(f"The amount of {effect.value} lies between {allowed.low:g} and {allowed.high:g}; "
                                   f"{latch.amount:g} was asked for.")
            if latch.ticks not in (allowed.ticks or (0,)):
                notes = ", ".join(NOTES[ticks] for ticks in allowed.ticks) or "none"
                raise InvalidValue(f"The note lengths of {effect.value} are {notes}; {latch.ticks} ticks were "
                                   "asked for.")

    def of(self, effect: Effect) -> Latch:
        """How `effect` is set."""
        latch: Latch = getattr(self, effect.value)
        return latch

    def with_latch(self, effect: Effect, latch: Latch) -> "Effects":
        """The same with `effect` set to `latch`. Raises InvalidValue when that is out of range."""
        changes: dict[str, Latch] = {effect.value: latch}
        return replace(self, **changes)  # type: ignore[arg-type]

    def released(self) -> "Effects":
        """The same with every effect off; amounts stay."""
        changes = {effect.value: replace(self.of(effect), on=False) for effect in Effect}
        return replace(self, **changes)  # type: ignore[arg-type]

    @property
    def on(self) -> tuple[Effect, ...]:
        """The effects that are on."""
        return tuple(effect for effect in Effect if self.of(effect).on)
