"""Breed from two loops: keep what plays as a parent, and go from one to the other."""

from dataclasses import dataclass, replace

from engine.core.commands.apply import apply
from engine.core.commands.loading import unless_locked
from engine.core.crossbreeding.parents import Parent, Side
from engine.core.errors import InvalidValue
from engine.core.machine import Listen, Machine


@dataclass(frozen=True, slots=True)
class KeepParent:
    """Keep the kit and the pattern that play as one of the two parents."""

    side: Side


@dataclass(frozen=True, slots=True)
class Crossbreed:
    """Play what lies between both parents: kit, pattern (which steps sound) and groove (velocities, microtiming,
    swing), each 0 for all of A to 1 for all of B; None leaves it where it is. You hear the kit."""

    kit: float | None = None
    pattern: float | None = None
    groove: float | None = None

    def over(self, earlier: "Crossbreed") -> "Crossbreed":
        """Both as one."""
        return Crossbreed(*(one if one is not None else before for one, before in (
            (self.kit, earlier.kit), (self.pattern, earlier.pattern), (self.groove, earlier.groove))))


@apply.register
def _(command: KeepParent, machine: Machine, at_frames: int) -> Machine:
    if not machine.kit.one_shots:
        raise InvalidValue("There is no kit to breed from yet. Record a loop with r, or open one.")
    return replace(machine, cross=machine.cross.with_parent(command.side, Parent(machine.kit, machine.pattern)))


@apply.register
def _(command: Crossbreed, machine: Machine, at_frames: int) -> Machine:
    asked = {name: share for name in ("kit", "pattern", "groove")
             if (share := getattr(command, name)) is not None}
    cross = replace(machine.cross, **asked)
    child = cross.child
    crossed = replace(machine, cross=cross, kit=unless_locked(child.kit, machine), listen=Listen.KIT)
    return crossed.with_pattern(child.pattern)
