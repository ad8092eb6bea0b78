"""Tempo and phase of jittery clock ticks, through tempo jumps and turns of a knob, lost, extra and delayed ticks.

What a tick means is often known only a few ticks later: after a gap of two periods, the next ticks tell whether one was
lost or the tempo has halved. So several readings are kept (`tick_reading`), and the likeliest counts at any time
(multiple hypothesis tracking: Reid, "An algorithm for tracking multiple targets", 1979). Ticks are numbered: a lost one
is counted, an extra one is not, so that the numbers keep standing for the sender's song position.
"""

from dataclasses import dataclass

from engine.core.midi_bytes import CLOCKS_PER_BEAT
from engine.sync.tick_reading import MAX_PERIOD_S, MIN_PERIOD_S, Reading, first_readings

BUNCHED_S = MIN_PERIOD_S / 2.0  # closer than at any tempo: a tick sent twice, or held up and let go with others
MOST_READINGS, MOST_COST = 8, 22.0  # a reading that costs so much more than the best is given up
YOUNG_TICKS = 4
SETTLED_TICKS, LOCKED_SHARE, MOST_STRAYS = 12, 0.002, 0.2
DOUBT_COST, OTHER_TEMPO = 4.0, 0.01


@dataclass(frozen=True, slots=True)
class TempoFilter:
    """The estimate after the ticks so far; immutable: `after` returns the next one. readings: the likeliest first,
    none before the second tick; heard_s: when the newest tick came in."""

    readings: tuple[Reading, ...] = ()
    heard_s: float | None = None

    @property
    def number(self) -> int:
        """Of the newest tick, from 0 on; -1: none yet."""
        return self.readings[0].number if self.readings else -1 if self.heard_s is None else 0

    @property
    def at_s(self) -> float:
        """When the newest tick should have come."""
        return self.readings[0].at_s if self.readings else self.heard_s or 0.0

    @property
    def period_s(self) -> float:
        """From tick to tick; 0: not known yet."""
        return self.readings[0].period_s if self.readings else 0.0

    @property
    def bpm(self) -> float | None:
        """The tempo; None before the second tick."""
        return 60.0 / (self.period_s * CLOCKS_PER_BEAT) if self.readings else None

    @property
    def noise_s(self) -> float:
        """The jitter's standard deviation; 0 while nothing is known of it."""
        return self.readings[0].noise_s if self.readings else 0.0

    @property
    def settled(self) -> bool:
        """Whether the tempo has been the same for a while."""
        return bool(self.readings) and self.readings[0].ticks >= SETTLED_TICKS

    @property
    def locked(self) -> bool:
        """Whether tempo and phase are known well enough to play by."""
        if not self.settled:
            return False
        best = self.readings[0]
        doubted = any(other.cost < best.cost + DOUBT_COST and not _same_tempo(best, other)
                      for other in self.readings[1:])
        return best.period_error_s < LOCKED_SHARE * best.period_s and best.strays < MOST_STRAYS and not doubted

    def tick_at(self, at_s: float) -> float:
        """The tick, in fractions, that is due at `at_s` if the tempo stays."""
        return self.number + (at_s - self.at_s) / self.period_s if self.readings else float(self.number)

    def after(self, at_s: float) -> "TempoFilter":
        """The filter after a tick that came in at `at_s`."""
        at_s = float(at_s)  # numpy's floats are slow
        if self.heard_s is None:
            return TempoFilter((), at_s)
        if at_s - self.heard_s < BUNCHED_S:
            return self
        if self.readings:
            best = self.readings[0]
            following = [after for reading in self.readings for after in reading.after(at_s, reading is best)]
            return TempoFilter(_likely(following), at_s)
        if at_s - self.heard_s > 2.0 * MAX_PERIOD_S:
            return TempoFilter((), at_s)
        return TempoFilter(first_readings(self.heard_s, at_s), at_s)


def _likely(readings: list[Reading]) -> tuple[Reading, ...]:
    """The likely ones of these, best first, without those that say what a better one says."""
    readings.sort(key=lambda reading: reading.cost)
    best, kept = readings[0], list[Reading]()
    for reading in readings:
        if reading.cost > best.cost + MOST_COST or len(kept) == MOST_READINGS:
            break
        if reading.ticks < YOUNG_TICKS or not any(reading.agrees(better) for better in kept):
            kept.append(reading)
    return tuple(kept)


def _same_tempo(one: Reading, other: Reading) -> bool:
    return abs(one.period_s - other.period_s) < OTHER_TEMPO * one.period_s
