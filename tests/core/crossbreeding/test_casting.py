"""Who plays what in a kit that lacks a drum."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.crossbreeding.casting import stand_in

DRUMS = ("kick", "snare", "tom", "hihat", "ride", "crash", "perc 1")


@pytest.mark.parametrize(("drum", "kit", "plays"), [
    ("ride", ("kick", "hihat"), "hihat"), ("open hat", ("kick", "closed hat"), "closed hat"),
    ("crash", ("hihat", "ride"), "ride"), ("tom", ("kick", "snare"), "kick"), ("kick", ("hihat",), None),
    ("perc 2", ("snare", "perc 1"), "perc 1"), ("hihat", ("crash", "kick"), "crash")])
def test_the_nearest_drum_stands_in(drum, kit, plays):
    assert stand_in(drum, kit) == plays


@given(st.sampled_from(DRUMS), st.sets(st.sampled_from(DRUMS)).map(sorted))
def test_a_drum_that_is_there_plays_itself(drum, kit):
    assert stand_in(drum, kit) == drum if drum in kit else stand_in(drum, kit) in {None, *kit}
