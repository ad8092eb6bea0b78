"""How late a pattern plays each place of its grid: what it can lend to hits that it does not have itself."""

from dataclasses import dataclass

from engine.core.groove import swing_ticks
from engine.core.pattern import Pattern, Track
from engine.core.step import Step


@dataclass(frozen=True, slots=True)
class Lateness:
    """By tick on the straight grid, how late the hits there are on average, swing included. ticks: after how many it
    repeats."""

    at: dict[int, float]
    ticks: int

    def of(self, tick: int) -> float | None:
        """In ticks; None where nothing is played."""
        return self.at.get(tick % self.ticks)


def lateness_of(pattern: Pattern) -> Lateness:
    """The lateness of a pattern over its length."""
    found: dict[int, list[float]] = {}
    for track in pattern.tracks:
        swing = swing_of(pattern, track)
        for index in range(pattern.ticks // track.step_ticks):
            step = track.steps[index % len(track.steps)]
            if step is not None:
                found.setdefault(index * track.step_ticks, []).append(late_ticks(step, track, index, swing))
    return Lateness({tick: sum(late) / len(late) for tick, late in found.items()}, pattern.ticks)


def late_ticks(step: Step, track: Track, index: int, swing: float) -> int:
    """How late a step sounds, off the straight grid."""
    return step.microtiming + (swing_ticks(swing, track.step_ticks) if index % 2 else 0)


def swing_of(pattern: Pattern, track: Track) -> float:
    """The swing at which a track of the pattern is played."""
    return pattern.swing if track.swing is None else track.swing


def between(one: float, other: float, amount: float) -> float:
    """`one` at amount 0, `other` at 1, exactly, and never beyond them."""
    low, high = min(one, other), max(one, other)
    return other if amount >= 1.0 else min(high, max(low, one + (other - one) * amount))
