"""Columns and steps, meters, pending edits: the arithmetic of the screen."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.pattern import STEPS_PER_BEAT, Pattern, Step, Track, next_uncertain
from tests.tui.fake import demo_machine, demo_pattern
from tui.geometry import FIXED_ROWS, GridView, best_view, fit_view, share_rows
from tui.meter_scale import FLOOR_DB, decibels, lit_columns, next_level_db
from tui.pending_edits import PendingEdits, Setting

resolutions = st.sampled_from(STEPS_PER_BEAT)


@st.composite
def patterns(draw) -> Pattern:
    """One to four tracks of any length and resolution."""
    tracks = [Track(f"track {number}", (None,) * draw(st.integers(1, 128)), draw(resolutions))
              for number in range(draw(st.integers(1, 4)))]
    return Pattern(tuple(tracks), draw(st.integers(1, 32)), beats_per_bar=draw(st.integers(1, 7)))


@given(patterns(), st.integers(1, 300), st.integers(0, 40))
def test_a_view_fits_the_screen_and_shows_the_beat_it_was_asked_for(pattern, columns, at_beat):
    view = fit_view(columns + 15, 15, pattern, at_beat)
    assert view.columns <= columns or view.columns_per_beat == 1
    assert view.first_beat <= at_beat < view.first_beat + max(view.beats, 1)


@given(st.integers(0, 127), resolutions, st.integers(0, 8), st.integers(16, 24))
def test_a_click_on_a_step_means_that_step(index, steps_per_beat, first_beat, columns_per_beat):
    view = GridView(first_beat, 8, columns_per_beat)
    column = view.column(index, steps_per_beat)
    if column is not None:
        assert view.index(column, steps_per_beat) == index


@given(patterns(), st.integers(60, 200))
def test_every_beat_of_a_roomy_view_gives_each_step_its_own_column(pattern, columns):
    view = fit_view(columns, 15, pattern, 0)
    finest = max(track.steps_per_beat for track in pattern.tracks)
    assert view.columns_per_beat >= finest


@given(patterns(), st.integers(1, 300), st.integers(0, 40))
def test_label_and_beats_fill_every_column(pattern, columns, at_beat):
    view = best_view(columns, pattern, at_beat)
    last_page = view.first_beat + view.beats > pattern.beats and view.first_beat > 0
    assert view.label_columns + view.columns >= min(columns, view.label_columns) and (
        last_page or view.columns_per_beat in (1, 48) or view.label_columns + view.columns >= columns)


@pytest.mark.parametrize(("columns", "wide"), [(80, False), (96, False), (97, True), (130, True), (200, True)])
def test_lanes_have_meters_and_pictures_where_they_hide_no_beat(columns, wide):
    view = best_view(columns, demo_pattern(), 0)
    assert (view.wide, view.beats) == (wide, 8) and view.label_columns + view.columns == columns


@given(st.integers(1, 100), st.integers(1, 300), st.integers(1, 8), st.booleans(), st.integers(0, 4))
def test_the_rows_are_shared_out_to_the_last_one(rows, columns, tracks, wide, extra):
    shared = share_rows(rows, columns, tracks, wide, extra)
    assert shared.lane >= 1 and shared.transport >= 1
    if not shared.compact:
        fixed = FIXED_ROWS - 4 + shared.transport + shared.pads + extra
        assert fixed + shared.wave + shared.onsets + tracks * shared.lane == rows
        assert shared.wave >= 1 and shared.onsets >= 1


def test_a_larger_screen_has_a_larger_wave_larger_digits_and_higher_lanes():
    small, large = share_rows(24, 80, 6, False), share_rows(60, 200, 6, True)
    assert (small.transport, small.lane, small.pads) == (4, 1, 3) and small.wave >= 3
    assert (large.transport, large.pads) == (6, 0) and large.lane >= 4 and large.wave > small.wave
    assert share_rows(12, 40, 6, False).compact


def test_a_meter_is_full_at_full_scale_and_empty_at_its_floor():
    assert lit_columns(decibels(1.0), 10) == 10
    assert lit_columns(decibels(0.0), 10) == 0
    assert lit_columns(decibels(4.0), 10) == 10


def test_a_meter_rises_at_once_and_falls_slowly():
    assert next_level_db(FLOOR_DB, 1.0, 0.01) == 0.0
    assert next_level_db(0.0, 0.0, 0.5) == -13.0
    assert next_level_db(-40.0, 0.0, 10.0) == FLOOR_DB


def test_uncertain_steps_are_visited_in_order_of_time_and_round_the_end():
    pattern = demo_pattern()
    assert next_uncertain(pattern, 0, 0) == (1, 25)
    assert next_uncertain(pattern, 1, 25) == (2, 28)
    assert next_uncertain(pattern, 2, 28) == (1, 25)


def test_a_pattern_without_uncertain_steps_has_no_next_one():
    assert next_uncertain(Pattern((Track("kick", (Step(), None)),), 1), 0, 0) is None


def test_an_edit_is_pending_until_it_shows_or_a_bar_and_a_second_have_passed():
    machine, pending, mute, solo = demo_machine(), PendingEdits(), Setting("mute", "kick"), Setting("solo", "kick")
    pending.remember(mute, True, machine, 0.0)
    assert pending.expected(mute, machine) and not pending.expected(solo, machine)
    assert pending.still_pending(machine, 1.0) == {mute: True}
    assert pending.still_pending(replace(machine, mutes=frozenset({"kick"})), 1.0) == {}
    pending.remember(solo, True, machine, 0.0)
    assert pending.still_pending(machine, 3.4) == {solo: True}
    assert pending.still_pending(machine, 3.6) == {}


def test_an_edit_of_a_step_that_is_gone_is_forgotten():
    machine, pending = demo_machine(), PendingEdits()
    pending.remember(Setting("step", "kick", 20), Step(0.5), machine, 0.0)
    shorter = replace(machine, pattern=Pattern((Track("kick", (None,) * 16),), 4))
    assert pending.still_pending(shorter, 0.1) == {}


@pytest.mark.parametrize("rows", [24, 30, 45])
def test_on_an_empty_machine_the_lanes_get_the_room_of_wave_and_pads(rows):
    full, empty = share_rows(rows, 80, 6, False), share_rows(rows, 80, 6, False, empty=True)
    assert empty.lane > full.lane and empty.wave < 7 and empty.pads == 0
    used = [shared.transport + shared.wave + shared.onsets + 6 * shared.lane + shared.pads for shared in (full, empty)]
    assert used[0] == used[1], "no row stays unused"
