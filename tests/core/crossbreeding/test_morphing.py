"""Laws of the morph between two patterns."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from engine.core.crossbreeding.morphing import morphed
from engine.core.groove import grid_ticks
from engine.core.pattern import Pattern, Track
from engine.core.step import Step
from engine.core.timeline import Ticks
from tests.strategies import patterns

shares = st.floats(0.0, 1.0)


@st.composite
def even_patterns(draw, swing=None):
    """One bar of sixteenths on one to three tracks."""
    names = draw(st.lists(st.sampled_from(["kick", "snare", "hihat"]), min_size=1, max_size=3, unique=True))
    step = st.none() | st.builds(Step, st.floats(0.05, 1.0), st.integers(-120, 120).map(Ticks))
    tracks = tuple(Track(name, tuple(draw(st.lists(step, min_size=16, max_size=16)))) for name in names)
    return Pattern(tracks, 4, draw(st.floats(0.5, 0.75)) if swing is None else swing)


def sounding(pattern: Pattern) -> set[tuple[str, int]]:
    """Where something sounds."""
    return {(track.name, index) for track in pattern.tracks for index, step in enumerate(track.steps) if step}


@given(patterns(), patterns())
def test_the_ends_of_a_morph_are_the_parents(one, other):
    assert morphed(one, other, 0.0, 0.0) == one
    assert morphed(one, other, 1.0, 1.0) == other


@given(patterns(), patterns(), shares, shares)
def test_any_two_patterns_can_be_morphed(one, other, steps, groove):
    made = morphed(one, other, steps, groove)
    assert {track.name for track in made.tracks} <= {track.name for p in (one, other) for track in p.tracks}


@given(even_patterns(), even_patterns(), shares, shares, shares)
def test_steps_come_and_go_once(one, other, first, second, groove):
    low, high = sorted((first, second))
    mine, theirs = sounding(one), sounding(other)
    before, after = (sounding(morphed(one, other, share, groove)) for share in (low, high))
    assert (after & mine) - theirs <= before
    assert (before & theirs) - mine <= after
    assert mine & theirs <= before <= mine | theirs


@given(even_patterns(), even_patterns(), shares)
def test_the_steps_of_one_parent_alone_are_all_there_at_its_end(one, other, groove):
    assert sounding(morphed(one, other, 0.0, groove)) == sounding(one)
    assert sounding(morphed(one, other, 1.0, groove)) == sounding(other)


@given(even_patterns(), even_patterns(), shares, shares)
def test_velocities_stay_between_those_of_the_parents(one, other, steps, groove):
    for track in morphed(one, other, steps, groove).tracks:
        for index, step in enumerate(track.steps):
            parents = [p.track(track.name).steps[index] for p in (one, other)
                       if track.name in {t.name for t in p.tracks}]
            loud = [parent.velocity for parent in parents if parent is not None]
            if step is not None:
                assert min(loud) <= step.velocity <= max(loud)


@given(even_patterns(), shares, shares)
def test_a_pattern_morphed_into_itself_stays_itself(pattern, steps, groove):
    assert morphed(pattern, pattern, steps, groove) == pattern


@given(even_patterns(), even_patterns())
def test_steps_alone_keep_the_groove(one, other):
    made = morphed(one, other, 1.0, 0.0)
    assert made.swing == one.swing
    for track in made.tracks:
        for index, step in enumerate(track.steps):
            if track.name in {t.name for t in one.tracks} and step is not None:
                own = one.track(track.name).steps[index]
                if own is not None:
                    assert (step.velocity, step.microtiming) == (own.velocity, own.microtiming)


@given(even_patterns(swing=0.5))
def test_a_straight_pattern_takes_over_a_swing(one):
    shuffled = replace(one, swing=0.6)
    made = morphed(one, shuffled, 0.0, 1.0)
    assert sounding(made) == sounding(one)
    assert grid_ticks(made, made.tracks[0], 1) == grid_ticks(shuffled, shuffled.tracks[0], 1)


def test_the_loudest_step_on_the_beat_comes_first():
    empty = (None,) * 16
    soft = Step(0.5)
    other = Pattern((Track("kick", (Step(1.0), soft, None, None, soft, *empty[5:])),), 4)
    one = Pattern((Track("kick", empty),), 4)
    assert sounding(morphed(one, other, 0.2, 0.0)) == {("kick", 0)}
    assert sounding(morphed(one, other, 0.6, 0.0)) == {("kick", 0), ("kick", 4)}


def test_triplets_and_sixteenths_meet_on_a_grid_that_holds_both():
    triplets = Pattern((Track("hihat", (Step(),) * 12, 3),), 4)
    straight = Pattern((Track("hihat", (Step(),) * 16, 4),), 4)
    made = morphed(triplets, straight, 0.5, 0.5).track("hihat")
    assert made.steps_per_beat == 12
    assert {index for index, step in enumerate(made.steps) if step} >= {0, 12, 24, 36}
