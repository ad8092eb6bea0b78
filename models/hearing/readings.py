"""How a recorded loop is read: tempo, metre, where beat 1 is, how many beats, and so where to cut it.

Every candidate reading gets a rating from a small network that has seen thousands of grooves, cut well and badly; the
best three that differ are the answer. The file's length is evidence, not law, and so is what the file says of itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from engine.core.errors import InvalidValue
from engine.core.loop import NO_HINTS, Hints, Reading
from engine.core.pattern import TRACK_NAMES
from engine.core.time_signature import Quarters, TimeSignature, bar_quarters, whole_or_half
from models.hearing.reading_candidates import BAR_QUARTERS, METERS, Asked, Candidates, HitTimes, candidates
from models.hearing.reading_evidence import evidence, wander_s
from models.hearing.reading_rater import Rater, read_rater
from models.hearing.reading_span import Span, span_of
from models.plugins import Onset
from models.weights.shipped import shipped

READINGS = 3
EXACT_S = 0.002          # a file whose length is so close to its beats is a loop already
_SAME_BPM = 0.01
_NEGLIGIBLE = 1e-7       # a chance
_WISHED_BPM = 0.02
_WHOLE_BONUS = 9.5       # in log-odds: for the whole file, if you say how many beats it has; a tail outweighs it
_MARKED_BONUS = 6.0      # for the marked beats, where they agree with the file's length
_METER_BONUS = 2.0       # for the marked metre
_NAMED_BONUS = 2.0       # for the tempo in the file's name
# The rater has learnt from more odd lengths, badly cut files and far tempi than people bring. Chosen on 200 made loops.
_BARS_BONUS = 1.5        # for whole bars
_USUAL_BONUS = 2.5       # for a file that is exactly 1, 2, 4, 8, 16 or 32 bars, where the hits wander too much to tell
_TURNED_MALUS = 2.0      # for a file that is exactly a loop and does not begin on its beat 1
_TEMPO_MALUS = 1.0       # for an octave away from the usual tempo; four times that for two
_USUAL_BARS = (1, 2, 4, 8, 16, 32)
_USUAL_BPM = 110.0
_TIGHT_S, _WANDERING_S = 0.002, 0.012


@dataclass(frozen=True, slots=True)
class LoopReading:
    """One reading: bpm and beats in quarter notes, beats a multiple of a half; meter, such as (7, 8); start_s, where
    beat 1 is in the file, negative if the file begins after it; confidence 0..1."""

    bpm: float
    beats: Quarters
    time_signature: TimeSignature
    start_s: float
    confidence: float

    @property
    def length_s(self) -> float:
        """Seconds from beat 1 to the end of the last beat."""
        return self.beats * 60.0 / self.bpm


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is known beforehand; None where nothing is. beats: quarter notes from beat 1 on; free: the recording is no
    loop but holds one somewhere; readings: how it was read before, and is to be read as by the first of them."""

    beats: Quarters | None = None
    bpm: float | None = None
    time_signature: TimeSignature | None = None
    free: bool = False
    readings: tuple[Reading, ...] = ()


NO_WISHES = Wishes()


def loop_readings(onsets: Sequence[Onset], length_s: float, wishes: Wishes = NO_WISHES,
                  hints: Hints = NO_HINTS) -> tuple[LoopReading, ...]:
    """Up to three readings that differ in tempo, beats or metre, the likeliest first; confidences add up to at most 1.

    Raises InvalidValue when no reading fits: with a recording of less than a beat, or wishes that contradict it.
    """
    span = span_of(hit_times(onsets), length_s, wishes.free)
    found = candidates(span.hits, span.length_s, _asked(wishes, hints))
    found = _wished(found, wishes)
    if not len(found):
        raise InvalidValue(_nothing_fits(length_s, wishes))
    ratings = _rater().ratings(evidence(span.hits, span.length_s, found))
    odds = ratings + _bonus(found, span.length_s, wishes, hints)
    odds += _usual(found, span, int(odds.argmax()))
    chances = np.exp(odds - odds.max())
    readings = _distinct(found, chances / chances.sum(), span.start_s)
    if wishes.time_signature is None:
        return readings
    return tuple(LoopReading(one.bpm, one.beats, wishes.time_signature, one.start_s, one.confidence)
                 for one in readings)


def hit_times(onsets: Sequence[Onset]) -> HitTimes:
    """The hits as arrays, in proportion to their loudness."""
    names = {name: index for index, name in enumerate(TRACK_NAMES)}
    return HitTimes(np.array([onset.time_s for onset in onsets]), np.array([onset.velocity for onset in onsets]),
                    np.array([names.get(onset.track, len(names)) for onset in onsets], np.int64))


@lru_cache(maxsize=1)
def _rater() -> Rater:
    ours = shipped("tao-reader")
    return read_rater(ours.path, ours.sha256)


def _asked(wishes: Wishes, hints: Hints) -> Asked:
    bpms = tuple(bpm for bpm in (wishes.bpm, hints.named_bpm) if bpm is not None)
    meter = wishes.time_signature
    return Asked(bpms, wishes.beats or hints.beats, None if meter is None or meter in METERS else bar_quarters(meter))


