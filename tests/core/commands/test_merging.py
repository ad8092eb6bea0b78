"""What a later stage of a decomposition brings, and what a hand has done meanwhile: both are there afterwards."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core import commands as c
from engine.core.commands.loading import LoadDecomposition, holds
from engine.core.commands.merging import EarlierStage
from engine.core.commands.sounds import Quality
from engine.core.errors import InvalidValue
from engine.core.kit import Kit, OneShot
from engine.core.loop import PlayedLoop
from engine.core.machine import Listen, Machine, empty_machine
from engine.core.pattern import Pattern, Step, Track
from engine.core.timeline import Ticks
from tests import strategies

LOOP = PlayedLoop("take", 96000, 4)
KICK, SNARE = Step(0.9, Ticks(10), confidence=0.8), Step(0.6, confidence=0.9)


def track(name: str, *strokes: int, step: Step = KICK, steps: int = 16) -> Track:
    return Track(name, tuple(step if index in strokes else None for index in range(steps)))


SLICES = LoadDecomposition(
    Kit("take", {"kick": OneShot("slice 1", 900), "snare": OneShot("slice 2", 900)}),
    Pattern((track("kick", 0, 8), track("snare", 4, 12, step=SNARE)), 4), LOOP, Listen.ORIGINAL)
FINER = Step(0.88, Ticks(12), confidence=0.97)
SOLVED = LoadDecomposition(
    Kit("take", {"kick": OneShot("solved 1", 4000), "snare": OneShot("solved 2", 5000), "hihat": OneShot("new", 700)}),
    Pattern((track("kick", 0, 8, 10, step=FINER), track("snare", 4, 12, step=SNARE), track("hihat", 2, 6)), 4, 0.56),
    replace(LOOP, residual="rest"), Listen.KIT_AND_RESIDUAL,
    after=EarlierStage(SLICES.kit, SLICES.pattern, SLICES.listen, LOOP))
SLICED = c.apply(SLICES, empty_machine(48000), 0)


def after(*edits: c.Command) -> Machine:
    """Edits between the two stages, then the second."""
    machine = SLICED
    for edit in edits:
        machine = c.apply(edit, machine, 0)
    return c.apply(SOLVED, machine, 0)


@given(strategies.machines(), strategies.kits, strategies.patterns(), strategies.kits, strategies.patterns(),
       st.none() | strategies.loops().map(lambda loop: replace(loop, downbeat_ticks=Ticks(0))))
def test_without_a_hand_a_later_stage_replaces_the_one_before(machine, kit, pattern, new_kit, new_pattern, loop):
    try:
        machine = c.apply(LoadDecomposition(kit, pattern, loop), replace(machine, chain=()), 0)
    except InvalidValue:
        return  # the loop that was there is read at a tempo that this pattern has no grid for
    if not holds(machine, brought := EarlierStage(kit, pattern, Listen.KIT, loop)):
        return  # neither a sound nor a stroke
    try:
        wanted = c.apply(LoadDecomposition(new_kit, new_pattern, loop), machine, 0)
    except InvalidValue:
        return
    came = c.apply(LoadDecomposition(new_kit, new_pattern, loop, after=brought), machine, 0)
    assert came.kit == wanted.kit and came.pattern == wanted.pattern
    assert came.loop == wanted.loop and came.listen == wanted.listen


def test_steps_that_a_hand_has_set_stay_and_the_others_come() -> None:
    machine = after(c.ToggleStep("kick", 3, 0.5), c.ToggleStep("kick", 8), c.SetStep("snare", 4, Step(1.0)))
    kick, snare = machine.pattern.track("kick").steps, machine.pattern.track("snare").steps
    assert kick[3] == Step(0.5) and kick[8] is None, "what was set and silenced"
    assert kick[0] == kick[10] == FINER, "what was refined and found"
    assert snare[4] == Step(1.0) and snare[12] == SNARE
    assert machine.pattern.track("hihat") == SOLVED.pattern.track("hihat")
    assert machine.kit == SOLVED.kit and machine.listen is Listen.KIT_AND_RESIDUAL and machine.loop == SOLVED.loop


def test_swing_is_whose_hand_was_on_it() -> None:
    assert after().pattern.swing == 0.56
    assert after(c.SetSwing(0.66)).pattern.swing == 0.66


def test_a_track_with_another_grid_stays_as_a_whole() -> None:
    machine = after(c.SetTrackLength("kick", 12))
    assert len(machine.pattern.track("kick").steps) == 12 and machine.pattern.track("kick").steps[0] == KICK
    assert machine.pattern.track("hihat") == SOLVED.pattern.track("hihat")


def test_a_sound_that_was_swapped_stays_and_one_that_was_shaped_comes_shaped() -> None:
    machine = after(c.SwapOneShot("kick", OneShot("mine", 1200)), c.ShapeOneShot("snare", Quality.PITCH, 3.0))
    assert machine.kit.one_shots["kick"].sample == "mine"
    assert machine.kit.one_shots["snare"] == replace(SOLVED.kit.one_shots["snare"], pitch_semitones=3.0)


def test_what_is_listened_to_stays_once_it_was_chosen() -> None:
    assert after(c.SetListen(Listen.KIT)).listen is Listen.KIT


def test_a_drum_that_got_another_name_is_refined_under_it() -> None:
    machine = after(c.SetRole("snare", "tom"))
    assert [one.name for one in machine.pattern.tracks] == ["kick", "tom", "hihat"]
    assert machine.kit.one_shots["tom"].sample == "solved 2" and "snare" not in machine.kit.one_shots


def test_a_name_that_a_hand_gave_is_not_given_twice() -> None:
    machine = after(c.SetRole("snare", "hihat"))
    assert [one.name for one in machine.pattern.tracks] == ["kick", "hihat"]
    assert machine.kit.one_shots["hihat"].sample == "solved 2"


def test_the_pattern_is_refined_where_it_lies_and_others_are_left_alone() -> None:
    machine = after(c.SelectPattern(1))
    assert machine.slot == 1 and machine.pattern == SLICED.pattern.silent
    assert machine.patterns[0] == SOLVED.pattern and machine.kit == SOLVED.kit
    copied = after(c.CopyPattern(2))
    assert copied.patterns[0] == copied.patterns[2] == SOLVED.pattern


def test_a_downbeat_that_was_moved_stays_moved() -> None:
    machine = after(c.ShiftDownbeat(4), c.ToggleStep("kick", 1, 0.5))
    kick = machine.pattern.track("kick").steps
    assert kick[12] == kick[4] == kick[6] == FINER and kick[1] == Step(0.5)


def test_a_loop_that_is_counted_double_is_refined_in_that_count() -> None:
    machine = after(c.DoubleReading(), c.ToggleStep("snare", 0, 0.5))
    assert machine.pattern.beats == 8 and machine.pattern.track("kick").steps_per_beat == 2
    assert machine.pattern.track("snare").steps[0] == Step(0.5)
    assert machine.pattern.track("kick").steps[10] is not None


@pytest.mark.parametrize("gone", [empty_machine(48000), replace(SLICED, loop=None),
                                  replace(SLICED, loop=PlayedLoop("other", 96000, 4)),
                                  replace(SLICED, kit=Kit("other"), pattern=SLICED.pattern.silent)])
def test_where_nothing_is_left_of_it_nothing_comes(gone: Machine) -> None:
    assert SOLVED.after is not None and not holds(gone, SOLVED.after)
    assert c.apply(SOLVED, gone, 0) is gone


def test_other_sounds_under_the_same_pattern_stay() -> None:
    machine = after(c.LoadKit(Kit("other", {"kick": OneShot("808", 3000), "snare": OneShot("909", 3000)})))
    assert machine.kit.one_shots["kick"].sample == "808" and machine.kit.one_shots["snare"].sample == "909"
    assert machine.pattern == SOLVED.pattern
