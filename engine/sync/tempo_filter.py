"""Tempo and phase of jittery clock ticks: a two-state Kalman filter that copes with tempo steps, lost and double ticks.

Kalman, "A new approach to linear filtering and prediction problems", 1960. The state is (time of the newest tick,
period), and the period walks at random. Ticks are numbered: a lost one is counted, a double one is not, so that the
numbers keep standing for the sender's song position.
"""

import itertools
import math
from dataclasses import dataclass, replace

from engine.core.midi_bytes import CLOCKS_PER_BEAT

MIN_PERIOD_S, MAX_PERIOD_S = 60.0 / (310.0 * CLOCKS_PER_BEAT), 60.0 / (29.0 * CLOCKS_PER_BEAT)
BUNCHED_S = MIN_PERIOD_S / 2.0  # closer than at any tempo: ticks that were delayed and arrive all at once
WALK_S = 3e-7  # how much the period changes from tick to tick
FIRST_NOISE_S, LEAST_NOISE_S, MOST_NOISE_S = 0.001, 0.00005, 0.003
NOISE_TICKS = 48.0  # the jitter is averaged over so many ticks
UNLIKELY = 4.0  # standard deviations
DRIFT_SHARE, DRIFT_UNLIKELY = 0.25, 4.5  # of the running mean of deviations, which shows a small step sooner
OPEN_TICKS, OPEN_DOUBT = 5, 0.05  # it (re)opens with so many ticks, and a period uncertain by such a share
SETTLED_TICKS, MOST_SKIPS = 12, 3
LOCKED_SHARE = 0.002
SAME_TEMPO = 0.2  # a share of the period

Tick = tuple[int, float]  # number, when it came in, in seconds


@dataclass(frozen=True, slots=True)
class TempoFilter:
    """The estimate after the ticks so far. All times in seconds of one clock; immutable: `after` returns the next one.

    number: of the newest tick, from 0 on (-1: none yet); at_s: when it should have come; period_s: from tick to tick
    (0: not known yet); noise_s: the jitter's standard deviation; p_time, p_cross, p_period: the estimate's covariance;
    unlikely: how many ticks in a row were improbable; drift_s: the running mean of their deviations; skips: how many
    times in a row ticks were missing; recent: the newest ticks as they came.
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
        """The tick, in fractions, that is due at `at_s` if the tempo stays."""
        return self.number + (at_s - self.at_s) / self.period_s if self.period_s > 0.0 else float(self.number)

    def after(self, at_s: float) -> "TempoFilter":
        """The filter after a tick that came in at `at_s`."""
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
        if steps > 1:  # too many gaps for lost ticks: a much slower tempo
            return seen._reopened()
        if self.unlikely + 1 >= OPEN_TICKS - 1:  # too many for a double tick: a much faster tempo
            return seen._reopened()
        return replace(seen, unlikely=self.unlikely + 1)

    def _first(self, at_s: float) -> "TempoFilter":
        """One of the ticks that give the first tempo."""
        if self.recent and at_s - self.recent[-1][1] > 2.0 * MAX_PERIOD_S:
            return TempoFilter(0, at_s, recent=((0, at_s),))
        recent = (*self.recent, (self.number + 1, at_s))
        seen = replace(self, number=self.number + 1, at_s=at_s, ticks=self.ticks + 1, recent=recent)
        return seen._reopened() if len(recent) == OPEN_TICKS else seen

    def _update(self, at_s: float, steps: int) -> "TempoFilter":
        """The Kalman step: predict `steps` ticks ahead, and weigh the tick against the prediction."""
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
            # a single one is a hiccup: count it, and go on as predicted
            return replace(self, number=number, at_s=predicted_s, p_time=p_time, p_cross=p_cross, p_period=p_period,
                           ticks=self.ticks + 1, unlikely=1)
        gain_time, gain_period = p_time / spread, p_cross / spread
        return replace(
            self, number=number, at_s=predicted_s + gain_time * off_s,
            period_s=_possible(self.period_s + gain_period * off_s), noise_s=self._learned(off_s, p_time),
            p_time=(1.0 - gain_time) * p_time, p_cross=(1.0 - gain_time) * p_cross,
            p_period=p_period - gain_period * p_cross, ticks=self.ticks + 1, unlikely=0, drift_s=drift_s)

    def _learned(self, off_s: float, p_time: float) -> float:
        """The jitter, updated with one more deviation."""
        share = 1.0 / min(NOISE_TICKS, self.ticks + 1.0)
        variance = (1.0 - share) * self.noise_s**2 + share * max(0.0, off_s * off_s - p_time)
        return min(MOST_NOISE_S, max(LEAST_NOISE_S, math.sqrt(variance)))

    def _reopened(self) -> "TempoFilter":
        """Start again from the newest ticks: the tempo has changed, or is known for the first time."""
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
        """The oldest recent tick, as most of them place it: any one may be late or miscounted."""

        def place(at_s: float, origin_s: float) -> int:
            return round((at_s - origin_s) / period_s)

        def astray(origin_s: float) -> float:
            return sum(abs(at_s - origin_s - place(at_s, origin_s) * period_s) for _, at_s in self.recent)

        oldest, oldest_s = self.recent[0]
        if abs(period_s - self.period_s) > SAME_TEMPO * self.period_s:
            return oldest, oldest_s  # the others were counted at the old tempo
        origin_s = min((at_s for _, at_s in self.recent), key=astray)
        begins = sorted(number - place(at_s, origin_s) for number, at_s in self.recent)
        places = place(oldest_s, origin_s)
        return begins[len(begins) // 2] + places, origin_s + places * period_s


def _possible(period_s: float) -> float:
    """The period, limited to possible tempi."""
    return min(MAX_PERIOD_S, max(MIN_PERIOD_S, period_s))