def _wished(found: Candidates, wishes: Wishes) -> Candidates:
    """Those that agree with the wishes. A metre that the rater does not know is looked for among those in 4/4."""
    keep = np.ones(len(found), bool)
    if wishes.beats is not None:
        keep &= np.abs(found.quarters - wishes.beats) < 0.01
    if wishes.bpm is not None:
        keep &= np.abs(60.0 / found.beat_s / wishes.bpm - 1) < _WISHED_BPM
    meter = wishes.time_signature
    if meter in METERS:
        keep &= found.meter == METERS.index(meter)
    elif meter is not None:
        keep &= found.meter == 0
        if wishes.beats is None:
            bars = found.quarters / float(bar_quarters(meter))
            keep &= np.abs(bars - np.round(bars)) < 1e-6
    return Candidates(found.beat_s[keep], found.start_s[keep], found.quarters[keep], found.meter[keep])


def _bonus(found: Candidates, length_s: float, wishes: Wishes, hints: Hints) -> np.ndarray:
    """(readings,): log-odds for what the file says of itself."""
    bars = found.quarters / BAR_QUARTERS[found.meter]
    bonus = _BARS_BONUS * (np.abs(bars - np.round(bars)) < 1e-6)
    bonus -= _TEMPO_MALUS * np.log2(60.0 / found.beat_s / _USUAL_BPM) ** 2
    exact = np.abs(found.quarters * found.beat_s - length_s) < EXACT_S
    bonus -= _TURNED_MALUS * (exact & (found.start_s != 0.0))
    if wishes.beats is not None and wishes.bpm is None and not wishes.free:
        bonus += _WHOLE_BONUS * exact
    if hints.beats is not None:
        bonus += _MARKED_BONUS * (exact & (np.abs(found.quarters - hints.beats) < 0.01))
    if hints.time_signature in METERS:
        bonus += _METER_BONUS * (found.meter == METERS.index(hints.time_signature))
    if hints.named_bpm is not None:
        bonus += _NAMED_BONUS * (np.abs(60.0 / found.beat_s / hints.named_bpm - 1) < _SAME_BPM)
    return bonus


def _usual(found: Candidates, span: Span, likeliest: int) -> np.ndarray:
    """(readings,): log-odds for exact files of a usual number of bars. The hits of a tight loop show how it was cut;
    those of a loose one wander by more than a bad cut does, and the length says more."""
    exact = (np.abs(found.quarters * found.beat_s - span.length_s) < EXACT_S) & (found.start_s == 0.0)
    usual = np.isin(found.quarters / BAR_QUARTERS[found.meter], _USUAL_BARS)
    wander = wander_s(span.hits, float(found.beat_s[likeliest]), float(found.start_s[likeliest]))
    share = float(np.clip((wander - _TIGHT_S) / (_WANDERING_S - _TIGHT_S), 0.0, 1.0))
    return np.asarray(_USUAL_BONUS * share * (exact & usual))


def _nothing_fits(length_s: float, wishes: Wishes) -> str:
    wanted = [f"{wishes.beats:g} beats" if wishes.beats is not None else "",
              f"{wishes.bpm:g} BPM" if wishes.bpm is not None else "",
              "{}/{}".format(*wishes.time_signature) if wishes.time_signature is not None else ""]
    asked = ", ".join(part for part in wanted if part)
    return (f"A recording of {length_s:.2f} s cannot be read as {asked}. Give another value, or none." if asked else
            f"A recording of {length_s:.2f} s holds no beat between 50 and 220 BPM. Record more of it.")


def _distinct(found: Candidates, chances: np.ndarray, from_s: float) -> tuple[LoopReading, ...]:
    """The best readings that differ, the likeliest first; each is as sure as all that are the same but for where they
    begin are together, and no surer than the one before. Their starts are counted from `from_s` before."""
    sums: list[float] = []
    chosen: list[int] = []
    for index in np.argsort(chances)[::-1]:
        if len(chosen) == READINGS and chances[index] < _NEGLIGIBLE:
            break
        same = [number for number, other in enumerate(chosen) if _alike(found, int(index), other)]
        if same:
            sums[same[0]] += float(chances[index])
        elif len(chosen) < READINGS:
            chosen.append(int(index))
            sums.append(float(chances[index]))
    sure = np.minimum.accumulate(np.minimum(sums, 1.0))
    return tuple(_reading(found, index, float(chance), from_s) for index, chance in zip(chosen, sure, strict=True))


def _alike(found: Candidates, one: int, other: int) -> bool:
    return bool(abs(found.beat_s[one] / found.beat_s[other] - 1) < _SAME_BPM
                and found.quarters[one] == found.quarters[other] and found.meter[one] == found.meter[other])


def _reading(found: Candidates, index: int, chance: float, from_s: float) -> LoopReading:
    return LoopReading(60.0 / float(found.beat_s[index]), whole_or_half(float(found.quarters[index])),
                       METERS[found.meter[index]], from_s + float(found.start_s[index]), chance)
