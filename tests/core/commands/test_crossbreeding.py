"""Parents are kept, and what lies between them plays."""

import pytest

from engine.core.commands import Crossbreed, KeepParent, LoadDecomposition, Restore, SetLock, apply
from engine.core.crossbreeding.parents import Side
from engine.core.errors import InvalidValue
from engine.core.kit import Kit, OneShot
from engine.core.machine import Listen, Machine, empty_machine
from engine.core.pattern import Pattern, Track
from engine.core.step import Step


def loop(name: str, drawing: str) -> LoadDecomposition:
    """A kick of its own, playing the x of a drawing."""
    steps = tuple(Step() if letter == "x" else None for letter in drawing)
    return LoadDecomposition(Kit(name, {"kick": OneShot(name * 2, 100)}), Pattern((Track("kick", steps),), 4))


@pytest.fixture
def bred() -> Machine:
    """A machine with both parents, playing B."""
    machine = empty_machine(48000)
    for side, command in ((Side.A, loop("a", "x...x...x...x...")), (Side.B, loop("b", "x.x.x.x.x.x.x.x."))):
        machine = apply(KeepParent(side), apply(command, machine, 0), 0)
    return machine


def sounding(machine: Machine) -> int:
    return sum(step is not None for step in machine.pattern.track("kick").steps)


def test_the_ends_are_the_parents_and_steps_come_one_by_one(bred):
    counts = [sounding(apply(Crossbreed(pattern=share), bred, 0)) for share in (0.0, 0.3, 0.6, 1.0)]
    assert counts == [4, 5, 6, 8]


def test_kit_pattern_and_groove_move_on_their_own(bred):
    machine = apply(Crossbreed(kit=0.0, pattern=1.0), bred, 0)
    assert machine.kit.one_shots["kick"].sample == "aa"
    assert sounding(machine) == 8
    machine = apply(Crossbreed(kit=1.0), machine, 0)
    assert machine.kit.one_shots["kick"].sample == "bb"
    assert (machine.cross.kit, machine.cross.pattern, machine.cross.groove) == (1.0, 1.0, 0.0)


def test_the_child_is_heard_and_has_a_name_of_its_own(bred):
    machine = apply(Crossbreed(0.0, 0.0, 0.0), bred, 0)
    assert machine.listen is Listen.KIT
    assert machine.kit.name == "a x b"


def test_a_locked_track_keeps_its_sound(bred):
    machine = apply(Crossbreed(kit=0.0), apply(SetLock("kick", True), bred, 0), 0)
    assert machine.kit.one_shots["kick"].sample == "bb"


def test_one_parent_is_not_enough_and_no_kit_is_no_parent():
    with pytest.raises(InvalidValue, match="no kit to breed from"):
        apply(KeepParent(Side.A), empty_machine(48000), 0)
    machine = apply(KeepParent(Side.A), apply(loop("a", "x..."), empty_machine(48000), 0), 0)
    with pytest.raises(InvalidValue, match="no loop B"):
        apply(Crossbreed(kit=1.0), machine, 0)


def test_two_wishes_are_one_and_the_later_wins():
    assert Crossbreed(kit=0.5, groove=0.2).over(Crossbreed(kit=0.1, pattern=0.3)) == Crossbreed(0.5, 0.3, 0.2)


def test_an_undo_brings_back_how_far_the_morph_was(bred):
    moved = apply(Crossbreed(0.5, 0.5, 0.5), bred, 0)
    back = apply(Restore(bred.kit, bred.patterns, None, Listen.KIT, bred.phase_ticks, bred.loop_ticks,
                         cross=bred.cross), moved, 0)
    assert back.cross == bred.cross and back.pattern == bred.pattern
