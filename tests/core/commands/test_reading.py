"""A loop read otherwise sounds the same: half or twice the tempo, the downbeat elsewhere, and back again."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from engine.core.commands import (
    DoubleReading,
    HalveReading,
    LoadDecomposition,
    Play,
    Restore,
    SetListen,
    ShiftDownbeat,
    ToggleStep,
    apply,
)
from engine.core.errors import InvalidValue
from engine.core.kit import Kit, OneShot
from engine.core.loop import PlayedLoop
from engine.core.machine import Listen, Machine, empty_machine
from engine.core.pattern import Pattern, Step, Track
from engine.core.timeline import Ticks, Timeline
from engine.dsp.offline import render_offline
from tests.sounds import bank
from tests.strategies import LOOPS, machines
from tests.strategies import tracks as any_tracks

RATE, FRAMES = 8000, 16000
LOOP = PlayedLoop("take", LOOPS["take"], 4, residual="rest")
slow = settings(max_examples=12, deadline=None,
                suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


def plainly_swung(machine: Machine) -> Machine:
    """In mid-song, with swings, ratchets and microtimings of whole, even ticks, which half as many hold too."""

    def plain(track: Track) -> Track:
        steps = tuple(step and replace(step, microtiming=Ticks(step.microtiming // 2 * 2), ratchet=min(2, step.ratchet))
                      for step in track.steps)
        return replace(track, steps=steps, swing=None if track.swing is None else 0.625)

    pattern = machine.pattern
    middle = replace(machine.timeline, origin_ticks=Ticks(8 * pattern.bar_ticks), bpm=min(150.0, machine.timeline.bpm))
    tracks = tuple(map(plain, pattern.tracks))
    return replace(machine, timeline=middle, pattern=replace(pattern, swing=0.75, tracks=tracks))


def reread(machine: Machine, command: object, at: int) -> np.ndarray:
    try:
        return render_offline(machine, bank(), FRAMES, [(at, command)])
    except InvalidValue:
        assume(False)
        raise


@slow
@given(machines(), st.integers(0, FRAMES - 1))
def test_twice_the_tempo_sounds_the_same_to_the_bit(machine: Machine, at: int) -> None:
    machine = replace(plainly_swung(machine), loop=LOOP)
    assert np.array_equal(render_offline(machine, bank(), FRAMES), reread(machine, DoubleReading(), at))


@slow
@given(machines(), st.integers(0, FRAMES - 1))
def test_half_the_tempo_sounds_the_same_to_the_bit(machine: Machine, at: int) -> None:
    machine = replace(plainly_swung(machine), loop=LOOP)
    assert np.array_equal(render_offline(machine, bank(), FRAMES), reread(machine, HalveReading(), at))


@slow
@given(machines(), st.integers(0, FRAMES))
def test_doubling_and_halving_again_is_where_one_began(machine: Machine, at: int) -> None:
    machine = replace(machine, loop=LOOP)
    try:
        back = apply(HalveReading(), apply(DoubleReading(), machine, at), at)
    except InvalidValue:
        assume(False)
        raise
    assert back.pattern == machine.pattern and back.loop == machine.loop
    assert back.stored_patterns == machine.stored_patterns
    assert back.timeline.bpm == machine.timeline.bpm
    assert (machine.phase_ticks - back.phase_ticks) % machine.pattern.bar_ticks == 0


@slow
@given(st.lists(any_tracks("kick").map(lambda track: replace(track, steps_per_beat=4, swing=None, steps=tuple(
    step and replace(step, probability=1.0, microtiming=Ticks(step.microtiming // 20)) for step in track.steps))),
    min_size=1, max_size=1), st.integers(0, 20), st.integers(4000, 12000))
def test_a_shifted_downbeat_sounds_the_same(tracks_: list[Track], steps: int, at: int) -> None:
    """Straight steps that all sound; the first bar has no pass before it to take a step from."""
    pattern = Pattern(tuple(tracks_), 4)
    kit = Kit("one", {"kick": OneShot("cc", 700)})
    machine = Machine(Timeline(150.0, RATE), pattern, kit, True, LOOP, Listen.KIT_AND_RESIDUAL,
                      phase_ticks=Ticks(-3840 * 40))
    shifted = reread(machine, ShiftDownbeat(steps), at)
    assert np.array_equal(render_offline(machine, bank(), FRAMES), shifted)


def test_a_shifted_downbeat_makes_the_next_step_the_first() -> None:
    machine = replace(apply(Play(), empty_machine(RATE), 0), loop=LOOP)
    machine = apply(ToggleStep("kick", 1), machine, 0)
    after = apply(ShiftDownbeat(), machine, 9000)
    assert after.pattern.track("kick").steps[0] == Step(0.8) and after.loop is not None
    assert after.loop.downbeat_ticks == 240
    assert (machine.timeline.ticks_at(9000) - after.timeline.ticks_at(9000)) % 3840 == 240


def test_tracks_of_different_grids_are_shifted_by_the_step_that_they_share() -> None:
    pattern = Pattern((Track("kick", (Step(), *(None,) * 15)), Track("ride", (Step(), *(None,) * 11), 3)), 4)
    machine = replace(empty_machine(RATE), pattern=pattern, loop=LOOP)
    after = apply(ShiftDownbeat(), machine, 0)
    assert [track.steps.index(Step()) for track in after.pattern.tracks] == [12, 9]


def test_the_reading_survives_stop_and_play() -> None:
    machine = replace(apply(Play(), empty_machine(RATE), 0), loop=LOOP)
    after = apply(Play(), apply(ShiftDownbeat(2), machine, 5000), 9000)
    assert after.loop is not None and after.loop_ticks == 0 and after.loop.downbeat_ticks == 480


def test_a_later_stage_of_the_same_loop_is_read_as_the_musician_reads_it() -> None:
    machine = replace(empty_machine(RATE), loop=LOOP)
    machine = apply(ShiftDownbeat(), apply(DoubleReading(), machine, 0), 0)
    heard = Pattern((Track("kick", (Step(), *(None,) * 15)),), 4)
    after = apply(LoadDecomposition(Kit("stage"), heard, LOOP), machine, 0)
    assert after.loop == machine.loop and after.pattern.beats == 8
    kick = after.pattern.track("kick")
    assert kick.steps_per_beat == 2 and kick.steps[-1] == Step()


def test_undo_takes_the_reading_back_with_its_tempo() -> None:
    machine = replace(apply(Play(), empty_machine(RATE, 90.0), 0), loop=LOOP)
    after = apply(ShiftDownbeat(), apply(DoubleReading(), machine, 4000), 4000)
    back = apply(Restore(machine.kit, machine.patterns, machine.loop, Listen.KIT, Ticks(0), Ticks(0)), after, 8000)
    assert back.timeline.bpm == 90.0 and back.loop == LOOP and back.pattern == machine.pattern
    assert (back.timeline.ticks_at(8000) - machine.timeline.ticks_at(8000)) % 3840 == 0


def test_without_a_loop_there_is_nothing_to_read() -> None:
    with pytest.raises(InvalidValue, match="no loop"):
        apply(DoubleReading(), empty_machine(RATE), 0)


def test_a_grid_that_cannot_be_halved_is_named() -> None:
    machine = replace(empty_machine(RATE, 60.0), loop=LOOP, pattern=Pattern((Track("ride", (None,) * 3, 3),), 1))
    with pytest.raises(InvalidValue, match="ride has 3 steps a beat"):
        apply(DoubleReading(), machine, 0)


def test_what_is_heard_does_not_change_with_the_reading() -> None:
    machine = apply(SetListen(Listen.ORIGINAL), replace(empty_machine(RATE, 90.0), loop=LOOP), 0)
    assert apply(DoubleReading(), machine, 0).listen is Listen.ORIGINAL
