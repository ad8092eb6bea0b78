"""Two patterns are as alike as a drummer would say, whatever their length, resolution and starting point."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.core.errors import InvalidValue
from engine.core.pattern import Pattern, Track
from engine.library.index.rhythm import (
    COLUMNS,
    ROWS,
    Rhythm,
    drawn,
    rhythm_of,
    rows_of,
    similarities,
    similarity,
)

lines = st.lists(st.sampled_from("xXo..."), min_size=16, max_size=16).map("".join)
drawings = st.fixed_dictionaries({"kick": lines, "snare": lines, "hihat": lines, "clap": lines})


def rhythm(**tracks: str) -> Rhythm:
    return rhythm_of(drawn([f"{name}={drawing}" for name, drawing in tracks.items()]))


def patterns() -> st.SearchStrategy[Pattern]:
    """Patterns with a hit in at least one track."""
    return drawings.map(lambda found: drawn([f"{name}={line}" for name, line in found.items()])
                        if any(letter != "." for line in found.values() for letter in line) else None).filter(bool)


@given(patterns())
def test_a_pattern_is_like_itself_alone_at_full_score(pattern: Pattern) -> None:
    assert similarity(rhythm_of(pattern), rhythm_of(pattern)) == pytest.approx(1.0, abs=1e-5)


@given(patterns(), patterns())
def test_it_does_not_matter_which_of_two_comes_first(one: Pattern, other: Pattern) -> None:
    first, second = rhythm_of(one), rhythm_of(other)
    score = similarity(first, second)
    assert score == pytest.approx(similarity(second, first), abs=1e-5) and 0.0 <= score <= 1.0


@given(patterns(), st.integers(0, 15))
def test_a_rotated_pattern_is_nearly_the_same(pattern: Pattern, by_steps: int) -> None:
    turned = Pattern(tuple(track.rotated(by_steps) for track in pattern.tracks), pattern.beats)
    score = similarity(rhythm_of(pattern), rhythm_of(turned))
    assert score >= 0.85 - 1e-5
    if by_steps % 4 == 0:
        assert score >= 0.92 - 1e-5


@given(patterns())
def test_played_twice_it_is_the_same_pattern(pattern: Pattern) -> None:
    twice = Pattern(tuple(Track(track.name, track.steps * 2) for track in pattern.tracks), 2 * pattern.beats)
    assert np.array_equal(rhythm_of(pattern), rhythm_of(twice))


@given(patterns())
def test_on_a_finer_grid_it_is_the_same_pattern(pattern: Pattern) -> None:
    finer = tuple(Track(track.name, tuple(step for kept in track.steps for step in (kept, None)), 8)
                  for track in pattern.tracks)
    assert np.array_equal(rhythm_of(pattern), rhythm_of(Pattern(finer, pattern.beats)))


@given(st.lists(patterns(), min_size=1, max_size=5), patterns())
def test_many_are_compared_as_one_by_one(many: list[Pattern], query: Pattern) -> None:
    rhythms = np.stack([rhythm_of(pattern) for pattern in many])
    one_by_one = [similarity(rhythm_of(query), one) for one in rhythms]
    assert similarities(rhythm_of(query), rhythms) == pytest.approx(one_by_one, abs=1e-5)


def test_kick_and_snare_weigh_more_than_the_hihat() -> None:
    beat = {"kick": "x.......x.......", "snare": "....x.......x...", "hihat": "x.x.x.x.x.x.x.x."}
    other_hat = similarity(rhythm(**beat), rhythm(**{**beat, "hihat": ".x.x.x.x.x.x.x.x"}))
    other_kick = similarity(rhythm(**beat), rhythm(**{**beat, "kick": "..x..x....x...x."}))
    assert other_kick < other_hat < 1.0


def test_a_beat_is_more_like_its_variation_than_like_another_style() -> None:
    rock = rhythm(kick="x.......x.......", snare="....x.......x...")
    variation = rhythm(kick="x.......x.x.....", snare="....x.......x...")
    four_to_the_floor = rhythm(kick="x...x...x...x...", snare="....x.......x...")
    samba = rhythm(kick="x..xx..xx..xx..x", snare="..x.x..x..x.x..x")
    scores = [similarity(rock, other) for other in (variation, four_to_the_floor, samba)]
    assert scores == sorted(scores, reverse=True) and scores[0] > 0.85 > scores[2]


def test_drums_that_are_not_drawn_may_play_anything() -> None:
    query = drawn(["kick=x.......x.......", "snare=....x.......x..."])
    with_hats = rhythm(kick="x.......x.......", snare="....x.......x...", hihat="xxxxxxxxxxxxxxxx")
    assert similarity(rhythm_of(query), with_hats, rows_of(query)) == pytest.approx(1.0, abs=1e-5)
    assert similarity(rhythm_of(query), with_hats) < 0.95


def test_silence_is_like_nothing() -> None:
    silent = np.zeros((len(ROWS), COLUMNS), np.uint8)
    assert similarity(silent, silent) == 0.0 == similarity(rhythm(kick="x..."), silent)


def test_a_waltz_repeats_every_bar_of_three() -> None:
    waltz = rhythm(kick="x...........", snare="....x...x...")
    turned = rhythm(kick="....x.......", snare="x.......x...")
    assert similarity(waltz, waltz) == pytest.approx(1.0, abs=1e-5)
    assert similarity(waltz, turned) < 1.0


@given(patterns())
def test_swing_and_microtiming_do_not_matter(pattern: Pattern) -> None:
    assert np.array_equal(rhythm_of(pattern), rhythm_of(Pattern(pattern.tracks, pattern.beats, swing=0.66)))


def test_lines_without_a_name_are_kick_snare_and_hihat() -> None:
    assert drawn(["x...", "..x.", "xxxx"]) == drawn(["kick=x... snare=..x. hihat=xxxx"])
    assert [track.name for track in drawn(["kick=x... |x...  snare=.... x..."]).tracks] == ["kick", "snare"]


@pytest.mark.parametrize(("text", "said"), [("x..y", "holds 'y'"), ("....", "no hit"), ("kick=", "0 steps"),
                                            ("kick=" + "x" * 129, "129 steps")])
def test_a_drawing_that_is_none_is_one_sentence(text: str, said: str) -> None:
    with pytest.raises(InvalidValue, match=said):
        drawn([text])


def test_a_fourth_line_needs_a_name() -> None:
    with pytest.raises(InvalidValue, match="three lines"):
        drawn(["x...", "x...", "x...", "x..."])


@given(patterns(), patterns())
def test_the_same_rows_are_compared_both_ways(one: Pattern, other: Pattern) -> None:
    first, second = rhythm_of(one), rhythm_of(other)
    assume(first.any() and second.any())
    assert similarity(first, second, ("kick",)) == pytest.approx(similarity(second, first, ("kick",)), abs=1e-5)
