"""The chain of machines to come keeps every change, in time, whatever arrives in between."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.commands import LoadKit, LoadPattern, Play, SetMute, SetStep, SetTempo, ToggleStep
from engine.core.errors import InvalidValue
from engine.core.kit import Kit
from engine.core.machine import empty_machine
from engine.core.pattern import Pattern, Step, Track
from engine.live.schedule import MAX_WAITING, Schedule

MARGIN = 1000


@pytest.fixture
def schedule() -> Schedule:
    schedule = Schedule(empty_machine(48000), MARGIN)
    schedule.edit(Play(), 0)
    publish(schedule)
    schedule.was_applied(schedule.pending[0].sequence)
    return schedule


def publish(schedule: Schedule) -> list[int]:
    """Frames of what the audio thread is told, after which that has been sent."""
    batch = schedule.take_unsent()
    assert batch is not None
    return [planned.at_frames for planned in batch.planned]


def test_an_edit_now_survives_beside_a_swap_that_waits(schedule: Schedule) -> None:
    schedule.edit(LoadKit(Kit("new")), 96000, "a kit")
    publish(schedule)
    schedule.edit(ToggleStep("kick", 0), 5000)
    batch = schedule.take_unsent()
    assert batch is not None and batch.cancel
    assert [p.at_frames for p in batch.planned] == [5000, 96000]
    now, later = (p.machine for p in batch.planned)
    assert now.pattern.track("kick").steps[0] is not None and now.kit.name == "empty"
    assert later.pattern.track("kick").steps[0] is not None and later.kit.name == "new"


def test_edits_that_have_not_been_sent_travel_together(schedule: Schedule) -> None:
    for index in range(16):
        schedule.edit(ToggleStep("kick", index), 5000)
    assert publish(schedule) == [5000]
    assert all(schedule.latest.pattern.track("kick").steps)


def test_what_comes_last_is_simply_added(schedule: Schedule) -> None:
    schedule.edit(ToggleStep("kick", 0), 5000)
    publish(schedule)
    schedule.edit(ToggleStep("kick", 1), 6000)
    batch = schedule.take_unsent()
    assert batch is not None and not batch.cancel and [p.at_frames for p in batch.planned] == [6000]


def test_an_edit_just_before_a_swap_happens_with_it(schedule: Schedule) -> None:
    schedule.edit(LoadKit(Kit("new")), 6000, "a kit")
    publish(schedule)
    schedule.edit(ToggleStep("kick", 0), 6000 - MARGIN + 1)
    assert publish(schedule) == [6000]
    assert schedule.latest.kit.name == "new" and schedule.latest.pattern.track("kick").steps[0] is not None


def test_a_bad_edit_changes_nothing(schedule: Schedule) -> None:
    schedule.edit(LoadKit(Kit("new")), 96000, "a kit")
    publish(schedule)
    before = list(schedule.pending)
    with pytest.raises(InvalidValue):
        schedule.edit(ToggleStep("cowbell", 0), 5000)
    assert schedule.pending == before and not schedule.has_unsent()


def test_a_waiting_change_that_lost_its_ground_is_dropped_with_a_word(schedule: Schedule) -> None:
    schedule.edit(SetMute("tom", True), 96000, "mute tom")
    publish(schedule)
    only_kick = Pattern((Track("kick", (Step(),)),), beats=4)
    dropped = schedule.edit(LoadPattern(only_kick), 5000)
    assert len(dropped) == 1 and dropped[0].startswith("mute tom was dropped: No track is called 'tom'")
    assert publish(schedule) == [5000]


def test_applied_machines_leave_the_chain(schedule: Schedule) -> None:
    schedule.edit(ToggleStep("kick", 0), 5000)
    schedule.edit(LoadKit(Kit("new")), 96000, "a kit")
    publish(schedule)
    first, second = (p.sequence for p in schedule.pending)
    schedule.was_applied(first)
    assert [p.sequence for p in schedule.pending] == [second]
    schedule.was_applied(second)
    assert not schedule.pending and schedule.applied.machine.kit.name == "new" and not schedule.has_unsent()


def test_there_is_an_end_to_what_may_wait(schedule: Schedule) -> None:
    for index in range(MAX_WAITING):
        schedule.edit(ToggleStep("kick", index), 96000 * (index + 1), "a step")
    with pytest.raises(InvalidValue, match="wait"):
        schedule.edit(ToggleStep("kick", 15), 96000 * 20, "a step")


_moves = st.lists(st.one_of(
    st.tuples(st.just("edit"), st.integers(0, 5), st.integers(0, 40)),
    st.tuples(st.just("publish"), st.just(0), st.just(0)),
    st.tuples(st.just("time"), st.integers(1, 3), st.just(0))), max_size=40)


@given(_moves)
def test_every_accepted_edit_is_heard_in_the_end(moves: list[tuple[str, int, int]]) -> None:
    """An audio thread that applies what it was sent, in order of time, ends at the fold of all edits."""
    schedule = Schedule(empty_machine(48000), 0)
    now, waiting, accepted = 0, [], []
    for kind, amount, index in moves:
        if kind == "edit":
            try:
                schedule.edit(SetStep("kick", index % 16, Step(0.5 + index / 100)), now + 1 + amount * 10)
                accepted.append((now + 1 + amount * 10, index))
            except InvalidValue:
                pass
        elif kind == "publish" and (batch := schedule.take_unsent()) is not None:
            waiting = ([] if batch.cancel else waiting) + list(batch.planned)
        elif kind == "time":
            now += 10 * amount
            for planned in [p for p in waiting if p.at_frames <= now]:
                waiting.remove(planned)
                schedule.was_applied(planned.sequence)
    expected = empty_machine(48000).pattern.track("kick")
    for _, index in sorted(accepted, key=lambda pair: pair[0]):
        expected = expected.with_step(index % 16, Step(0.5 + index / 100))
    assert schedule.latest.pattern.track("kick") == expected


def test_a_tempo_change_waits_with_its_own_frame(schedule: Schedule) -> None:
    schedule.edit(SetTempo(90.0), 96000, "tempo")
    assert schedule.latest.timeline.bpm == 90.0 and schedule.at(95999).timeline.bpm == 120.0
