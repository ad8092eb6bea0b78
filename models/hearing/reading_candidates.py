"""Every plausible reading of a recorded loop: tempo, metre, where beat 1 is and how many beats there are.

Tempi come from the hits, as those on whose grid they are most regular, and from the length, as those that make it a
whole number of beats. The length is evidence, not law: a file may start early or late, ring on, or hold a part of a
bar too much.
"""

from dataclasses import dataclass

import numpy as np

from engine.core.timeline import MAX_BPM, MIN_BPM

FASTEST_BPM, SLOWEST_BPM = 220.0, 50.0
METERS = ((4, 4), (3, 4), (5, 4), (6, 8), (7, 8), (12, 8))
BAR_QUARTERS = np.array([4.0 * over / under for over, under in METERS])
MAX_QUARTERS = 256.0
MOST_BARS = 32                       # of a loop whose tempo is tried though the hits do not ask for it
EARLIEST_S, LATEST_S = -0.09, 0.13   # how far from the file's start beat 1 may lie, if the file starts on it
LEAST_QUARTERS = 1.0
_GRIDS = (4, 3, 2)                   # lines per quarter note on which hits may be regular
_PEAKS = {4: 10, 3: 5, 2: 4}         # tempi tried of each
_MAY_HAVE_UPBEATS = (0, 1)           # of METERS
_CLOSE_S = 0.012                     # how far a hit usually is from its line
_SAME_START_S = 0.007
SPARE_S = 0.12                       # how much of the last beat may be missing
_STEPS_A_LENGTH = 12                 # resolution of the tempo search: steps per quarter turn of the last hit


@dataclass(frozen=True, slots=True, eq=False)
class HitTimes:
    """Hits of a recording, (hits,) each: times_s, loud (0..1], and drum, an index into TRACK_NAMES (6: another)."""

    times_s: np.ndarray
    loud: np.ndarray
    drum: np.ndarray


@dataclass(frozen=True, slots=True)
class Asked:
    """Readings to be tried, whatever the hits say: of these tempi, of this many quarter notes, in bars of as many."""

    bpms: tuple[float, ...] = ()
    quarters: float | None = None
    bar: float | None = None


