"""What is played: random, programmed and played grooves, as strokes in beats.

By default half of the loops are random, each drum independent of the others. Grooves that people played teach a network
where a drum usually is, which helps it on such grooves and hurts it on programmed ones, so it gets both.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.training.synthesis.bank import CRASH, DRUMS, HIHAT, OTHER, RIDE, SNARE, TOM

Rng = np.random.Generator
_ORIGINS = {"human_gmd": "played", "programmed_mma": "programmed", "programmed_step": "stepped",
            "drum_machine_patterns": "stepped"}
# of random loops, by drum in the order of TRACK_NAMES
_PRESENT = (0.88, 0.85, 0.42, 0.8, 0.42, 0.36)  # the probability that the drum plays at all
_DENSITY = ((0.08, 0.4), (0.05, 0.35), (0.03, 0.3), (0.15, 0.9), (0.1, 0.6), (0.02, 0.15))  # share of steps, from .. to
_VARIED = (SNARE, TOM, HIHAT, RIDE)             # drums that may use a second sound often
_VARIANT_SHARES, _VARIANT_OTHERS_SHARE = (0.0, 0.1, 0.25), 0.03  # of their strokes, one of three; of other drums'
_GRIDS, _GRID_CHANCES = (4, 2, 3, 6, 8), (0.66, 0.12, 0.08, 0.05, 0.09)  # steps per beat, and their probabilities
_SWUNG_SHARE = 0.45        # of loops with swing
_REPEATED_SHARE = 0.65     # of loops that repeat a shorter span
_FLIPPED_SHARE = 0.02      # of steps that differ between repetitions
_RATCHETED_SHARE = 0.2     # of loops in which some strokes are ratchets
_RATCHET_SHARE = 0.08      # of strokes in such a loop that are
_PERIODIC_SHARE = 0.4      # of drums that play every n-th step, the others random steps
# of all loops
_PLAYED, _PROGRAMMED = 0.54, 0.8  # of the loops that are not random: played up to here, programmed, step patterns
_SWAPPED_SHARE = 0.3       # of grooves in which two drums are exchanged
_SWAPS = ((HIHAT, RIDE), (RIDE, HIHAT), (HIHAT, CRASH), (TOM, SNARE), (SNARE, TOM), (CRASH, HIHAT))
_SILENCED_SHARE = 0.12     # of drums of a groove that are left out
_TIGHTENED_SHARE = 0.2     # of loops moved half-way or all the way to sixteenths
_LOOSE_SHARE = 0.35        # of loops with random timing errors
_PERCUSSION_SHARE = 0.22   # of loops with percussion that has no track
_CRASHED_SHARE = 0.12      # of loops with hats or a ride that also have a crash on their first beat
_APART_S = 0.02            # strokes of one drum that are closer than this become one


@dataclass(frozen=True, slots=True, eq=False)
class Strokes:
    """The strokes of a loop in any order, (hits,) each: drums, indices into `DRUMS`; beats, from 0; velocities, (0..1];
    and variants, which of the drum's sounds is used, 0 for the usual one."""

    drums: np.ndarray
    beats: np.ndarray
    velocities: np.ndarray
    variants: np.ndarray

    def of(self, keep: np.ndarray) -> "Strokes":
        """The strokes of a mask or of indices."""
        return Strokes(self.drums[keep], self.beats[keep], self.velocities[keep], self.variants[keep])


@dataclass(frozen=True, slots=True, eq=False)
class Groove:
    """A programmed or played groove: strokes at `times` in beats, over `beats` quarter notes."""

    drums: np.ndarray
    times: np.ndarray
    velocities: np.ndarray
    beats: int


@dataclass(frozen=True, slots=True, eq=False)
class Grooves:
    """Grooves by origin; empty where the data has none."""

    played: tuple[Groove, ...] = ()
    programmed: tuple[Groove, ...] = ()
    stepped: tuple[Groove, ...] = ()


def read_grooves(data: Sequence[Path], split: str, licence: str = "all") -> Grooves:
    """The grooves of a split under patterns/ of each folder, as far as they are there."""
    found: dict[str, list[Groove]] = {"played": [], "programmed": [], "stepped": []}
    for folder in data:
        for name, origin in _ORIGINS.items():
            if (path := folder / "patterns" / name).with_suffix(".npz").is_file():
                found[origin] += _read(path, split, licence)
    return Grooves(*(tuple(grooves) for grooves in found.values()))


