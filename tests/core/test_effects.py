"""Effects as values: any of them can be played, and what cannot be is refused in a sentence."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.commands import Boundary, LatchEffect, ReleaseEffects, ShapeEffect, apply, target_frames
from engine.core.commands.effects import with_effect
from engine.core.effects import NOTES, RANGES, Effect, Effects, Latch, cutoff_hz
from engine.core.errors import InvalidValue
from engine.core.machine import empty_machine
from engine.dsp.controls import CONTROLS, CRUSHED, ECHO_SEND, FILTERED, GATE_DEPTH, NEUTRAL, ROOM_SEND, targets
from tests import strategies


@given(strategies.effects, strategies.effect_commands)
def test_any_command_keeps_effects_valid_or_is_refused(effects: Effects, command) -> None:
    try:
        after = with_effect(command, effects)
    except InvalidValue as refusal:
        assert "asked for" in str(refusal)
        return
    for effect, allowed in RANGES.items():
        assert allowed.low <= after.of(effect).amount <= allowed.high
        assert after.of(effect).ticks in (allowed.ticks or (0,))


@given(strategies.effects, st.sampled_from(Effect), st.booleans())
def test_latching_one_effect_changes_nothing_else(effects: Effects, effect: Effect, on: bool) -> None:
    after = with_effect(LatchEffect(effect, on), effects)
    assert (effect in after.on) == on
    assert all(after.of(other) == effects.of(other) for other in Effect if other is not effect)
    assert after.of(effect).amount == effects.of(effect).amount


@given(strategies.effects)
def test_letting_all_go_keeps_every_amount(effects: Effects) -> None:
    after = with_effect(ReleaseEffects(), effects)
    assert after.on == () and after.gain_db == effects.gain_db
    assert all(after.of(effect).amount == effects.of(effect).amount for effect in Effect)


@given(strategies.effects, strategies.bpms)
def test_controls_are_finite_and_effects_that_are_off_let_nothing_in(effects: Effects, bpm: float) -> None:
    values = targets(effects, bpm)
    assert len(values) == len(NEUTRAL) == CONTROLS and all(map(math.isfinite, values))
    released = targets(effects.released(), bpm)
    assert all(released[column] == 0.0 for column in (FILTERED, ECHO_SEND, CRUSHED, ROOM_SEND, GATE_DEPTH))


@pytest.mark.parametrize(("command", "sentence"), [
    (ShapeEffect(Effect.DELAY, amount=1.5), "amount of delay lies between 0 and 1; 1.5"),
    (ShapeEffect(Effect.GATE, ticks=7), "note lengths of gate are 1/8, 1/8t, 1/16, 1/16t, 1/32; 7 ticks"),
    (ShapeEffect(Effect.CRUSH, ticks=240), "note lengths of crush are none; 240 ticks")])
def test_what_cannot_be_is_refused_in_a_sentence(command: ShapeEffect, sentence: str) -> None:
    with pytest.raises(InvalidValue, match=sentence):
        apply(command, empty_machine(48000), 0)


@given(st.floats(-1.0, 1.0), st.floats(-1.0, 1.0))
def test_a_filter_closes_from_its_middle_to_both_sides(one: float, other: float) -> None:
    low, high = sorted((one, other))
    if low * high > 0.0:
        assert cutoff_hz(low) <= cutoff_hz(high)
    assert 20.0 <= cutoff_hz(one) <= 20000.0


def test_every_note_length_has_a_name() -> None:
    assert {ticks for allowed in RANGES.values() for ticks in allowed.ticks} <= set(NOTES)
    assert Latch(ticks=0).on is False


def test_a_step_boundary_is_the_next_sixteenth() -> None:
    machine = empty_machine(48000)
    playing = type(machine)(machine.timeline, machine.pattern, machine.kit, playing=True)
    assert target_frames(playing, Boundary.STEP, 1) == 6000
    assert target_frames(playing, Boundary.STEP, 6000) == 6000
    assert target_frames(machine, Boundary.STEP, 17) == 17
