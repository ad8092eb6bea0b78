import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from engine.core.commands import SetSteps, apply
from engine.core.commands.steps import Row, StepRange, cleared, copied, moved, pasted, range_between, toggled
from engine.core.errors import InvalidValue
from engine.core.machine import empty_machine
from engine.core.pattern import Pattern, Step, Track
from engine.core.timeline import Ticks
from tests.strategies import patterns
from tests.tui.fake import track

PATTERN = Pattern((track("kick", "X--x"), track("snare", "-X-X"), track("hihat", "xoxoxoxo", 8)), beats=1)


def after(pattern: Pattern, changes) -> Pattern:
    machine = empty_machine(48000).with_pattern(pattern)
    return apply(SetSteps(changes), machine, 0).pattern


@st.composite
def ranges(draw, pattern: Pattern):
    corners = []
    for _ in range(2):
        lane = draw(st.integers(0, len(pattern.tracks) - 1))
        corners.append((lane, draw(st.integers(0, len(pattern.tracks[lane].steps) - 1))))
    return range_between(pattern, *corners)


def test_a_range_holds_both_its_corners_and_the_steps_between_them() -> None:
    marked = range_between(PATTERN, (2, 2), (0, 2))
    assert marked == StepRange(0, 2, 240, 720)
    assert [marked.indices(track) for track in PATTERN.tracks] == [range(1, 3), range(1, 3), range(2, 6)]


@given(st.data(), patterns())
def test_what_is_copied_and_pasted_where_it_was_changes_nothing(data: st.DataObject, pattern: Pattern) -> None:
    marked = data.draw(ranges(pattern))
    rows = copied(pattern, marked)
    assert pasted(pattern, rows, marked) == () or any(not row.steps for row in rows)


@given(st.data(), patterns())
def test_what_was_cut_comes_back_where_it_is_pasted(data: st.DataObject, pattern: Pattern) -> None:
    track = data.draw(st.integers(0, len(pattern.tracks) - 1))
    last = len(pattern.tracks[track].steps) - 1
    marked = range_between(pattern, (track, data.draw(st.integers(0, last))), (track, data.draw(st.integers(0, last))))
    silent = after(pattern, cleared(pattern, marked))
    assert not any(silent.tracks[track].steps[index] for index in marked.indices(silent.tracks[track]))
    assert after(silent, pasted(silent, copied(pattern, marked), marked)) == pattern


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(st.data(), patterns(), st.sampled_from([-1, 1]))
def test_moving_there_and_back_is_identity(data: st.DataObject, pattern: Pattern, by: int) -> None:
    marked = data.draw(ranges(pattern))
    lasts = marked.end_ticks - marked.start_ticks
    assume(all(len(marked.indices(track)) * track.step_ticks == lasts for track in marked.tracks(pattern)))
    ticks = by * max(track.step_ticks for track in pattern.tracks)
    try:
        there = after(pattern, moved(pattern, marked, ticks))
    except InvalidValue:
        return
    went = StepRange(marked.first_lane, marked.last_lane, marked.start_ticks + ticks, marked.end_ticks + ticks)
    assert after(there, moved(there, went, -ticks)) == pattern


def test_a_paste_is_cut_off_at_the_last_track_and_at_the_end() -> None:
    rows = copied(PATTERN, StepRange(0, 1, 0, 960))
    pattern = after(PATTERN, pasted(PATTERN, rows, range_between(PATTERN, (1, 2), (1, 2))))
    assert [track.steps for track in pattern.tracks[:2]] == [
        PATTERN.tracks[0].steps, (None, Step(1.0), Step(1.0), None)]
    assert pattern.tracks[2].steps[4:] == (None, Step(1.0), None, Step(1.0))
    assert len(pattern.tracks[2].steps) == 8


def test_pasted_steps_keep_their_share_of_lateness_on_a_finer_track() -> None:
    rows = (Row((Step(0.5, Ticks(100)),), 4),)
    (put,) = pasted(PATTERN, rows, range_between(PATTERN, (2, 1), (2, 1)))
    assert put.step == Step(0.5, Ticks(50)) and put.index == 1


def test_a_move_swaps_with_what_lies_there_so_that_nothing_is_lost() -> None:
    pattern = after(PATTERN, moved(PATTERN, StepRange(0, 0, 480, 960), -240))
    assert pattern.tracks[0].steps == (Step(1.0), None, PATTERN.tracks[0].steps[3], None)
    pattern = after(PATTERN, moved(PATTERN, StepRange(0, 0, 0, 720), 240))
    assert pattern.tracks[0].steps == (PATTERN.tracks[0].steps[3], Step(1.0), None, None)


def test_a_move_stops_at_the_end_of_the_track() -> None:
    with pytest.raises(InvalidValue, match="kick has no step there; it ends earlier"):
        moved(PATTERN, StepRange(0, 0, 480, 960), 240)
    with pytest.raises(InvalidValue, match="snare has no step there"):
        moved(PATTERN, StepRange(1, 2, 240, 480), 120)


def test_toggling_a_range_strikes_what_is_silent_and_then_silences_all() -> None:
    marked = StepRange(0, 0, 0, 960)
    filled = after(PATTERN, toggled(PATTERN, marked))
    assert [step.velocity for step in filled.tracks[0].steps if step] == [1.0, 0.8, 0.8, 0.6]
    assert not any(after(filled, toggled(filled, marked)).tracks[0].steps)


def test_steps_are_put_together_or_not_at_all() -> None:
    machine = empty_machine(48000)
    marked = StepRange(0, 0, 0, 960)
    changes = toggled(machine.pattern, marked)
    with pytest.raises(InvalidValue, match="step 18 was asked for"):
        apply(SetSteps((*changes, type(changes[0])("kick", 17, None))), machine, 0)
    assert Track("kick", (None,) * 16) == machine.pattern.track("kick")
