"""Two parents and what they make."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.crossbreeding.parents import Cross, Parent, Side, crossed_kit, on_kit
from engine.core.errors import InvalidValue
from engine.core.kit import Kit, OneShot
from engine.core.pattern import Pattern, Track
from engine.core.step import Step
from tests.strategies import kits, patterns

shares = st.floats(0.0, 1.0)
parents = st.builds(Parent, kits, patterns())


@given(parents, parents, shares, shares, shares)
def test_any_two_loops_make_a_child(a, b, kit, pattern, groove):
    child = Cross(a, b, kit, pattern, groove).child
    assert set(child.kit.one_shots) <= {*a.kit.one_shots, *b.kit.one_shots}


@given(kits, kits, shares, shares)
def test_the_more_of_the_kit_is_morphed_the_more_sounds_are_the_others(one, other, first, second):
    def from_other(share: float) -> set[str]:
        made = crossed_kit(one, other, share).one_shots
        return {name for name, shot in made.items() if other.one_shots.get(name) is shot
                and one.one_shots.get(name) is not shot}

    low, high = sorted((first, second))
    assert from_other(low) <= from_other(high)


@given(kits, kits)
def test_a_kit_is_its_own_at_both_ends(one, other):
    assert crossed_kit(one, other, 0.0).one_shots == one.one_shots
    assert crossed_kit(one, other, 1.0).one_shots == other.one_shots


def test_a_missing_drum_is_played_by_the_nearest():
    kit = Kit("small", {"hihat": OneShot("aa", 100)})
    pattern = Pattern((Track("hihat", (Step(0.5), None)), Track("ride", (Step(0.9), Step(0.2)))), 4)
    made = on_kit(pattern, kit)
    assert [track.name for track in made.tracks] == ["hihat"]
    assert [step.velocity for step in made.tracks[0].steps if step] == [0.9, 0.2]


def test_one_parent_alone_makes_nothing():
    cross = Cross().with_parent(Side.A, Parent(Kit("x"), Pattern((Track("kick", (None,)),), 4)))
    with pytest.raises(InvalidValue, match="no loop B"):
        _ = cross.child


def test_a_morph_beyond_its_ends_is_refused():
    with pytest.raises(InvalidValue, match="0 % to 100 %"):
        Cross(kit=1.5)
