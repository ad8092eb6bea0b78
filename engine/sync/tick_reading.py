"""One reading of a clock's ticks: which were lost, which were extra, where the tempo changed, and so where it is now.

Within a reading, tempo and phase are a two-state Kalman filter (Kalman, "A new approach to linear filtering and
prediction problems", 1960): the state is (time of the newest tick, period), and the period walks at random. Costs are
negative log likelihoods: of when the tick came, and of what is assumed about it. `tempo_filter` compares readings.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from engine.core.midi_bytes import CLOCKS_PER_BEAT

MIN_PERIOD_S, MAX_PERIOD_S = 60.0 / (310.0 * CLOCKS_PER_BEAT), 60.0 / (29.0 * CLOCKS_PER_BEAT)
WALK_S = 3e-7  # how much the period changes from tick to tick
TURN = 0.02  # ... while somebody turns the knob, as a share of the period
FIRST_NOISE_S, LEAST_NOISE_S, MOST_NOISE_S = 0.0015, 0.00005, 0.003
FIRST_LEARNED = 6  # ticks that the first guess of the jitter counts for
NOISE_TICKS = 48.0  # the jitter is averaged over so many ticks
STRAY_TICKS = 8.0  # and the share of ticks that do not fit over so many
LOST, EACH_LOST, MOST_LOST = 4.0, 2.0, 12.0  # costs: ticks are lost one by one, or many at once
ASTRAY, EXTRA = 5.0, 9.0  # a tick at any time: it hangs; somebody else sent it
JUMP, TURN_BEGINS, TURN_LASTS, TURN_ENDS = 8.0, 7.0, 0.4, 1.2
SURPRISE, MISFIT = 1.0, 3.0  # standard deviations: look for a slow change of tempo; for a jump
OLD_TICKS = 24
EARLY = 0.75  # of a period: an extra tick comes before that


@dataclass(frozen=True, slots=True)
class Reading:
    """All times in seconds of one clock.

    number: of the newest tick; at_s: when it should have come; period_s: from tick to tick; noise_s: the jitter's
    standard deviation, learned from `learned` ticks; p_time, p_cross, p_period: the estimate's covariance; ticks: how
    many since the tempo last changed; turns: whether it is changing now; strays: the recent share of ticks that were
    lost, extra or far off; cost: of all that is assumed.
    """

    number: int
    at_s: float
    period_s: float
    noise_s: float
    learned: int
    p_time: float
    p_cross: float
    p_period: float
    ticks: int
    turns: bool
    strays: float
    cost: float

    @property
    def period_error_s(self) -> float:
        """The standard deviation of the period."""
        return math.sqrt(self.p_period)

    def after(self, at_s: float, best: bool) -> Iterator["Reading"]:
        """The ways in which this reading can take a tick at `at_s`. best: whether to think of a new tempo, too."""
        steps = max(1, round((at_s - self.at_s) / self.period_s))
        counted, off = self._counted(at_s, steps)
        yield counted
        if at_s - self.at_s < EARLY * self.period_s:
            yield self._ignored()
        if self.turns or (best and off > SURPRISE):
            yield self._turned(at_s, 1)
            if steps == 2:
                yield self._turned(at_s, 2)
        if best and (off > MISFIT or steps > 1):
            yield from self._jumped(at_s)

    def _counted(self, at_s: float, steps: int) -> tuple["Reading", float]:
        """The tempo is as before, and `steps` - 1 ticks were lost; and how far off the tick was, in deviations."""
        p_time = self.p_time + 2.0 * steps * self.p_cross + steps * steps * self.p_period
        p_cross = self.p_cross + steps * self.p_period
        p_period = self.p_period + steps * WALK_S**2
        due_s = self.at_s + steps * self.period_s
        off_s, spread = at_s - due_s, p_time + self.noise_s**2
        cost = self.cost + (TURN_ENDS if self.turns else 0.0) + _cost_of_lost(steps - 1)
        fits, astray = _cost(off_s, spread), math.log(self.period_s) + ASTRAY
        number, ticks, off = self.number + steps, self.ticks + 1, abs(off_s) / math.sqrt(spread)
        odd = self.strays + (float(steps > 1 or astray < fits) - self.strays) / STRAY_TICKS
        if astray < fits:
            noise_s = self._learned(math.copysign(4.0, off_s) * math.sqrt(spread), p_time)
            return Reading(number, due_s, self.period_s, noise_s, self.learned + 1, p_time, p_cross, p_period, ticks,
                           False, odd, cost + astray), off
        gain_time, gain_period = p_time / spread, p_cross / spread
        return Reading(number, due_s + gain_time * off_s, possible(self.period_s + gain_period * off_s),
                       self._learned(off_s, p_time), self.learned + 1, (1.0 - gain_time) * p_time,
                       (1.0 - gain_time) * p_cross, p_period - gain_period * p_cross, ticks, False, odd,
                       cost + fits), off

    def _turned(self, at_s: float, steps: int) -> "Reading":
        """The tempo is changing, and `steps` - 1 ticks were lost."""
        p_period = self.p_period + (TURN * self.period_s) ** 2
        p_time = self.p_time + 2.0 * steps * self.p_cross + steps * steps * p_period
        p_cross = self.p_cross + steps * p_period
        due_s = self.at_s + steps * self.period_s
        off_s, spread = at_s - due_s, p_time + self.noise_s**2
        gain_time, gain_period = p_time / spread, p_cross / spread
        cost = (self.cost + (TURN_LASTS if self.turns else TURN_BEGINS) + _cost_of_lost(steps - 1)
                + _cost(off_s, spread))
        return Reading(self.number + steps, due_s + gain_time * off_s, possible(self.period_s + gain_period * off_s),
                       self.noise_s, self.learned, (1.0 - gain_time) * p_time, (1.0 - gain_time) * p_cross,
                       p_period - gain_period * p_cross, 1, True, self.strays * (1.0 - 1.0 / STRAY_TICKS), cost)

    def _jumped(self, at_s: float) -> Iterator["Reading"]:
        """The tempo is another since the tick before. One may have been lost, perhaps the very one with which it
        changed; or many, at a tempo that is not known yet."""
        gap_s, noise = at_s - self.at_s, self.noise_s**2
        cost, known = self.cost + JUMP + math.log(MAX_PERIOD_S), self.p_time + noise
        if gap_s > 2.0 * MAX_PERIOD_S:
            doubt = (self.period_s / 4.0) ** 2
            yield Reading(self.number + round(gap_s / self.period_s), at_s, self.period_s, self.noise_s, self.learned,
                          noise, 0.0, doubt, 1, True, self.strays, cost + MOST_LOST)
            return
        for steps, period_s, p_period in ((1, gap_s, known), (2, gap_s / 2.0, known / 4.0),
                                          (2, gap_s - self.period_s, known + self.p_period)):
            if 0.95 * MIN_PERIOD_S < period_s < 1.05 * MAX_PERIOD_S:
                yield Reading(self.number + steps, at_s, possible(period_s), self.noise_s, self.learned, noise,
                              noise * period_s / gap_s, p_period, 1, False, self.strays,
                              cost + _cost_of_lost(steps - 1))

    def _ignored(self) -> "Reading":
        """The tick is not one of this clock's."""
        strays = self.strays + (1.0 - self.strays) / STRAY_TICKS
        return Reading(self.number, self.at_s, self.period_s, self.noise_s, self.learned, self.p_time, self.p_cross,
                       self.p_period, self.ticks, self.turns, strays, self.cost + math.log(self.period_s) + EXTRA)

    def _learned(self, off_s: float, p_time: float) -> float:
        """The jitter, updated with one more deviation."""
        share = 1.0 / min(NOISE_TICKS, self.learned + 1.0)
        variance = (1.0 - share) * self.noise_s**2 + share * max(0.0, off_s * off_s - p_time)
        return min(MOST_NOISE_S, max(LEAST_NOISE_S, math.sqrt(variance)))

    def agrees(self, other: "Reading") -> bool:
        """Whether this reading, which is past its first ticks, says nothing that the other does not, or nothing on
        which the next ticks will throw any light."""
        return ((self.number == other.number or min(self.ticks, other.ticks) > OLD_TICKS) and not self.turns
                and abs(self.period_s - other.period_s) < math.sqrt(self.p_period)
                and abs(self.at_s - other.at_s) < 2.0 * math.sqrt(self.p_time))


def first_readings(first_s: float, second_s: float) -> tuple[Reading, ...]:
    """What two ticks may mean: they came one after the other, or there was one between them."""
    readings, noise = [], FIRST_NOISE_S**2
    for steps in (1, 2):
        period_s = (second_s - first_s) / steps
        if 0.95 * MIN_PERIOD_S < period_s < 1.05 * MAX_PERIOD_S:
            readings.append(Reading(steps, second_s, possible(period_s), FIRST_NOISE_S, FIRST_LEARNED, noise,
                                    noise / steps, 2.0 * noise / steps**2, 1, False, 0.0, _cost_of_lost(steps - 1)))
    return tuple(readings)


def possible(period_s: float) -> float:
    """The period, limited to possible tempi."""
    return min(MAX_PERIOD_S, max(MIN_PERIOD_S, period_s))


def _cost(off_s: float, spread: float) -> float:
    return 0.5 * math.log(2.0 * math.pi * spread) + off_s * off_s / (2.0 * spread)


def _cost_of_lost(ticks: int) -> float:
    return min(MOST_LOST, LOST + EACH_LOST * (ticks - 1)) if ticks else 0.0
