"""Pattern slots, chains, fills, and the grids of tracks."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.commands import (
    Boundary,
    CopyPattern,
    FillBars,
    LoadKit,
    LoadPatterns,
    NextInChain,
    Play,
    SelectPattern,
    SetChain,
    SetFill,
    SetLock,
    SetPatternLength,
    SetTrackLength,
    SetTrackResolution,
    SwapOneShot,
    ToggleStep,
    apply,
    target_frames,
)
from engine.core.errors import InvalidValue
from engine.core.groove import sounds_on_pass
from engine.core.kit import Kit, Layer, OneShot
from engine.core.machine import FOR_EVER, Machine, empty_machine
from engine.core.pattern import Pattern, Step, Track
from engine.core.timeline import Ticks
from tests.strategies import machines, patterns, tracks

RATE = 48000
BAR = 96000  # frames at 120 BPM


def playing() -> Machine:
    return apply(Play(), empty_machine(RATE), 0)


@given(machines(), st.integers(0, 15), st.integers(0, 10**6))
def test_going_to_a_slot_and_back_brings_the_pattern_back(machine: Machine, slot: int, frame: int) -> None:
    back = apply(SelectPattern(machine.slot), apply(SelectPattern(slot), machine, frame), frame)
    assert back.pattern == machine.pattern
    assert [pattern for place, pattern in enumerate(back.patterns) if place != slot or machine.patterns[slot]] == \
        [pattern for place, pattern in enumerate(machine.patterns) if place != slot or machine.patterns[slot]]


def test_an_empty_slot_is_silence_on_the_same_tracks() -> None:
    machine = apply(SelectPattern(3), apply(ToggleStep("kick", 0), empty_machine(RATE), 0), 0)
    assert machine.slot == 3 and not any(any(track.steps) for track in machine.pattern.tracks)
    assert [track.name for track in machine.pattern.tracks] == ["kick", "snare", "tom", "hihat", "ride", "crash"]


def test_a_pattern_begins_with_its_bar() -> None:
    machine = apply(SelectPattern(1), playing(), BAR + 1000)
    assert machine.phase_ticks == 3840


def test_a_copy_is_played_when_its_slot_is() -> None:
    machine = apply(ToggleStep("kick", 0), empty_machine(RATE), 0)
    other = apply(SelectPattern(5), apply(CopyPattern(5), machine, 0), 0)
    assert other.pattern == machine.pattern and other.patterns[0] == machine.pattern


def test_the_end_of_a_pattern_is_counted_from_where_it_began() -> None:
    machine = apply(SetPatternLength(12), apply(SelectPattern(1), playing(), BAR), BAR)
    assert target_frames(machine, Boundary.PATTERN, BAR + 1) == 4 * BAR
    assert target_frames(machine, Boundary.BAR, BAR + 1) == 2 * BAR
    assert target_frames(machine, Boundary.STEP, BAR + 1) == BAR + 6000


def test_a_chain_goes_round() -> None:
    machine = apply(SetChain((2, 4)), playing(), 0)
    slots = [machine.slot]
    for bar in range(1, 5):
        machine = apply(NextInChain((machine.chain_place + 1) % 2, machine.phase_ticks), machine, bar * BAR)
        slots.append(machine.slot)
    assert slots == [2, 4, 2, 4, 2]


def test_a_chain_that_was_left_does_not_come_back() -> None:
    machine = apply(SetChain((2, 4)), playing(), 0)
    planned = NextInChain(1, machine.phase_ticks)
    chosen = apply(SelectPattern(7), machine, BAR)
    assert apply(planned, chosen, BAR) == chosen
    again = apply(SetChain((1, 2)), machine, BAR)
    assert apply(planned, again, BAR) == again


def test_play_takes_a_chain_up_where_it_is() -> None:
    machine = apply(NextInChain(1, Ticks(0)), apply(SetChain((2, 4)), playing(), 0), BAR)
    again = apply(Play(), machine, 3 * BAR)
    assert (again.slot, again.chain_place, again.phase_ticks) == (4, 1, 0)


def test_a_fill_lasts_to_the_bar_line_or_until_it_is_ended() -> None:
    assert apply(FillBars(), playing(), BAR + 5).fill_until_ticks == 2 * 3840
    assert apply(FillBars(1), playing(), BAR + 5).fill_until_ticks == 3 * 3840
    assert apply(SetFill(True), playing(), 5).fill_until_ticks == FOR_EVER
    assert apply(SetFill(False), apply(SetFill(True), playing(), 5), 9).fill_until_ticks == 0


def test_a_track_is_cut_or_goes_on_in_silence() -> None:
    machine = apply(ToggleStep("kick", 3), empty_machine(RATE), 0)
    assert apply(SetTrackLength("kick", 4), machine, 0).pattern.track("kick").steps == (None, None, None, Step(0.8))
    longer = apply(SetTrackLength("kick", 20), machine, 0).pattern.track("kick").steps
    assert len(longer) == 20 and longer[3] == Step(0.8) and not any(longer[16:])
    for steps in (0, -1, 129, 10**12):
        with pytest.raises(InvalidValue, match="1 to 128"):
            apply(SetTrackLength("kick", steps), machine, 0)


@given(tracks("kick"), st.sampled_from([1, 2, 3, 4, 6, 8, 12, 16]))
def test_another_resolution_keeps_every_step_within_its_place(track: Track, per_beat: int) -> None:
    other = track.with_resolution(per_beat)
    assert other.steps_per_beat == per_beat and len(other.steps) == len(track.steps)
    assert [step is None for step in other.steps] == [step is None for step in track.steps]


@given(tracks("kick"), st.integers(-40, 40), st.integers(0, 200))
def test_a_rotated_track_plays_the_same_later_on(track: Track, by: int, grid_index: int) -> None:
    turned = track.rotated(by)

    def velocity_at(where: Track, index: int) -> float | None:
        turn, place = divmod(index, len(where.steps))
        step = where.steps[place]
        return step.velocity if step is not None and sounds_on_pass(step, turn) else None

    assert velocity_at(turned, grid_index) == velocity_at(track, grid_index + by)


def test_resolutions_there_are_not_are_refused() -> None:
    with pytest.raises(InvalidValue, match="5 was asked for"):
        apply(SetTrackResolution("kick", 5), empty_machine(RATE), 0)


def test_a_locked_track_keeps_its_one_shot() -> None:
    mine, theirs = OneShot("aa", 10), OneShot("bb", 10)
    machine = replace(empty_machine(RATE), kit=Kit("mine", {"kick": mine, "snare": mine}))
    machine = apply(SetLock("kick", True), machine, 0)
    loaded = apply(LoadKit(Kit("theirs", {"kick": theirs, "snare": theirs})), machine, 0)
    assert loaded.kit.one_shots == {"kick": mine, "snare": theirs}
    with pytest.raises(InvalidValue, match="locked"):
        apply(SwapOneShot("kick", theirs), loaded, 0)
    opened = apply(SetLock("kick", False), loaded, 0)
    assert apply(SwapOneShot("kick", theirs), opened, 0).kit.one_shots["kick"] == theirs


def test_a_stroke_plays_the_hardest_layer_that_it_reaches() -> None:
    shot = OneShot("aa", 10, layers=(Layer("bb", 5, 0.5), Layer("cc", 5, 0.5), Layer("dd", 5, 0.9)))
    assert [layer.sample for layer in shot.recordings(0.2)] == ["aa"]
    assert [layer.sample for layer in shot.recordings(0.5)] == ["bb", "cc"]
    assert [layer.sample for layer in shot.recordings(1.0)] == ["dd"]


@given(machines(), st.dictionaries(st.integers(0, 15), patterns(), min_size=1, max_size=3), st.integers(0, 10**6))
def test_loaded_patterns_lie_in_their_slots_and_the_first_plays(machine: Machine, loaded: dict[int, Pattern],
                                                                frame: int) -> None:
    after = apply(LoadPatterns(tuple(loaded.items())), machine, frame)
    assert after.slot == next(iter(loaded)) and after.chain == ()
    expected = {**dict(enumerate(machine.patterns)), **loaded}
    assert dict(enumerate(after.patterns)) == expected
    assert (after.kit, after.loop, after.timeline) == (machine.kit, machine.loop, machine.timeline)


def test_loaded_patterns_begin_on_the_last_bar_line() -> None:
    pattern = Pattern((Track("kick", (Step(1.0),)),), 1)
    after = apply(LoadPatterns(((3, pattern),)), playing(), BAR + 500)
    assert after.phase_ticks == 3840


@pytest.mark.parametrize("slots", [(), (16,), (-1, 2)])
def test_patterns_are_loaded_into_slots_that_exist(slots: tuple[int, ...]) -> None:
    pattern = Pattern((Track("kick", (Step(1.0),)),), 1)
    with pytest.raises(InvalidValue, match="slots 1 to 16"):
        apply(LoadPatterns(tuple((slot, pattern) for slot in slots)), playing(), 0)
