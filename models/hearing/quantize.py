"""From onsets in seconds to steps on a grid: resolution, swing, velocities and microtiming."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.core.errors import InvalidValue
from engine.core.groove import swing_ticks
from engine.core.pattern import MAX_STEPS, MAX_SWING, TRACK_NAMES, Pattern, Step, Track
from engine.core.time_signature import Quarters, TimeSignature, bar_quarters
from engine.core.timeline import PPQN, Ticks
from models.plugins import Onset

_RESOLUTIONS = ((4, 0.0), (6, 1.0), (8, 1.5), (3, 0.6), (2, 0.8), (1, 1.2))  # steps per beat, penalty
_FINEST = (4, 6, 8)
_SWING_PENALTY = 0.1
_EIGHTHS_PENALTY = 0.9                   # eighths are taken as swung only where hardly a sixteenth is played
_LEAST_SWING = 0.52
_TIMING_S = 0.012


@dataclass(frozen=True, slots=True)
class Grid:
    """The grid that hits are meant to fall on. swing as in Pattern; offset_ticks: by how much all hits are late, which
    counts when a slot is chosen, not when it sounds."""

    steps_per_beat: int
    swing: float = 0.5
    offset_ticks: float = 0.0

    @property
    def step_ticks(self) -> int:
        """Ticks from one step to the next, without swing."""
        return PPQN // self.steps_per_beat

    def slots(self, ticks: np.ndarray) -> np.ndarray:
        """(onsets,) int64: the slot nearest to each tick, not wrapped. The offset is subtracted first, unless
        microtiming could then not reach the tick."""
        meant = self._nearest(ticks - self.offset_ticks)
        reachable = 2 * np.abs(ticks - self.line_ticks(meant)) <= self.step_ticks
        return np.where(reachable, meant, self._nearest(ticks))

    def _nearest(self, ticks: np.ndarray) -> np.ndarray:
        pair = np.floor(ticks / (2 * self.step_ticks)).astype(np.int64)
        lines = np.stack([2 * pair, 2 * pair + 1, 2 * pair + 2])
        return np.take_along_axis(lines, np.abs(self.line_ticks(lines) - ticks).argmin(axis=0)[None], axis=0)[0]

    def line_ticks(self, slots: np.ndarray) -> np.ndarray:
        """The tick of each slot on the swung grid."""
        return slots * self.step_ticks + (slots % 2) * swing_ticks(self.swing, self.step_ticks)


def quantize(onsets: Sequence[Onset], length_s: float, beats: Quarters,
             signature: TimeSignature = (4, 4)) -> Pattern:
    """The pattern that these hits play: steps with velocity, microtiming and confidence.

    The audio lasts length_s, or `beats` quarter notes. Of several hits of a drum in one slot the loudest is kept.
    Tracks are in the order of TRACK_NAMES, unknown names last. Raises InvalidValue without onsets, or when the loop is
    too long for a pattern.
    """
    if not onsets:
        raise InvalidValue("A pattern needs at least one hit, and none was found.")
    ticks_per_s = beats * PPQN / length_s
    ticks = np.array([onset.time_s for onset in onsets]) * ticks_per_s
    loud = np.array([onset.velocity for onset in onsets])
    grid = best_grid(ticks, loud, [onset.track for onset in onsets], beats, _TIMING_S * ticks_per_s)
    names = dict.fromkeys(onset.track for onset in onsets)
    ordered = [name for name in TRACK_NAMES if name in names]
    ordered += [name for name in names if name not in TRACK_NAMES]
    slots = grid.slots(ticks)
    tracks = tuple(_track(name, onsets, ticks, slots, grid, beats) for name in ordered)
    return Pattern(tracks, beats, grid.swing, bar_quarters(signature), signature[1])


def best_grid(ticks: np.ndarray, loud: np.ndarray, names: Sequence[str], beats: Quarters,
              spread_ticks: float) -> Grid:
    """The grid of the lowest cost: the mean squared timing error in units of spread_ticks (each error at most 3), plus
    penalties for unusual resolutions and for swing, plus the share of hits that would be merged away, plus ten times
    the share that microtiming cannot reach."""
    fitting = [(steps, cost) for steps, cost in _RESOLUTIONS
               if steps * beats <= MAX_STEPS and steps * beats == int(steps * beats)]
    if not fitting:
        raise InvalidValue(f"A loop of {beats:g} beats is too long: a pattern has at most {MAX_STEPS} steps. "
                           "Cut it to 64 beats or fewer.")
    finest = [choice for choice in fitting if choice[0] in _FINEST] or fitting[:1]
    choices = [(grid, penalty) for steps, penalty in finest for grid in _grids(ticks, loud, steps)]
    if finest[0][0] == 4:
        choices += [(grid, _EIGHTHS_PENALTY) for grid in _grids(ticks, loud, 2)[1:]]
    ratings = []
    for grid, penalty in choices:
        slots = grid.slots(ticks)
        late = ticks - grid.line_ticks(slots)
        off = np.minimum(np.abs(late - grid.offset_ticks) / spread_ticks, 3.0)
        kept = len({(name, int(slot)) for name, slot in zip(names, slots, strict=True)})
        swung = _SWING_PENALTY if grid.swing > 0.5 else 0.0
        out_of_reach = float((2 * np.abs(late) > grid.step_ticks + 1).mean())
        lost = 1.0 * (1 - kept / len(ticks)) + 10.0 * out_of_reach
        ratings.append((float((off**2).mean()) + penalty + swung + lost, grid))
    return min(ratings, key=lambda rated: rated[0])[1]


def _grids(ticks: np.ndarray, loud: np.ndarray, steps_per_beat: int) -> list[Grid]:
    straight = _centred(Grid(steps_per_beat), ticks)
    if steps_per_beat not in (2, 4):
        return [straight]
    swing = swing_of(ticks, loud, PPQN // steps_per_beat)
    return [straight] if swing == 0.5 else [straight, _centred(Grid(steps_per_beat, swing), ticks)]


def _centred(grid: Grid, ticks: np.ndarray) -> Grid:
    """The grid offset by the median timing error, so that a loosely cut loop still falls into the right slots."""
    offset = float(np.median(ticks - grid.line_ticks(grid.slots(ticks))))
    return Grid(grid.steps_per_beat, grid.swing, offset)


def swing_of(ticks: np.ndarray, loud: np.ndarray, step_ticks: int) -> float:
    """The swing of hits at `ticks`: where the second steps of pairs fall, their median weighted by loudness, rounded to
    the fewest digits that give the same tick. 0.5 for fewer than two swung hits, or below 0.52."""
    within = (ticks / (2 * step_ticks)) % 1.0
    late = (within > 0.42) & (within < 0.8)
    if late.sum() < 2:
        return 0.5
    order = np.argsort(within[late])
    share = np.cumsum(loud[late][order])
    swing = float(within[late][order][np.searchsorted(share, share[-1] / 2)])
    if swing < _LEAST_SWING:
        return 0.5
    wanted = swing_ticks(min(swing, MAX_SWING), step_ticks)
    exact = 0.5 + wanted / (2 * step_ticks)
    for digits in (2, 3):
        if swing_ticks(round(exact, digits), step_ticks) == wanted:
            return min(round(exact, digits), MAX_SWING)
    return min(exact, MAX_SWING)


def _track(name: str, onsets: Sequence[Onset], ticks: np.ndarray, slots: np.ndarray, grid: Grid,
           beats: Quarters) -> Track:
    count = int(beats * grid.steps_per_beat)
    steps: list[Step | None] = [None] * count
    lines = grid.line_ticks(slots)
    for onset, tick, slot, line in zip(onsets, ticks, slots, lines, strict=True):
        if onset.track != name:
            continue
        within = grid.step_ticks // 2
        micro = max(-within, min(within, math.floor(tick - line + 0.5)))
        held = steps[slot % count]
        if held is None or held.velocity < onset.velocity:
            steps[slot % count] = Step(onset.velocity, Ticks(micro), confidence=onset.confidence)
    return Track(name, tuple(steps), grid.steps_per_beat)