def _read(path: Path, split: str, licence: str) -> list[Groove]:
    arrays = np.load(path.with_suffix(".npz"), allow_pickle=False)
    order = np.array([DRUMS.index(str(name)) for name in arrays["classes"]])
    with path.with_suffix(".csv").open() as table:
        rows = list(csv.DictReader(table))
    found = []
    for index, row in enumerate(rows):
        part = slice(arrays["ptr"][index], arrays["ptr"][index + 1])
        allowed = licence != "permissive" or not row["license"].startswith(("GPL", "CC-BY-SA"))
        if row["split"] != split or not allowed or part.stop - part.start < 4:
            continue
        times = arrays["time"][part].astype(np.float64)
        beats = max(int(np.ceil((times.max() + 0.2) / 4)) * 4, 4)
        found.append(Groove(order[arrays["cls"][part]], times, arrays["velocity"][part] / 127.0, beats))
    return found


def draw_strokes(rng: Rng, grooves: Grooves, beats: int, loop_s: float, random_share: float = 0.5) -> Strokes:
    """A groove of `beats` quarter notes that lasts loop_s, with at least one stroke of a drum that has a track."""
    while True:
        kind = rng.random()
        rest = (kind - random_share) / max(1.0 - random_share, 1e-9)
        if kind < random_share or not (grooves.played or grooves.programmed or grooves.stepped):
            strokes = random_strokes(rng, beats)
        elif rest < _PLAYED and grooves.played:
            strokes = _window(rng, grooves.played, beats)
        elif rest < _PROGRAMMED and grooves.programmed:
            strokes = _window(rng, grooves.programmed, beats)
        else:
            strokes = _window(rng, grooves.stepped or grooves.programmed or grooves.played, beats)
        strokes = _crashed(rng, _played_loosely(rng, strokes, beats, loop_s))
        strokes = _cleared(strokes, beats, loop_s)
        if (strokes.drums < OTHER).any():
            return _with_percussion(rng, strokes, beats)


def random_strokes(rng: Rng, beats: int) -> Strokes:
    """Each drum independently: random, periodic or repeating steps, with its own velocities; common swing and
    ratchets."""
    per_beat = int(rng.choice(_GRIDS, p=_GRID_CHANCES))
    swung = rng.random() < _SWUNG_SHARE
    swing = float(rng.choice([0.5, 0.54, 0.58, 0.62, 0.667, rng.uniform(0.5, 0.75)])) if swung else 0.5
    count = beats * per_beat
    span = min(int(rng.choice([4, 8, 16])) * per_beat, count) if rng.random() < _REPEATED_SHARE else count
    slots, drums, levels, variants = [], [], [], []
    for drum, (chance, density) in enumerate(zip(_PRESENT, _DENSITY, strict=True)):
        if rng.random() < chance:
            played = np.resize(_steps(rng, span, rng.uniform(*density)), count) ^ (rng.random(count) < _FLIPPED_SHARE)
            at = np.nonzero(played)[0]
            slots.append(at)
            drums.append(np.full(len(at), drum))
            levels.append(_levels(rng, at, count))
            share = rng.choice(_VARIANT_SHARES) if drum in _VARIED else _VARIANT_OTHERS_SHARE
            variants.append((rng.random(len(at)) < share).astype(np.int64))
    if not slots:
        return random_strokes(rng, beats)
    slot = np.concatenate(slots)
    late = (2 * swing - 1) / per_beat * (slot % 2) if per_beat in (2, 4, 8) else 0.0
    made = Strokes(np.concatenate(drums), slot / per_beat + late, np.concatenate(levels), np.concatenate(variants))
    return _ratcheted(rng, made, per_beat) if rng.random() < _RATCHETED_SHARE else made


def _steps(rng: Rng, count: int, density: float) -> np.ndarray:
    if rng.random() < _PERIODIC_SHARE:
        every = int(rng.choice([1, 2, 3, 4, 6, 8, 16]))
        played = np.arange(count) % every == int(rng.integers(every))
        return played & (rng.random(count) > rng.choice([0.0, 0.1, 0.3]))
    return rng.random(count) < density


def _levels(rng: Rng, slots: np.ndarray, count: int) -> np.ndarray:
    style = rng.random()
    if style < 0.25:
        return np.full(len(slots), 1.0)
    if style < 0.6:
        return rng.choice([1.0, 0.75, 0.5, 0.35], size=len(slots), p=[0.4, 0.25, 0.2, 0.15])
    if style < 0.8:
        accents = np.resize(rng.uniform(0.2, 1.0, size=int(rng.choice([2, 4, 8]))), count)
        return accents[slots]
    return rng.uniform(0.1, 1.0, size=len(slots))


