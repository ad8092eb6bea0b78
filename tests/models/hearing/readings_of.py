"""Bars in every metre that Tao reads, as the hits of recordings that are cut well and badly."""

from dataclasses import dataclass

import numpy as np

from models.plugins import Onset

Hit = tuple[str, float, float]   # drum, quarter notes from beat 1, velocity


@dataclass(frozen=True)
class Bar:
    """One bar: its metre, quarter notes, and hits; two bars differ in a soft hit, as people play."""

    signature: tuple[int, int]
    quarters: float
    hits: tuple[Hit, ...]


def _bar(signature: tuple[int, int], drums: dict[str, tuple[float, ...]], hats: float = 0.5) -> Bar:
    quarters = 4.0 * signature[0] / signature[1]
    strong = 1.5 if signature in ((6, 8), (12, 8)) else 1.0
    hits = [(drum, place, 1.0 if drum == "kick" else 0.9) for drum, places in drums.items() for place in places]
    hits += [("hihat", float(place), 0.8 if place % strong == 0 else 0.5) for place in np.arange(0, quarters, hats)]
    return Bar(signature, quarters, tuple(hits))


BARS = {bar.signature: bar for bar in (
    _bar((4, 4), {"kick": (0.0, 1.75, 2.5), "snare": (1.0, 3.0)}),
    _bar((3, 4), {"kick": (0.0,), "snare": (1.0, 2.0)}),
    _bar((5, 4), {"kick": (0.0, 1.5, 3.0), "snare": (2.0, 4.0)}),
    _bar((6, 8), {"kick": (0.0,), "snare": (1.5,)}),
    _bar((7, 8), {"kick": (0.0, 2.0), "snare": (1.0, 2.5)}),
    _bar((12, 8), {"kick": (0.0, 3.0, 4.0), "snare": (1.5, 4.5)}))}


@dataclass(frozen=True)
class Recorded:
    """Hits of a recording, how long it lasts, and how it is to be read."""

    onsets: tuple[Onset, ...]
    length_s: float
    bpm: float
    beats: float
    start_s: float


def recorded(signature: tuple[int, int], bars: int, bpm: float, before_s: float = 0.0, over_s: float = 0.0,
             rings: bool = True) -> Recorded:
    """Some bars, begun before_s after the recording (negative: it begins after beat 1), going on over_s after them;
    rings: nothing is played then."""
    bar, beat_s = BARS[signature], 60.0 / bpm
    beats = bars * bar.quarters
    length_s = beats * beat_s + before_s + over_s
    turns = bars if rings else bars + 2
    rng = np.random.default_rng(3)
    onsets = []
    for turn in range(turns):
        for drum, place, velocity in bar.hits:
            time_s = before_s + (turn * bar.quarters + place) * beat_s + float(rng.normal(0, 0.001))
            if -0.001 <= time_s < length_s - 0.01:
                onsets.append(Onset(drum, max(time_s, 0.0), velocity))
    return Recorded(tuple(sorted(onsets, key=lambda onset: onset.time_s)), length_s, bpm, beats, before_s)
