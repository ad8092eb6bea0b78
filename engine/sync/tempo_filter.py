"""Tempo and phase out of jittery clock ticks: a two-state Kalman filter that notices steps, losses and doubles.

Kalman, "A new approach to linear filtering and prediction problems", 1960, with the state (time of the newest
tick, period) and a period that walks at random. Ticks are numbered: one that is lost is counted all the same,
one that comes twice is not, so the song position that the numbers stand for stays the sender's.
"""

import itertools
import math
from dataclasses import dataclass, replace

CLOCKS_PER_BEAT = 24
MIN_PERIOD_S, MAX_PERIOD_S = 60.0 / (310.0 * CLOCKS_PER_BEAT), 60.0 / (29.0 * CLOCKS_PER_BEAT)
BUNCHED_S = MIN_PERIOD_S / 2.0  # sooner than at any tempo: ticks that were held up, and come all at once
WALK_S = 3e-7  # how much the period changes from tick to tick
FIRST_NOISE_S, LEAST_NOISE_S, MOST_NOISE_S = 0.001, 0.00005, 0.003
NOISE_TICKS = 48.0  # over so many ticks the jitter is learned
UNLIKELY = 4.0  # standard deviations
DRIFT_SHARE, DRIFT_UNLIKELY = 0.25, 4.5  # of the running mean of deviations, which sees a small step sooner
OPEN_TICKS, OPEN_DOUBT = 5, 0.05  # to (re)open: from so many ticks, the period known to such a share of itself
SETTLED_TICKS, MOST_SKIPS = 12, 3
LOCKED_SHARE = 0.002
SAME_TEMPO = 0.2  # a share of the period

Tick = tuple[int, float]  # number, when it came in, in seconds


