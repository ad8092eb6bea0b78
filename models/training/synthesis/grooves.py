"""Grooves in many metres: read ones, varied ones, and patterns made by rule. Times are in quarter notes everywhere."""

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
