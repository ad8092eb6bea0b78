"""Recordings of grooves as people cut them: exactly, early, late, with a tail, with a part of a bar too much."""

from dataclasses import dataclass

import numpy as np

from models.training.synthesis.grooves import CRASH, HIHAT, RIDE, SNARE, TOM, Metered, Rng


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """What was recorded, and the right reading of it: hits in seconds (drums, times_s, velocities) inside a file of
    length_s; beat 1 at start_s; `quarters` quarter notes of beat_s seconds; the metre; `kind` of cut."""

    drums: np.ndarray
    times_s: np.ndarray
    velocities: np.ndarray
    length_s: float
    beat_s: float
    start_s: float
    quarters: float
    meter: tuple[int, int]
    kind: str


@dataclass(frozen=True, slots=True)
class Cutting:
    """How a recording is cut: bars of the groove; seconds before beat 1, negative if it begins after it; seconds, and
    quarter notes, that it goes on after the last bar."""

    bars: int
    before_s: float = 0.0
    over_s: float = 0.0
    over_quarters: float = 0.0


def record(rng: Rng, groove: Metered, kind: str | None = None, cutting: Cutting | None = None) -> Recording:
    """A recording of some bars of the groove, cut somehow; `kind` as in CUTS, `cutting` drawn at random without one."""
    kind = kind or str(rng.choice(list(CUTS), p=list(CUTS.values())))
    low, high = groove.bpm
    bpm = float(np.clip(rng.uniform(0.88 * low, 1.13 * high) if rng.random() < 0.8 else rng.uniform(62, 185), 52, 215))
    bar, beat_s = groove.bar, 60.0 / bpm
    bars = min(int(rng.choice([1, 2, 3, 4, 8, 16], p=[0.28, 0.36, 0.02, 0.24, 0.08, 0.02])), max(groove.bars, 1) * 4)
    quarters = bars * bar
    if kind == "odd":
        quarters = float(rng.choice([2, 3, 5, 6, 7, 10])) if groove.meter == (4, 4) else quarters
    first = bar * int(rng.integers(0, max(1, groove.bars - bars + 1))) if groove.bars > bars else 0.0
    if cutting is not None:
        quarters = cutting.bars * bar
        first = bar * int(rng.integers(0, max(1, groove.bars - cutting.bars + 1)))
        exact_s = quarters * beat_s + cutting.over_s + cutting.over_quarters * beat_s
        before, length = cutting.before_s / beat_s, exact_s + (0.0 if kind == "rolled" else cutting.before_s)
    else:
        before, length = _cut(rng, kind, quarters, bar, beat_s)  # quarters before beat 1; seconds in all
    end = quarters if kind in _NOTHING_AFTER else length / beat_s - before
    start = -before if kind in ("pickup", "loose") else 0.0
    at, index = _unrolled(groove, first + start, first + end, first + quarters if kind in _NOTHING_AFTER else None)
    at = at - first
    if rng.random() < 0.3 and groove.meter[1] == 4:
        at = _swung(rng, at)
    rng_ms = abs(rng.normal(0, 4e-3)) if rng.random() < 0.5 else 0.0
    times = (at + before) * beat_s + rng.normal(0, rng_ms + 1e-4, len(at))
    if kind in ("exact", "rolled", "odd"):
        times %= length
    keep = (times >= -0.002) & (times < length)
    return Recording(groove.drums[index][keep], times[keep].clip(0.0), groove.velocities[index][keep].clip(0.02, 1.0),
                     length, beat_s, before * beat_s, quarters, groove.meter, kind)


# how often each cut is drawn
CUTS = {"exact": 0.42, "odd": 0.04, "rolled": 0.05, "loose": 0.26, "tail": 0.11, "over": 0.09, "pickup": 0.03}
_NOTHING_AFTER = ("tail", "exact", "odd", "rolled")


