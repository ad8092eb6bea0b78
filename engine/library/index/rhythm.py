"""How alike two patterns are, whatever their length, resolution, tempo and starting point.

A pattern becomes two bars on a grid of 96 columns, one row each for kick, snare, hi-hat and everything else. Shorter
patterns are repeated, longer ones folded. Two patterns are as alike as the cosine of their rows, at the best rotation;
kick and snare weigh most, and a rotation costs a little, most if it is not by beats.
"""

import math
import re
from collections.abc import Iterable

import numpy as np

from engine.core.errors import InvalidValue
from engine.core.groove import stroke_ticks
from engine.core.pattern import MAX_STEPS, Pattern, Step, Track
from engine.core.step import When

Rhythm = np.ndarray  # (4, 96) uint8: rows and columns as above, each row's strongest column 255

ROWS = ("kick", "snare", "hihat", "other")
WEIGHTS = (0.35, 0.35, 0.2, 0.1)
COLUMNS, BARS = 96, 2
BYTES = len(ROWS) * COLUMNS
MOST_CYCLES = 64
_SPREAD = 0.5  # of a hit, on the columns beside it
_SIXTEENTH, _TWELFTH, _BEATS = 3, 4, (12, 16)  # columns of a sixteenth in 4/4 and 3/4, and of their beats
_BAR_COST, _BEAT_COST, _STEP_COST = 0.03, 0.08, 0.15
_TURNS = np.array(sorted({*range(0, COLUMNS, _SIXTEENTH), *range(0, COLUMNS, _TWELFTH)}))
_NAMED = re.compile(r"([\w-]+)=([^=]*?)(?=\s+[\w-]+=|$)")


def rhythm_of(pattern: Pattern) -> Rhythm:
    """The pattern as two bars of columns. Swing and microtiming are how it is played, and are left out."""
    cycle = BARS * pattern.bar_ticks
    cycles = min(MOST_CYCLES, math.lcm(pattern.ticks, cycle) // cycle)
    columns = np.zeros((len(ROWS), COLUMNS))
    for track in pattern.tracks:
        row = ROWS.index(track.name) if track.name in ROWS else len(ROWS) - 1
        for index in range(cycles * cycle // track.step_ticks):
            step = track.steps[index % len(track.steps)]
            if step is not None and step.when is not When.FILL:
                _add(columns[row], step, index * track.step_ticks, track.step_ticks, COLUMNS / cycle)
    spread = columns + _SPREAD * (np.roll(columns, 1, axis=1) + np.roll(columns, -1, axis=1))
    strongest = np.maximum(spread.max(axis=1, keepdims=True), 1e-9)
    return np.round(255.0 * spread / strongest).astype(np.uint8)


def similarity(one: Rhythm, other: Rhythm, rows: Iterable[str] = ROWS) -> float:
    """0..1: how alike two rhythms are in these rows, the same whichever comes first; 1 if they are equal.

    A rhythm without a hit in them is like no other.
    """
    return float(similarities(one, other[None], rows)[0])


def similarities(one: Rhythm, others: np.ndarray, rows: Iterable[str] = ROWS) -> np.ndarray:
    """(others,) float32: how alike `one` is to each of `others` (others, 4, 96)."""
    wanted = set(rows)
    weights = np.array([weight if row in wanted else 0.0 for row, weight in zip(ROWS, WEIGHTS, strict=True)],
                       np.float32)
    mine, theirs = _normalised(one[None], weights)[0], _normalised(others, weights)
    turned = np.stack([np.roll(mine, turn, axis=1).ravel() for turn in _TURNS], axis=1)   # (rows * columns, turns)
    alike = theirs.reshape(len(others), BYTES) @ turned                                    # (others, turns)
    return np.minimum((alike * (1.0 - _COSTS)).max(axis=1), 1.0)


def drawn(lines: Iterable[str], steps_per_beat: int = 4) -> Pattern:
    """A pattern from drawings such as "kick=x...x..." or "x...x...": x is a hit, X a hard one, o a soft one.

    Lines without a name are kick, snare and hi-hat, in this order. Spaces and | only make it easier to read. Raises
    InvalidValue.
    """
    unnamed = iter(ROWS[:3])
    drawings = [drawing for line in lines
                for drawing in (_NAMED.findall(line) if "=" in line else [(next(unnamed, ""), line)])]
    if any(not name for name, _ in drawings):
        raise InvalidValue("Only three lines can do without a name. Name the others, as in tom=x...x...")
    tracks = tuple(Track(name.lower(), _steps(drawing), steps_per_beat) for name, drawing in drawings)
    steps = max((len(track.steps) for track in tracks), default=0)
    if not any(any(track.steps) for track in tracks):
        raise InvalidValue("There is no hit in that pattern. Draw one as in kick=x...x... snare=..x...x.")
    beats = max(1, math.ceil(steps / steps_per_beat))
    return Pattern(tracks, beats, beats_per_bar=3 if beats % 4 and not beats % 3 else 4)


def rows_of(pattern: Pattern) -> tuple[str, ...]:
    """The rows that the tracks of a pattern are compared in."""
    return tuple({track.name if track.name in ROWS else "other": None for track in pattern.tracks})


def _add(row: np.ndarray, step: Step, onset: int, step_ticks: int, columns_per_tick: float) -> None:
    """Add a step's strokes to the row, each divided between the two nearest columns."""
    weight = step.velocity * step.probability / step.condition[1]
    for tick in stroke_ticks(step, onset, step_ticks):
        at = tick * columns_per_tick
        first = math.floor(at)
        row[first % COLUMNS] += weight * (first + 1 - at)
        row[(first + 1) % COLUMNS] += weight * (at - first)


def _normalised(rhythms: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(rhythms, 4, 96) float32: each row of its weight's length, all together of length one."""
    values = rhythms.astype(np.float32)
    lengths = np.sqrt(np.einsum("nrc,nrc->nr", values, values))                           # (rhythms, rows)
    used = np.where(lengths > 0.0, weights, 0.0)
    scale = np.sqrt(used) / np.maximum(lengths, 1e-9) / np.sqrt(np.maximum(used.sum(axis=1, keepdims=True), 1e-9))
    return np.asarray(values * scale[:, :, None], np.float32)


def _cost(turn: int) -> float:
    """What a rotation by so many columns costs. The same in both directions."""
    if turn == 0:
        return 0.0
    if turn == COLUMNS // BARS:
        return _BAR_COST
    return _BEAT_COST if any(turn % beat == 0 for beat in _BEATS) else _STEP_COST


_COSTS = np.array([_cost(int(turn)) for turn in _TURNS], np.float32)


def _steps(drawing: str) -> tuple[Step | None, ...]:
    kinds = {"x": Step(0.8), "X": Step(1.0), "o": Step(0.4), "O": Step(1.0), ".": None, "-": None, "_": None}
    letters = [letter for letter in drawing if letter not in " |"]
    wrong = next((letter for letter in letters if letter not in kinds), None)
    if wrong is not None or not 1 <= len(letters) <= MAX_STEPS:
        what = f"has {len(letters)} steps" if wrong is None else f"holds {wrong!r}"
        raise InvalidValue(f"A line of a pattern {what}. Draw 1 to {MAX_STEPS} steps with x, X, o and . "
                           "as in kick=x...x...")
    return tuple(kinds[letter] for letter in letters)