NOTHING_ASKED = Asked()


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Readings, (candidates,) each: beat_s, seconds a quarter note; start_s, where beat 1 is; quarters, the length from
    there in quarter notes; meter, an index into METERS."""

    beat_s: np.ndarray
    start_s: np.ndarray
    quarters: np.ndarray
    meter: np.ndarray

    def __len__(self) -> int:
        return len(self.beat_s)


def candidates(hits: HitTimes, length_s: float, asked: Asked = NOTHING_ASKED) -> Candidates:
    """The readings to be rated. Empty when nothing fits: a recording shorter than a beat. What is asked for is in 4/4,
    among the others."""
    rows: list[tuple[float, float, float, int]] = []
    if length_s < 60.0 / MAX_BPM:
        return Candidates(np.zeros(0), np.zeros(0), np.zeros(0), np.zeros(0, np.int64))
    last_s = float(hits.times_s.max(initial=0.0))
    for beat_s in {*_beat_lengths(hits, length_s), *_asked_lengths(hits, length_s, asked)}:
        for start_s, upbeats in _starts(hits, beat_s, length_s):
            available, used = (length_s - start_s) / beat_s, (last_s - start_s) / beat_s
            for meter, bar in enumerate(BAR_QUARTERS):
                if upbeats < bar and (not upbeats or meter in _MAY_HAVE_UPBEATS):
                    lengths = _lengths(available, used, bar, SPARE_S / beat_s)
                    if meter == 0:
                        lengths |= _asked_quarters(available, used, asked, SPARE_S / beat_s)
                    rows += [(beat_s, start_s, quarters, meter) for quarters in lengths]
    unique = np.array(sorted(set(rows))) if rows else np.zeros((0, 4))
    return Candidates(unique[:, 0], unique[:, 1], unique[:, 2], unique[:, 3].astype(np.int64))


def _lengths(available: float, used: float, bar: float, spare: float) -> set[float]:
    """The lengths in quarters that a file with so many available, the last hit after `used`, may mean: whole bars, as
    many as there are, one less, or as many as hold a hit; or else whole beats. `spare` quarters may be missing."""
    bars = np.floor((available + spare) / bar)
    lengths = {float(bars * bar), float((bars - 1) * bar), float((np.floor((used + 0.1) / bar) + 1) * bar)}
    if bar == BAR_QUARTERS[0]:
        lengths |= {float(round(available)), float(round(2 * available) / 2), float(np.floor(available + spare))}
    return {one for one in lengths if LEAST_QUARTERS <= one <= min(MAX_QUARTERS, available + spare)}


def _asked_lengths(hits: HitTimes, length_s: float, asked: Asked) -> set[float]:
    """Seconds of a quarter note at the tempi that are asked for, and near them where the hits are."""
    wanted = [60.0 / bpm for bpm in asked.bpms]
    exact = {length_s / asked.quarters} if asked.quarters is not None else set()
    found = {*wanted, *(_settled(hits, beat_s) for beat_s in wanted if len(hits.times_s)), *exact}
    return {beat_s for beat_s in found if MIN_BPM <= 60.0 / beat_s <= MAX_BPM}


def _asked_quarters(available: float, used: float, asked: Asked, spare: float) -> set[float]:
    """The lengths that are asked for, as far as the file holds them."""
    found = set() if asked.bar is None else _lengths(available, used, asked.bar, spare)
    if asked.quarters is not None and asked.quarters <= available + spare:
        found.add(asked.quarters)
    return found


def _beat_lengths(hits: HitTimes, length_s: float) -> list[float]:
    """Seconds a quarter note may last."""
    exact = [length_s / (half / 2) for half in range(2, int(2 * MAX_QUARTERS) + 1)
             if SLOWEST_BPM <= 30.0 * half / length_s <= FASTEST_BPM]
    regular = _regular_tempi(hits, length_s)
    near = [beat_s for beat_s in exact
            if any(abs(beat_s / other - 1) < 0.003 for other in regular) or _whole(length_s / beat_s)]
    free = [other for other in regular if all(abs(other / beat_s - 1) > 0.0004 for beat_s in near)]
    return near + free


def _whole(quarters: float) -> bool:
    """Whether a length is a number of bars that people play: then its tempo is tried though the hits do not ask."""
    nearest = round(2 * quarters) / 2
    return any(abs(nearest / bar - round(nearest / bar)) < 1e-9 and nearest / bar <= MOST_BARS
               for bar in (3.0, 3.5, 4.0, 5.0))


def _regular_tempi(hits: HitTimes, length_s: float) -> list[float]:
    """Seconds a quarter note of the tempi on whose grids the hits are most regular: the longest vector sums of their
    phases."""
    if not len(hits.times_s):
        return []
    span_s = max(float(hits.times_s.max() - hits.times_s.min()), 0.5)
    found: list[float] = []
    for lines in _GRIDS:
        step = 60.0 / (_STEPS_A_LENGTH * lines * span_s)
        bpms = np.arange(SLOWEST_BPM, FASTEST_BPM + step, step)
        regular = np.abs(_sums(hits, bpms, lines))
        peaks = np.nonzero((regular[1:-1] >= regular[:-2]) & (regular[1:-1] >= regular[2:]))[0] + 1
        for peak in peaks[np.argsort(regular[peaks])[::-1][: _PEAKS[lines]]]:
            fine = bpms[peak] + np.linspace(-step, step, 21)
            found.append(60.0 / float(fine[np.argmax(np.abs(_sums(hits, fine, lines)))]))
    kept: list[float] = []
    for beat_s in (_settled(hits, one) for one in found):
        if all(abs(beat_s / other - 1) > 0.0015 for other in kept):
            kept.append(beat_s)
    return kept


def _settled(hits: HitTimes, beat_s: float) -> float:
    """The tempo within 1.2 % at which most hits are close to a line of its sixteenths or triplets: stray hits pull
    less than on a vector sum."""
    near = beat_s * (1 + np.linspace(-0.012, 0.012, 25))
    best, settled = 0.0, beat_s
    weight = (hits.loud / hits.loud.sum()).astype(np.float32)
    shifts = np.linspace(0, 1, 20, endpoint=False, dtype=np.float32)
    for lines in (4, 3):
        line_s = (near / lines).astype(np.float32)
        turns = ((hits.times_s[None] * (lines / near)[:, None]) % 1.0).astype(np.float32)   # (tempi, hits)
        off = turns[:, None] - shifts[:, None]
        off -= np.rint(off)
        off *= line_s[:, None, None] / np.float32(_CLOSE_S)
        close = (np.exp(-0.5 * off * off) @ weight).max(axis=1) - 0.02 * lines
        if close.max() > best:
            best, settled = float(close.max()), float(near[np.argmax(close)])
    return settled


def _sums(hits: HitTimes, bpms: np.ndarray, lines: int) -> np.ndarray:
    """(tempi,) complex: the sum of the hits as vectors that turn `lines` times a beat."""
    weight = hits.loud / hits.loud.sum()
    return np.exp(2j * np.pi * np.outer(bpms * lines / 60.0, hits.times_s)) @ weight


def _starts(hits: HitTimes, beat_s: float, length_s: float) -> list[tuple[float, int]]:
    """Where beat 1 may be, and how many upbeats are before it: at the start of the file, on its first hit, on lines of
    the grid near both, or whole beats later."""
    best = max((2, 3, 4), key=lambda lines: abs(_sums(hits, np.array([60.0 / beat_s]), lines)[0]) - 0.06 * (4 - lines))
    turn = np.angle(_sums(hits, np.array([60.0 / beat_s]), best)[0]) / (2 * np.pi)
    lines = (turn + np.arange(-2, 8)) * beat_s / best
    near: list[float] = [0.0]
    for place in (float(hits.times_s.min(initial=0.0)), *map(float, lines)):
        if EARLIEST_S <= place <= LATEST_S and all(abs(place - other) > _SAME_START_S for other in near):
            near.append(place)
    upbeats = [(near[0] + beats * beat_s, beats) for beats in (1, 2, 3) if near[0] + (beats + 2) * beat_s < length_s]
    return [(start, 0) for start in near] + upbeats