@dataclass(frozen=True, slots=True)
class TempoFilter:
    """What the ticks so far say. All times in seconds of one clock; immutable: `heard` gives the next one.

    number: the newest tick's, from 0 on (-1: none came); at_s: when it should have come; period_s: from tick to
    tick (0: not known yet); noise_s: the jitter's standard deviation; p_time, p_cross, p_period: the estimate's
    covariance; unlikely: how many ticks running came where they should not; drift_s: a running mean of how far off
    they were; skips: how often running a tick was missing; recent: the newest ticks as they came.
    """

    number: int = -1
    at_s: float = 0.0
    period_s: float = 0.0
    noise_s: float = FIRST_NOISE_S
    p_time: float = 0.0
    p_cross: float = 0.0
    p_period: float = 0.0
    ticks: int = 0
    unlikely: int = 0
    drift_s: float = 0.0
    skips: int = 0
    recent: tuple[Tick, ...] = ()

    @property
    def bpm(self) -> float | None:
        """The tempo; None before the first few ticks."""
        return 60.0 / (self.period_s * CLOCKS_PER_BEAT) if self.period_s > 0.0 else None

    @property
    def locked(self) -> bool:
        """Whether tempo and phase are known well enough to play by."""
        return self.ticks >= SETTLED_TICKS and math.sqrt(self.p_period) < LOCKED_SHARE * self.period_s

    def tick_at(self, at_s: float) -> float:
        """The tick, whole or not, that should be heard at `at_s`, going on at this tempo."""
        return self.number + (at_s - self.at_s) / self.period_s if self.period_s > 0.0 else float(self.number)

    def heard(self, at_s: float) -> "TempoFilter":
        """After a tick that came in at `at_s`."""
        if self.period_s == 0.0:
            return self._first(at_s)
        if self.recent and at_s - self.recent[-1][1] < BUNCHED_S:
            return self
        steps = round((at_s - self.at_s) / self.period_s)
        seen = replace(self, recent=(*self.recent, (self.number + max(steps, 0), at_s))[-OPEN_TICKS:])
        if steps == 1:
            return replace(seen, skips=0)._update(at_s, steps)
        if steps > 1 and self.skips < MOST_SKIPS:
            return replace(seen, skips=self.skips + 1)._update(at_s, steps)
        if steps > 1:  # not ticks that were lost: a much slower tempo
            return seen._reopened()
        if self.unlikely + 1 >= OPEN_TICKS - 1:  # not one that came twice: a much faster tempo
            return seen._reopened()
        return replace(seen, unlikely=self.unlikely + 1)

    def renumbered(self, by: int) -> "TempoFilter":
        """The same with `by` added to every number: the sender has said where it is."""
        return replace(self, number=self.number + by, recent=tuple((number + by, at) for number, at in self.recent))

    def _first(self, at_s: float) -> "TempoFilter":
        """One of the ticks from which the first tempo is made."""
        if self.recent and at_s - self.recent[-1][1] > 2.0 * MAX_PERIOD_S:
            return TempoFilter(0, at_s, recent=((0, at_s),))
        recent = (*self.recent, (self.number + 1, at_s))
        seen = replace(self, number=self.number + 1, at_s=at_s, ticks=self.ticks + 1, recent=recent)
        return seen._reopened() if len(recent) == OPEN_TICKS else seen

    def _update(self, at_s: float, steps: int) -> "TempoFilter":
        """The Kalman step: predict `steps` ticks on, weigh what was heard against it."""
        number, predicted_s = self.number + steps, self.at_s + steps * self.period_s
        p_time = self.p_time + 2.0 * steps * self.p_cross + steps * steps * self.p_period
        p_cross = self.p_cross + steps * self.p_period
        p_period = self.p_period + steps * WALK_S**2
        off_s = at_s - predicted_s
        spread = p_time + self.noise_s**2
        drift_s = self.drift_s + DRIFT_SHARE * (off_s - self.drift_s)
        if self.ticks >= SETTLED_TICKS:
            drifts = drift_s * drift_s > DRIFT_UNLIKELY**2 * spread * DRIFT_SHARE / (2.0 - DRIFT_SHARE)
            astray = off_s * off_s > UNLIKELY**2 * spread
        else:
            drifts = astray = False
        if astray or drifts:
            if not astray or self.unlikely >= 1:
                return self._reopened()
            # one alone is a hiccup: count it, and go on as predicted
            return replace(self, number=number, at_s=predicted_s, p_time=p_time, p_cross=p_cross, p_period=p_period,
                           ticks=self.ticks + 1, unlikely=1)
        gain_time, gain_period = p_time / spread, p_cross / spread
        return replace(
            self, number=number, at_s=predicted_s + gain_time * off_s,
            period_s=_possible(self.period_s + gain_period * off_s), noise_s=self._learned(off_s, p_time),
            p_time=(1.0 - gain_time) * p_time, p_cross=(1.0 - gain_time) * p_cross,
            p_period=p_period - gain_period * p_cross, ticks=self.ticks + 1, unlikely=0, drift_s=drift_s)

    def _learned(self, off_s: float, p_time: float) -> float:
        """The jitter, from what it was and one more deviation."""
        share = 1.0 / min(NOISE_TICKS, self.ticks + 1.0)
        variance = (1.0 - share) * self.noise_s**2 + share * max(0.0, off_s * off_s - p_time)
        return min(MOST_NOISE_S, max(LEAST_NOISE_S, math.sqrt(variance)))

    def _reopened(self) -> "TempoFilter":
        """Begin anew from the newest ticks: the tempo has changed, or is heard for the first time."""
        times_s = [at_s for _, at_s in self.recent]
        gaps = sorted(later - earlier for earlier, later in itertools.pairwise(times_s))
        middle = (gaps[(len(gaps) - 1) // 2] + gaps[len(gaps) // 2]) / 2.0
        period_s = _possible(middle)
        number, at_s = self._placed(period_s)
        opened = TempoFilter(number, at_s, period_s, self.noise_s, self.noise_s**2, 0.0,
                             (OPEN_DOUBT * period_s) ** 2, 1, recent=self.recent[:1])
        for at_s in times_s[1:]:
            steps = round((at_s - opened.at_s) / opened.period_s)
            if steps >= 1:
                opened = replace(opened, recent=(*opened.recent, (opened.number + steps, at_s)))._update(at_s, steps)
        return opened

    def _placed(self, period_s: float) -> Tick:
        """The oldest of the newest ticks, as most of them have it: one may have come late, or be counted wrong."""


        def place(at_s: float, origin_s: float) -> int:
            return round((at_s - origin_s) / period_s)

        def astray(origin_s: float) -> float:
            return sum(abs(at_s - origin_s - place(at_s, origin_s) * period_s) for _, at_s in self.recent)

        oldest, oldest_s = self.recent[0]
        if abs(period_s - self.period_s) > SAME_TEMPO * self.period_s:
            return oldest, oldest_s  # only it was counted at the tempo of its time
        origin_s = min((at_s for _, at_s in self.recent), key=astray)
        begins = sorted(number - place(at_s, origin_s) for number, at_s in self.recent)
        places = place(oldest_s, origin_s)
        return begins[len(begins) // 2] + places, origin_s + places * period_s


def _possible(period_s: float) -> float:
    """The period, within the tempi that there are."""
    return min(MAX_PERIOD_S, max(MIN_PERIOD_S, period_s))
