"""Between two patterns: which steps sound, and how they are played.

Steps that only one parent has come and go one at a time, in an order: at 0 all of the first parent's sound, at 1 all of
the second's. The first to come are the loudest on the strongest beats; the first to go are the softest on the weakest.
So a morph can be rehearsed, and played back and forth.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from engine.core.crossbreeding.grids import on_one_grid
from engine.core.crossbreeding.grooves import Lateness, between, late_ticks, lateness_of, swing_of
from engine.core.groove import swing_ticks
from engine.core.pattern import MAX_TRACKS, Pattern, Track
from engine.core.step import Step
from engine.core.timeline import PPQN, Ticks


@dataclass(frozen=True, slots=True)
class _Lane:
    """One drum in both patterns, on one grid; swings: at which each is played."""

    one: Track
    other: Track
    swings: tuple[float, float]


def morphed(one: Pattern, other: Pattern, steps: float, groove: float) -> Pattern:
    """The pattern between two. steps: from whom the steps are, 0..1; groove: from whom velocities, microtiming and
    swing are. At 0 and 0 it is `one`, at 1 and 1 `other`. Length and metre are those of the parent nearer in steps."""
    if steps == groove == 0.0:
        return one
    if steps == groove == 1.0:
        return other
    nearer, further = (one, other) if steps < 0.5 else (other, one)
    names = dict.fromkeys(track.name for pattern in (nearer, further) for track in pattern.tracks)
    lanes = {name: _lane(one, other, name) for name in list(names)[:MAX_TRACKS]}
    thresholds = _thresholds(lanes)
    late = lateness_of(one), lateness_of(other)
    tracks = []
    for name, lane in lanes.items():
        chosen = tuple(_chosen(a, b, steps, thresholds.get((name, index)))
                       for index, (a, b) in enumerate(zip(lane.one.steps, lane.other.steps, strict=True)))
        tracks.append(_grooved(replace(lane.one, steps=chosen), lane, late, groove))
    return Pattern(tuple(tracks), nearer.beats, between(one.swing, other.swing, groove), nearer.beats_per_bar,
                   nearer.beat_unit)


def _lane(one: Pattern, other: Pattern, name: str) -> _Lane:
    """The track of that name in both; silent where a parent lacks it."""
    found = [next((track for track in pattern.tracks if track.name == name), None) for pattern in (one, other)]
    there = next(track for track in found if track is not None)
    first, second = (replace(there, steps=there.silent.steps, swing=None) if track is None else track
                     for track in found)
    swings = swing_of(one, first), swing_of(other, second)
    both = on_one_grid(first, second, swings)
    if first.steps_per_beat != second.steps_per_beat:
        swings = 0.5, 0.5
    return _Lane(*both, swings)


def _thresholds(lanes: Mapping[str, _Lane]) -> dict[tuple[str, int], float]:
    """By track and step, for steps of one parent alone: the amount, between 0 and 1, from which it sounds or no
    longer."""
    coming, going = [], []
    for name, lane in lanes.items():
        for index, (a, b) in enumerate(zip(lane.one.steps, lane.other.steps, strict=True)):
            if a is not None and b is None:
                going.append((_weight(a, lane.one, index), name, index))
            elif a is None and b is not None:
                coming.append((-_weight(b, lane.other, index), name, index))
    found = {}
    for steps in (coming, going):
        for rank, (_, name, index) in enumerate(sorted(steps)):
            found[name, index] = (rank + 0.5) / len(steps)
    return found


def _weight(step: Step, track: Track, index: int) -> float:
    """How much a step matters: by velocity, and by where it lies within the beat."""
    tick = index * track.step_ticks % PPQN
    return step.velocity * (1.0 if tick == 0 else 0.75 if tick * 2 == PPQN else 0.5)


def _chosen(one: Step | None, other: Step | None, amount: float, threshold: float | None) -> Step | None:
    """The step that sounds; of two that of the nearer parent, for its ratchet, chance and condition."""
    return one if amount < (0.5 if threshold is None else threshold) else other


def _grooved(track: Track, lane: _Lane, late: tuple[Lateness, Lateness], amount: float) -> Track:
    """The chosen steps, played between both grooves: as loud and as late as the parents play them. A parent that lacks
    the step lends how late its other drums are there, if any."""
    swing = between(*lane.swings, amount)
    steps: list[Step | None] = []
    for index, step in enumerate(track.steps):
        if step is None:
            steps.append(None)
            continue
        there = lane.one.steps[index], lane.other.steps[index]
        tick = index * track.step_ticks
        own = [mine.of(tick) if played is None else float(late_ticks(played, track, index, with_swing))
               for mine, played, with_swing in zip(late, there, lane.swings, strict=True)]
        loud = [None if played is None else played.velocity for played in there]
        straight = swing_ticks(swing, track.step_ticks) if index % 2 else 0
        half = track.step_ticks // 2
        timing = min(half, max(-half, round(_mixed(own, amount)) - straight))
        steps.append(replace(step, velocity=_mixed(loud, amount), microtiming=Ticks(timing)))
    has_own = lane.one.swing is not None or lane.other.swing is not None
    return replace(track, steps=tuple(steps), swing=swing if has_own else None)


def _mixed(values: list[float | None], amount: float) -> float:
    """Between both values, or the one that there is."""
    one, other = values
    if one is None or other is None:
        return other if one is None else one  # type: ignore[return-value]
    return between(one, other, amount)