def _cut(rng: Rng, kind: str, quarters: float, bar: float, beat_s: float) -> tuple[float, float]:
    """Quarter notes before beat 1 (negative: the file begins after it), and the seconds of the file."""
    exact_s = quarters * beat_s
    if kind in ("exact", "odd"):
        return 0.0, exact_s + float(rng.choice([0.0, 0.0, rng.uniform(-0.0004, 0.0004)]))
    if kind == "rolled":
        return float(rng.uniform(-0.08, 0.09)) / beat_s, exact_s
    if kind == "loose":
        before_s = float(rng.choice([0.0, rng.uniform(0.0, 0.06), rng.uniform(0.0, 0.1), rng.uniform(-0.08, 0.0)]))
        end_s = float(rng.choice([rng.uniform(-0.08, 0.08), rng.uniform(0.02, 0.12), rng.uniform(-0.04, 0.0)]))
        return before_s / beat_s, exact_s + before_s + end_s
    if kind == "tail":
        before_s = float(rng.choice([0.0, 0.0, rng.uniform(0, 0.05)]))
        rings_s = float(rng.choice([rng.uniform(0.08, 0.5), rng.uniform(0.3, 2.5)]))
        return before_s / beat_s, exact_s + before_s + rings_s
    if kind == "over":
        return 0.0, exact_s + float(rng.uniform(0.12, bar - 0.12)) * beat_s
    before = float(rng.choice([1.0, 1.0, 2.0, 3.0]))
    return before, exact_s + before * beat_s + float(rng.choice([0.0, rng.uniform(0, 0.1)]))


def _unrolled(groove: Metered, start: float, end: float, stop: float | None) -> tuple[np.ndarray, np.ndarray]:
    """When hits are played, and which: the groove repeated from `start` to `end`; none at or after `stop`."""
    period = groove.bars * groove.bar
    times, index = [], []
    for turn in range(int(np.floor((start - 0.2) / period)), int(np.ceil(end / period)) + 1):
        at = groove.quarters + turn * period
        chosen = np.nonzero((at >= start - 0.04) & (at < (end if stop is None else min(end, stop)) - 0.02))[0]
        times.append(at[chosen])
        index.append(chosen)
    return np.concatenate(times), np.concatenate(index)


def _swung(rng: Rng, at: np.ndarray) -> np.ndarray:
    """Off-sixteenths, or off-eighths, later."""
    unit = float(rng.choice([0.25, 0.25, 0.5]))
    swing = float(rng.choice([0.54, 0.58, 0.62, 0.667]))
    off = np.abs((at / unit) % 2 - 1) < 0.1
    return at + np.where(off, (2 * swing - 1) * unit, 0.0)


def heard(rng: Rng, recording: Recording) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(times_s, loud, drums) as a transcriber might hear them: hits missed, invented, misnamed and moved a little, at
    rates drawn once a loop."""
    times, loud, drums = recording.times_s, recording.velocities, recording.drums
    bad = float(rng.beta(1.2, 3.0))
    keep = rng.random(len(times)) > 0.25 * bad * (1.6 - loud)
    times, loud, drums = times[keep], loud[keep].copy(), drums[keep].copy()
    if rng.random() < 0.3 * bad + 0.02:
        renamed, to = int(rng.choice([SNARE, TOM, HIHAT, RIDE, CRASH])), int(rng.choice([SNARE, TOM, HIHAT, RIDE]))
        drums[drums == renamed] = to
    extra = rng.random(len(times)) < 0.25 * bad
    more = int(rng.poisson(1.5 * bad))
    times = np.concatenate([times, times[extra], rng.uniform(0, recording.length_s, more)])
    drums = np.concatenate([drums, rng.integers(0, 6, int(extra.sum())), rng.integers(0, 6, more)])
    loud = np.concatenate([loud, loud[extra] * rng.uniform(0.1, 0.8, int(extra.sum())), rng.uniform(0.1, 0.6, more)])
    loud = (loud ** float(rng.uniform(0.4, 1.3)) * np.exp(rng.normal(0, 0.2, len(loud)))).clip(0.02, 1.0)
    times = times + rng.normal(0, float(rng.choice([0.001, 0.003, 0.006])), len(times))
    keep = (drums < 6) & (times >= 0) & (times < recording.length_s)
    return times[keep], loud[keep], drums[keep]
