"""What a machine keeps of two loops to breed from, and how far it is from one to the other."""

from dataclasses import dataclass, replace
from enum import Enum

from engine.core.crossbreeding.casting import cast, kind_of
from engine.core.crossbreeding.grids import on_one_grid
from engine.core.crossbreeding.morphing import morphed
from engine.core.errors import InvalidValue
from engine.core.kit import Kit
from engine.core.pattern import Pattern, Track
from engine.core.step import Step

_FIRST_TO_CHANGE = ("hihat", "ride", "crash", "perc", "tom", "snare", "kick")  # the kit morphs from top to bottom
_LONGEST_NAME = 60


class Side(Enum):
    """One of the two parents."""

    A = "a"
    B = "b"


@dataclass(frozen=True, slots=True)
class Parent:
    """The sounds and the pattern of a loop."""

    kit: Kit
    pattern: Pattern


@dataclass(frozen=True, slots=True)
class Cross:
    """Up to two parents, and from whom what plays is: 0 all of A, 1 all of B; kit, pattern (which steps sound) and
    groove (velocities, microtiming, swing)."""

    a: Parent | None = None
    b: Parent | None = None
    kit: float = 0.0
    pattern: float = 0.0
    groove: float = 0.0

    def __post_init__(self) -> None:
        for name in ("kit", "pattern", "groove"):
            share = getattr(self, name)
            if not 0.0 <= share <= 1.0:
                raise InvalidValue(f"A morph goes from 0 % to 100 %; {share:.0%} was asked for.")

    def with_parent(self, side: Side, parent: Parent) -> "Cross":
        """The same with another parent on that side."""
        return replace(self, a=parent) if side is Side.A else replace(self, b=parent)

    @property
    def child(self) -> Parent:
        """What the parents make at these amounts. Raises InvalidValue while one is missing."""
        if self.a is None or self.b is None:
            missing = "A" if self.a is None else "B"
            raise InvalidValue(f"There is no loop {missing} to breed from yet. Play one and keep it as {missing}.")
        kit = crossed_kit(self.a.kit, self.b.kit, self.kit)
        return Parent(kit, on_kit(morphed(self.a.pattern, self.b.pattern, self.pattern, self.groove), kit))


def crossed_kit(one: Kit, other: Kit, amount: float) -> Kit:
    """The kit between two: drum by drum from the hats down to the kick, A's sounds become B's."""
    kinds = [kind for kind in _FIRST_TO_CHANGE
             if any(kind_of(name) == kind for name in (*one.one_shots, *other.one_shots))]
    changed = set(kinds[: round(amount * len(kinds))])
    shots = {name: shot for name, shot in one.one_shots.items() if kind_of(name) not in changed}
    shots |= {name: shot for name, shot in other.one_shots.items() if kind_of(name) in changed}
    return Kit(f"{one.name[:_LONGEST_NAME]} x {other.name[:_LONGEST_NAME]}", shots)


def on_kit(pattern: Pattern, kit: Kit) -> Pattern:
    """The pattern with each track that the kit has no sound for played by the nearest drum that it has. Where both play
    a step, the louder hit stays. A track that nothing resembles stays, and is silent."""
    playing = cast((track.name for track in pattern.tracks), kit.one_shots)
    found: dict[str, Track] = {}
    for track in pattern.tracks:
        name = playing[track.name] or track.name
        moved, there = replace(track, name=name), found.get(name)
        found[name] = moved if there is None else _together(there, moved, (_swing(pattern, there),
                                                                           _swing(pattern, moved)))
    return replace(pattern, tracks=tuple(found.values()))


def _together(one: Track, other: Track, swings: tuple[float, float]) -> Track:
    """The hits of both on one track."""
    if (one.steps_per_beat, len(one.steps)) != (other.steps_per_beat, len(other.steps)):
        one, other = on_one_grid(one, other, swings)
    return replace(one, steps=tuple(_louder(a, b) for a, b in zip(one.steps, other.steps, strict=True)))


def _swing(pattern: Pattern, track: Track) -> float:
    return pattern.swing if track.swing is None else track.swing


def _louder(one: Step | None, other: Step | None) -> Step | None:
    if one is None or other is None:
        return one or other
    return one if one.velocity >= other.velocity else other
