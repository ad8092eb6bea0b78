"""Hits in ticks to a pattern of steps: every hit keeps its tick, as a step and its microtiming."""

from collections.abc import Mapping
from typing import NamedTuple

from engine.core.pattern import MAX_STEPS, Pattern, Step, Track
from engine.core.time_signature import Quarters, TimeSignature, bar_quarters, whole_or_half
from engine.core.timeline import PPQN, Ticks
from engine.library.importers.drums import kept, left_out

RESOLUTIONS = (4, 3, 8, 6, 16, 12)
MOST_BEATS = MAX_STEPS // 4
CLOSE = 0.3  # of a step: a grid fits if every hit is nearer to it than that


class Hit(NamedTuple):
    """A hit: Tao's ticks from the start, velocity (0..1], probability."""

    tick: int
    velocity: float
    probability: float = 1.0


def pattern_of(hits: Mapping[str, list[Hit]], beats: Quarters,
               signature: TimeSignature = (4, 4)) -> tuple[Pattern, tuple[str, ...]]:
    """(the pattern of these hits by track, remarks on what was left out). A hit just before the end is the early
    downbeat of the next pass."""
    names, bar = kept(hits), bar_quarters(signature)
    remarks = left_out(hits, names)
    if beats > MOST_BEATS:
        beats = whole_or_half(MOST_BEATS // bar * bar or MOST_BEATS)
        remarks += (f"A track has {MAX_STEPS} steps; only the first {beats:g} beats were imported.",)
    tracks = []
    for name in names:
        inside = [hit for hit in hits[name] if 0 <= hit.tick < beats * PPQN]
        track, dropped = _track(name, inside, beats)
        tracks.append(track)
        if dropped:
            remarks += (f"{name} has {dropped} hits closer together than any grid; the louder ones were kept.",)
    silent = Track("kick", (None,) * int(4 * beats))
    return Pattern(tuple(tracks) or (silent,), beats, beats_per_bar=bar, beat_unit=signature[1]), remarks


def _track(name: str, hits: list[Hit], beats: Quarters) -> tuple[Track, int]:
    """(the hits on the coarsest grid that fits them, how many had no step of their own)."""
    possible = [per_beat for per_beat in RESOLUTIONS
                if beats * per_beat <= MAX_STEPS and beats * per_beat == int(beats * per_beat)]
    tried = {per_beat: _placed(hits, beats, per_beat) for per_beat in possible}
    whole = [per_beat for per_beat in possible if len(tried[per_beat]) == len(hits)]
    close = [per_beat for per_beat in whole
             if all(abs(step.microtiming) <= CLOSE * PPQN / per_beat for step in tried[per_beat].values())]
    chosen = next(iter(close or whole), max(possible, key=lambda per_beat: len(tried[per_beat])))
    placed = tried[chosen]
    steps = tuple(placed.get(index) for index in range(int(beats * chosen)))
    return Track(name, steps, chosen), len(hits) - len(placed)


def _placed(hits: list[Hit], beats: Quarters, per_beat: int) -> dict[int, Step]:
    """The hits by step; of two on one step the louder one."""
    stride, count = PPQN // per_beat, int(beats * per_beat)
    found: dict[int, Step] = {}
    for hit in hits:
        index = (hit.tick + stride // 2) // stride
        step = Step(hit.velocity, Ticks(hit.tick - index * stride), hit.probability)
        there = found.get(index % count)
        if there is None or there.velocity < step.velocity:
            found[index % count] = step
    return found
