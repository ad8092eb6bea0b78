"""A pattern as plain hits, for other programs."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from engine.core.errors import InvalidValue
from engine.core.pattern import Pattern, Step, Track
from engine.core.step import Overrides, When
from engine.core.timeline import Ticks
from engine.library.kits.decomposition import HeardOnset
from engine.library.strokes import LONGEST_BEATS, all_strokes, cycle_ticks, passes_needed, ruled_strokes
from tests.library.values import rich_decomposition
from tests.strategies import patterns


def ruled(*steps: Step | None, beats: int = 1, passes: int = 1, per_beat: int = 4) -> list[tuple[int, int, float]]:
    """(tick, length, velocity) of a snare with these steps."""
    pattern = Pattern((Track("snare", steps, per_beat),), beats)
    return [(stroke.tick, stroke.length, stroke.velocity)
            for stroke in ruled_strokes(pattern, pattern.tracks[0], passes)]


def test_a_hit_a_hair_before_beat_1_is_the_downbeat() -> None:
    assert ruled(Step(1.0, Ticks(-20)), None, None, None) == [(0, 240, 1.0)]


def test_only_the_first_early_downbeat_moves_and_the_microtiming_of_the_rest_is_kept() -> None:
    steps = Step(1.0, Ticks(-20)), None, Step(0.5, Ticks(-7)), None
    assert [tick for tick, _, _ in ruled(*steps, passes=2)] == [0, 473, 940, 1433]


def test_what_comes_after_the_end_sounds_at_the_start() -> None:
    assert [tick for tick, _, _ in ruled(Step(1.0), None, None, Step(0.5, Ticks(120), ratchet=4))] == [0, 60, 840, 900]


def test_the_strokes_of_a_ratchet_share_the_length_of_their_step() -> None:
    assert ruled(Step(1.0, ratchet=3), None, None, None) == [(0, 80, 1.0), (80, 80, 1.0), (160, 80, 1.0)]


def test_a_short_track_goes_round_until_the_pattern_ends() -> None:
    assert [tick for tick, _, _ in ruled(Step(1.0), None, None, beats=2)] == [0, 720, 1440]


def test_conditions_and_tracks_of_other_lengths_take_as_many_passes_as_they_need() -> None:
    every_third = Step(condition=(3, 3))
    assert passes_needed(Pattern((Track("kick", (every_third, *(None,) * 15)),), 4)) == 3
    assert passes_needed(Pattern((Track("kick", (Step(), None, None)), Track("snare", (Step(),) * 16)), 4)) == 3
    assert [tick for tick, _, _ in ruled(every_third, None, None, None, passes=3)] == [1920]


def test_passes_are_limited() -> None:
    odd = tuple(Track(f"perc {number}", (Step(condition=(1, of)),) * length, 16)
                for number, (length, of) in enumerate([(127, 61), (113, 59), (109, 53)]))
    pattern = Pattern(odd, 4)
    assert passes_needed(pattern) * 4 == LONGEST_BEATS < cycle_ticks(pattern) // 960


def test_a_step_that_plays_another_one_shot_is_that_one_shots_hit() -> None:
    pattern = Pattern((Track("snare", (Step(overrides=Overrides(one_shot="rim")),)),), 1)
    assert {stroke.sound for stroke in ruled_strokes(pattern, pattern.tracks[0], 1)} == {"rim"}


def test_fills_and_steps_that_never_play_are_left_out() -> None:
    assert ruled(Step(when=When.FILL), Step(probability=0.0), Step(0.5, when=When.NOT_FILL), None) == [(480, 240, 0.5)]


def test_as_heard_is_what_the_recording_has() -> None:
    end, played = all_strokes(rich_decomposition(), heard=True)
    assert end == 1920
    assert [(stroke.tick, stroke.velocity) for stroke in played["kick"]] == [(0, 1.0), (710, 0.5)]
    assert played["hihat"] == played["tom"] == []


def test_as_heard_the_early_downbeat_at_the_end_of_the_recording_is_on_beat_1() -> None:
    pattern = Pattern((Track("kick", (Step(1.0, Ticks(-30)), *(None,) * 7)),), 2)
    stored = replace(rich_decomposition(), pattern=pattern,
                     onsets={"kick": (HeardOnset(0.5, 0.4), HeardOnset(1.0 - 30 / 1920, 1.0))})
    _, played = all_strokes(stored, heard=True)
    assert [(stroke.tick, stroke.velocity) for stroke in played["kick"]] == [(0, 1.0), (960, 0.4)]


def test_a_kit_without_a_recording_has_nothing_heard() -> None:
    with pytest.raises(InvalidValue, match="those of the pattern instead"):
        all_strokes(replace(rich_decomposition(), onsets={}), heard=True)


@settings(max_examples=80, deadline=None)
@given(patterns())
def test_strokes_lie_in_order_within_the_file(pattern: Pattern) -> None:
    passes = passes_needed(pattern)
    for track in pattern.tracks:
        now = 0
        for stroke in ruled_strokes(pattern, track, passes):
            assert stroke.tick >= now and stroke.length > 0
            now = stroke.tick + stroke.length
        assert now <= passes * pattern.ticks
