"""Grooves in many metres, and recordings of them cut as people cut them: exactly, early, late, with a tail, with a part
of a bar too much. Times are in quarter notes, in every metre.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.core.pattern import TRACK_NAMES
from models.hearing.reading_candidates import METERS

Rng = np.random.Generator
KICK, SNARE, TOM, HIHAT, RIDE, CRASH = range(6)
_FILES = ("human_gmd", "programmed_mma", "programmed_step", "drum_machine_patterns")
_GROUPINGS = {(3, 4): ((2, 2, 2),), (5, 4): ((4, 6), (6, 4), (3, 3, 4), (2, 2, 2, 2, 2)), (6, 8): ((3, 3),),
              (7, 8): ((2, 2, 3), (3, 2, 2), (4, 3)), (12, 8): ((3, 3, 3, 3), (6, 6)), (4, 4): ((2, 2, 2, 2), (4, 4))}
_METER_CHANCES = (0.62, 0.1, 0.06, 0.09, 0.07, 0.06)  # in the order of METERS


@dataclass(frozen=True, slots=True, eq=False)
class Metered:
    """A groove: drums, indices into TRACK_NAMES; quarters, when; velocities; its metre and tempi in quarter notes a
    minute, from .. to; `bars` long."""

    drums: np.ndarray
    quarters: np.ndarray
    velocities: np.ndarray
    meter: tuple[int, int]
    bars: int
    bpm: tuple[float, float]

    @property
    def bar(self) -> float:
        """Quarter notes a bar."""
        return 4.0 * self.meter[0] / self.meter[1]


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


def read_metered(folders: list[Path], split: str) -> list[Metered]:
    """Every groove of a split under FOLDER/patterns whose metre Tao knows."""
    found = []
    for folder in folders:
        for name in _FILES:
            if (folder / "patterns" / f"{name}.csv").is_file():
                found += _read(folder / "patterns" / name, split)
    return found


def _read(path: Path, split: str) -> list[Metered]:
    arrays = np.load(path.with_suffix(".npz"), allow_pickle=False)
    names = [str(name) for name in arrays["classes"]]
    order = np.array([TRACK_NAMES.index(name) if name in TRACK_NAMES else 6 for name in names])
    with path.with_suffix(".csv").open() as table:
        rows = list(csv.DictReader(table))
    found = []
    for index, row in enumerate(rows):
        over, under = (int(part) for part in row["time_signature"].split("/"))
        part = slice(arrays["ptr"][index], arrays["ptr"][index + 1])
        if row["split"] != split or (over, under) not in METERS or part.stop - part.start < 4 or row["kind"] != "beat":
            continue
        bar = 4.0 * over / under
        counted = float(row.get("beats_per_bar") or bar)     # 6/8 may be counted in dotted quarters
        scale = bar / counted
        low, high = (float(row.get(key) or row["bpm"]) * scale for key in ("bpm_lo", "bpm_hi"))
        times = arrays["time"][part].astype(np.float64) * scale
        bars = max(int(row["bars"]), 1)
        found.append(Metered(order[arrays["cls"][part]], times, arrays["velocity"][part] / 127.0, (over, under), bars,
                             (min(low, high), max(low, high))))
    return found


class Player:
    """Draws grooves: read ones, varied unless told otherwise, read ones cut to another metre, and patterns made by
    rule."""

    def __init__(self, grooves: list[Metered], vary: bool = True) -> None:
        self._vary = vary
        self._by_meter = {meter: [groove for groove in grooves if groove.meter == meter] for meter in METERS}

    def groove(self, rng: Rng, meter: tuple[int, int] | None = None) -> Metered:
        """A groove in this metre, or in one drawn as often as people may bring it."""
        meter = meter or METERS[int(rng.choice(len(METERS), p=_METER_CHANCES))]
        own = self._by_meter[meter]
        ruled = 0.25 if meter == (4, 4) else 0.5
        if own and rng.random() > ruled:
            one, other = (own[int(index)] for index in rng.integers(0, len(own), 2))
            return _varied(rng, one, other) if self._vary else one
        four = self._by_meter[4, 4]
        if meter in ((3, 4), (5, 4), (7, 8)) and four and rng.random() < 0.5:
            return _reshaped(rng, four[int(rng.integers(len(four)))], meter)
        return ruled_groove(rng, meter)


def _varied(rng: Rng, groove: Metered, other: Metered) -> Metered:
    """Something like it: now and then without a drum, with its hats moved to the ride, with the cymbals of another
    groove of its metre, with hits left out, or with a few more in each bar."""
    if rng.random() < 0.35:
        groove = _crossed(groove, other)
    keep = np.ones(len(groove.drums), bool)
    if rng.random() < 0.2:
        keep &= groove.drums != int(rng.choice([KICK, SNARE, HIHAT, HIHAT, TOM]))
    if rng.random() < 0.4:
        keep &= rng.random(len(keep)) > float(rng.uniform(0.0, 0.25)) * (1.5 - groove.velocities)
    if keep.sum() < 4:
        return groove
    drums, quarters, velocities = groove.drums[keep].copy(), groove.quarters[keep], groove.velocities[keep]
    if rng.random() < 0.15:
        drums[drums == HIHAT] = RIDE
    for _ in range(int(rng.integers(1, 4)) if rng.random() < 0.4 else 0):
        place = float(rng.integers(0, round(4 * groove.bar))) / 4
        drum = int(rng.choice([KICK, SNARE, HIHAT, TOM], p=[0.35, 0.35, 0.2, 0.1]))
        at = place + groove.bar * np.nonzero(rng.random(groove.bars) < rng.choice([1.0, 0.5]))[0]
        loud = float(rng.uniform(0.4, 0.9) if drum == KICK else rng.uniform(0.1, 0.7))
        drums = np.concatenate([drums, np.full(len(at), drum)])
        quarters, velocities = np.concatenate([quarters, at]), np.concatenate([velocities, np.full(len(at), loud)])
    return Metered(drums, quarters, velocities, groove.meter, groove.bars, groove.bpm)


_SKINS = (KICK, SNARE, TOM, 6)


def _crossed(groove: Metered, other: Metered) -> Metered:
    """The skins of one groove with the cymbals of another of its metre, at the first one's tempi."""
    skins, cymbals = np.isin(groove.drums, _SKINS), np.nonzero(~np.isin(other.drums, _SKINS))[0]
    turns = -(-groove.bars // other.bars)
    at = np.concatenate([other.quarters[cymbals] + turn * other.bars * other.bar for turn in range(turns)])
    again = np.tile(cymbals, turns)
    within = at < groove.bars * groove.bar - 0.02
    if skins.sum() < 3 or not within.any():
        return groove
    return Metered(np.concatenate([groove.drums[skins], other.drums[again][within]]),
                   np.concatenate([groove.quarters[skins], at[within]]),
                   np.concatenate([groove.velocities[skins], other.velocities[again][within]]),
                   groove.meter, groove.bars, groove.bpm)


def _reshaped(rng: Rng, four: Metered, meter: tuple[int, int]) -> Metered:
    """A groove in four with the end of each bar cut off, or its last beat again."""
    bar, number = 4.0 * meter[0] / meter[1], np.floor(four.quarters / 4)
    within, parts = four.quarters - 4 * number, []
    parts.append(within < bar - 0.06)
    drums, quarters = four.drums[parts[0]], (number * bar + within)[parts[0]]
    velocities = four.velocities[parts[0]]
    if bar > 4:
        again = within >= 8 - bar
        drums = np.concatenate([drums, four.drums[again]])
        quarters = np.concatenate([quarters, (number * bar + within + bar - 4)[again]])
        velocities = np.concatenate([velocities, four.velocities[again]])
    return Metered(drums, quarters, velocities, meter, four.bars, four.bpm)


def ruled_groove(rng: Rng, meter: tuple[int, int]) -> Metered:
    """A pattern made by rule: kick where the groups of eighths begin, snare on some, hats on eighths or quarters; each
    bar the same but for a few hits."""
    groups = _GROUPINGS[meter]
    grouping = groups[int(rng.integers(len(groups)))]
    bar, starts = sum(grouping) / 2, np.concatenate([[0], np.cumsum(grouping)[:-1]]) / 2
    hits: list[tuple[int, float, float]] = [(KICK, 0.0, 1.0)]
    for number, start in enumerate(starts[1:], 1):
        backbeat = number % 2 == 1 if len(starts) > 2 or rng.random() < 0.7 else rng.random() < 0.5
        hits.append((SNARE if backbeat else KICK, float(start), float(rng.uniform(0.75, 1.0))))
    for place in np.arange(0, bar, 0.5):
        if rng.random() < 0.14:
            hits.append((KICK, float(place), float(rng.uniform(0.5, 0.95))))
        if rng.random() < 0.05:
            hits.append((SNARE, float(place) + float(rng.choice([0.0, 0.25])), float(rng.uniform(0.2, 0.7))))
    cymbal, every = int(rng.choice([HIHAT, HIHAT, RIDE])), float(rng.choice([0.5, 0.5, 0.5, 0.25, 1.0]))
    accented = rng.random() < 0.7
    for place in np.arange(0, bar - 1e-9, every):
        strong = any(abs(place - start) < 1e-9 for start in starts) or (meter[1] == 4 and place % 1 == 0)
        hits.append((cymbal, float(place), 0.85 if strong or not accented else float(rng.uniform(0.4, 0.7))))
    bars, events = 16, []
    for number in range(bars):
        for drum, place, velocity in hits:
            if rng.random() > 0.03:
                events.append((drum, number * bar + place, velocity))
    drums, quarters, velocities = (np.array(column) for column in zip(*events, strict=True))
    slow = 1.35 if meter[1] == 8 else 1.0
    return Metered(drums.astype(np.int64), quarters, velocities, meter, bars, (75 * slow, 165 * slow))


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