def _ratcheted(rng: Rng, strokes: Strokes, per_beat: int) -> Strokes:
    chosen = np.nonzero(rng.random(len(strokes.beats)) < _RATCHET_SHARE)[0]
    parts = [strokes]
    for index in chosen:
        times = int(rng.choice([2, 3, 4]))
        more = np.arange(1, times)
        copies = strokes.of(np.full(times - 1, index))
        fading = copies.velocities * rng.uniform(0.7, 1.1) ** more
        parts.append(Strokes(copies.drums, copies.beats + more / times / per_beat,
                             np.clip(fading, 0.05, 1.0), copies.variants))
    return _together(parts)


def _together(parts: list[Strokes]) -> Strokes:
    return Strokes(*(np.concatenate([getattr(part, name) for part in parts])
                     for name in ("drums", "beats", "velocities", "variants")))


def _window(rng: Rng, grooves: tuple[Groove, ...], beats: int) -> Strokes:
    """`beats` of a random groove, from a random bar on; shorter grooves repeat."""
    groove = grooves[int(rng.integers(len(grooves)))]
    bars = groove.beats // 4
    start = 4 * int(rng.integers(0, max(bars - beats // 4, 0) + 1))
    parts = []
    for turn in range(-(-(start + beats) // groove.beats)):
        at = groove.times + turn * groove.beats - start
        keep = (at >= -0.1) & (at < beats - 0.1)
        parts.append(Strokes(groove.drums[keep], at[keep] % beats, np.maximum(groove.velocities[keep], 0.02),
                             (rng.random(int(keep.sum())) < 0.1).astype(np.int64)))
    return _recast(rng, _together(parts))


def _recast(rng: Rng, strokes: Strokes) -> Strokes:
    """Exchange two drums, leave some out, and change the dynamics, so that no place in the bar belongs to one drum."""
    drums = strokes.drums.copy()
    if rng.random() < _SWAPPED_SHARE:
        swap = _SWAPS[int(rng.integers(len(_SWAPS)))]
        drums[strokes.drums == swap[0]] = swap[1]
        drums[strokes.drums == swap[1]] = swap[0]
    gone = rng.random(len(DRUMS)) < _SILENCED_SHARE
    gamma = rng.uniform(0.7, 1.6)
    return Strokes(drums, strokes.beats, strokes.velocities**gamma, strokes.variants).of(~gone[drums])


def _played_loosely(rng: Rng, strokes: Strokes, beats: int, loop_s: float) -> Strokes:
    """Strokes moved towards sixteenths, or away from them by some milliseconds."""
    at = strokes.beats
    if rng.random() < _TIGHTENED_SHARE:
        at = at + rng.choice([0.5, 1.0]) * (np.round(at * 4) / 4 - at)
    if rng.random() < _LOOSE_SHARE:
        at = at + rng.normal(0, rng.uniform(0.001, 0.008), len(at)) * beats / loop_s
    return Strokes(strokes.drums, at % beats, strokes.velocities, strokes.variants)


def _crashed(rng: Rng, strokes: Strokes) -> Strokes:
    """Sometimes with a crash on the first beat, over the ride or the hats."""
    if rng.random() > _CRASHED_SHARE or not np.isin(strokes.drums, (HIHAT, RIDE)).any():
        return strokes
    crash = Strokes(np.array([CRASH]), np.zeros(1), np.array([rng.uniform(0.6, 1.0)]), np.zeros(1, np.int64))
    return _together([strokes, crash])


def _cleared(strokes: Strokes, beats: int, loop_s: float) -> Strokes:
    """Without second strokes of a drum within 20 ms, which cannot be distinguished."""
    order = np.lexsort((strokes.beats, strokes.drums))
    sorted_ = strokes.of(order)
    gap = np.diff(sorted_.beats, prepend=-np.inf) * loop_s / beats
    first = np.diff(sorted_.drums, prepend=-1) != 0
    return sorted_.of(first | (gap > _APART_S))


def _with_percussion(rng: Rng, strokes: Strokes, beats: int) -> Strokes:
    """The strokes, sometimes with percussion that has no track and must not be taken for a drum."""
    if rng.random() > _PERCUSSION_SHARE or (strokes.drums == OTHER).any():
        return strokes
    at = np.nonzero(_steps(rng, 4 * beats, rng.uniform(0.05, 0.4)))[0]
    extra = Strokes(np.full(len(at), OTHER), at / 4.0, rng.uniform(0.2, 1.0, len(at)),
                    (rng.random(len(at)) < 0.3).astype(np.int64))
    return _together([strokes, extra])


