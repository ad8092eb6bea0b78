"""The performance effects: which are on, how much, in which note length. Nine that a hand can latch."""

from dataclasses import dataclass, replace
from enum import Enum

from engine.core.errors import InvalidValue


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
    """What an effect's amount may be, and its note lengths in ticks; those without a length have none."""

    low: float
    high: float
    ticks: tuple[int, ...] = ()


RANGES = {
    Effect.FILTER: Range(-1.0, 1.0),
    Effect.DELAY: Range(0.0, 1.0, (960, 720, 640, 480, 320, 240, 160)),
    Effect.STUTTER: Range(1.0, 1.0, (480, 320, 240, 160, 120)),
    Effect.CRUSH: Range(0.0, 1.0),
    Effect.REVERB: Range(0.0, 1.0),
    Effect.TAPE: Range(1.0, 1.0, (1920, 960, 480)),
    Effect.GATE: Range(0.0, 1.0, (480, 320, 240, 160, 120)),
    Effect.DUCK: Range(0.0, 1.0, (960, 480, 240)),
    Effect.REVERSE: Range(1.0, 1.0, (3840, 1920, 960, 480)),
}
NOTES = {3840: "1/1", 1920: "1/2", 960: "1/4", 720: "1/8.", 640: "1/4t", 480: "1/8", 320: "1/8t", 240: "1/16",
         160: "1/16t", 120: "1/32"}

OPEN_HZ, CLOSED_HZ = 20000.0, 80.0
LOW_HZ, TOP_HZ = 20.0, 8000.0


def cutoff_hz(amount: float) -> float:
    """Where the filter cuts: below 0 the low-pass comes down, above 0 the high-pass goes up."""
    if amount > 0.0:
        return LOW_HZ * (TOP_HZ / LOW_HZ) ** amount
    return OPEN_HZ * (CLOSED_HZ / OPEN_HZ) ** -amount


@dataclass(frozen=True, slots=True)
class Latch:
    """One effect as it is set: on or off, how much, and its note length in ticks (0 where it has none)."""

    on: bool = False
    amount: float = 0.5
    ticks: int = 0


@dataclass(frozen=True, slots=True)
class Effects:
    """Master gain in dB (-60..12), and the nine effects.

    filter: -1 a closed low-pass, 0 open, 1 a high-pass near the top; delay and reverb: how much is sent;
    crush: fewer bits at a lower rate; gate and duck: how deep. ticks: the time between echoes, the length of
    what stutters, of a gate's step and of what runs backwards at a time, how long the tape takes to stop, and how
    soon the duck is over.
    bypassed: without the rack (filter, delay, crush, reverb), for a computer that is too slow for it.
    """

    gain_db: float = 0.0
    filter: Latch = Latch(amount=-0.5)
    delay: Latch = Latch(ticks=720)
    stutter: Latch = Latch(amount=1.0, ticks=240)
    crush: Latch = Latch()
    reverb: Latch = Latch(amount=0.3)
    tape: Latch = Latch(amount=1.0, ticks=960)
    gate: Latch = Latch(amount=1.0, ticks=240)
    duck: Latch = Latch(amount=0.8, ticks=480)
    reverse: Latch = Latch(amount=1.0, ticks=960)
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
        """The same with `effect` set so. Raises InvalidValue for what it cannot be set to."""
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


@dataclass(frozen=True, slots=True)
class LatchEffect:
    """Turn one effect on or off; its amount stays as it is."""

    effect: Effect
    on: bool

    def applied(self, effects: Effects) -> Effects:
        """`effects` after this command."""
        return effects.with_latch(self.effect, replace(effects.of(self.effect), on=self.on))


@dataclass(frozen=True, slots=True)
class ShapeEffect:
    """How much of an effect, and in which note length (None: as it is)."""

    effect: Effect
    amount: float | None = None
    ticks: int | None = None

    def applied(self, effects: Effects) -> Effects:
        """`effects` after this command. Raises InvalidValue."""
        latch = effects.of(self.effect)
        amount = latch.amount if self.amount is None else self.amount
        ticks = latch.ticks if self.ticks is None else self.ticks
        return effects.with_latch(self.effect, Latch(latch.on, amount, ticks))


@dataclass(frozen=True, slots=True)
class ReleaseEffects:
    """Turn every effect off; what was sent to delay and reverb rings out."""

    def applied(self, effects: Effects) -> Effects:
        """`effects` after this command."""
        return effects.released()


@dataclass(frozen=True, slots=True)
class BypassRack:
    """Take the rack out of the way, or bring it back."""

    on: bool

    def applied(self, effects: Effects) -> Effects:
        """`effects` after this command."""
        return replace(effects, bypassed=self.on)


@dataclass(frozen=True, slots=True)
class SetGain:
    """Move the master fader, in dB."""

    gain_db: float

    def applied(self, effects: Effects) -> Effects:
        """`effects` after this command. Raises InvalidValue."""
        return replace(effects, gain_db=self.gain_db)


EffectCommand = LatchEffect | ShapeEffect | ReleaseEffects | BypassRack | SetGain
