"""Two tracks on one grid, so that their steps can be compared one by one."""

import math
from dataclasses import replace
from fractions import Fraction

from engine.core.crossbreeding.grooves import late_ticks
from engine.core.pattern import MAX_STEPS, STEPS_PER_BEAT, Track
from engine.core.step import Step
from engine.core.timeline import PPQN, Ticks


def on_one_grid(one: Track, other: Track, swings: tuple[float, float]) -> tuple[Track, Track]:
    """Both with the same resolution and length: repeated if they are shorter, cut if 128 steps are not enough.

    swings: at which each is played. If the resolutions differ, it becomes microtiming.
    """
    per_beat, steps = _grid(one, other)
    if one.steps_per_beat == other.steps_per_beat:
        return _repeated(one, steps), _repeated(other, steps)
    return regridded(one, per_beat, steps, swings[0]), regridded(other, per_beat, steps, swings[1])


def regridded(track: Track, per_beat: int, steps: int, swing: float) -> Track:
    """The track at this resolution, straight, its hits at the nearest steps and off them by microtiming. It is repeated
    to `steps` steps. Of two hits on a step the louder stays."""
    stride = PPQN // per_beat
    found: list[Step | None] = [None] * steps
    for index in range(math.ceil(steps * stride / track.step_ticks)):
        step = track.steps[index % len(track.steps)]
        if step is None:
            continue
        at = index * track.step_ticks + late_ticks(step, track, index, swing)
        place = (2 * at + stride) // (2 * stride)
        here = found[place % steps]
        if here is None or here.velocity < step.velocity:
            found[place % steps] = replace(step, microtiming=Ticks(at - place * stride))
    return Track(track.name, tuple(found), per_beat, swing=0.5)


def _grid(one: Track, other: Track) -> tuple[int, int]:
    """Steps per beat and steps that hold both, as far as there is room."""
    lengths = [Fraction(len(track.steps), track.steps_per_beat) for track in (one, other)]
    coarse = max(one.steps_per_beat, other.steps_per_beat)
    fine = math.lcm(one.steps_per_beat, other.steps_per_beat)
    both = _common_multiple(*lengths)
    choices = [(per_beat, math.ceil(beats * per_beat)) for per_beat in (fine, coarse) if per_beat in STEPS_PER_BEAT
               for beats in (both, max(lengths))]
    return next(((per_beat, steps) for per_beat, steps in choices if steps <= MAX_STEPS), (coarse, MAX_STEPS))


def _repeated(track: Track, steps: int) -> Track:
    return replace(track, steps=tuple(track.steps[index % len(track.steps)] for index in range(steps)))


def _common_multiple(one: Fraction, other: Fraction) -> Fraction:
    """The shortest length that is a multiple of both."""
    return Fraction(math.lcm(one.numerator * other.denominator, other.numerator * one.denominator),
                    one.denominator * other.denominator)
