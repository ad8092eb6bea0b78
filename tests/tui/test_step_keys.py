"""Leader keys for steps: timing, probability, passes, strokes, and a step's own sound."""

from dataclasses import replace

import pytest
from textual.widgets import Input

from engine.core.pattern import Step
from engine.core.step import Overrides, When
from tui.modes.steps import own_sound_words


@pytest.mark.parametrize(("digit", "ticks"), [("1", -96), ("4", -24), ("5", 0), ("0", 0), ("9", 96)])
async def test_t_and_a_digit_place_the_step_in_tenths(open_tao, engine, digit, ticks):
    async with open_tao() as tao:
        await tao.press("t", digit)
        assert tao.step(0, 0).microtiming == ticks
        assert tao.app.instrument.leader == ""


async def test_t_and_arrows_nudge_until_another_key_which_does_what_it_always_does(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("t", "right", "right", "left", "space")
        assert tao.step(0, 0).microtiming == 5 and tao.app.instrument.leader == ""
        assert engine.machine.playing


async def test_timing_stays_within_half_a_step(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("t", "9", "t", *["right"] * 8)
        assert tao.step(0, 0).microtiming == 120


@pytest.mark.parametrize(("keys", "probability"), [(["3"], 0.3), (["0"], 1.0), (["5", "p", "up"], 0.55),
                                                   (["down"], 0.95)])
async def test_p_sets_how_likely_the_step_sounds(open_tao, engine, keys, probability):
    async with open_tao() as tao:
        await tao.press("p", *keys)
        assert tao.step(0, 0).probability == probability


async def test_c_sets_a_of_b(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("c", "3", "4")
        assert tao.step(0, 0).condition == (3, 4)
        await tao.press("c", "3", "2")  # there is no pass 3 of 2
        assert tao.step(0, 0).condition == (3, 4)
        await tao.press("c", "f")
        assert tao.step(0, 0).when is When.FILL
        await tao.press("c", "n")
        assert tao.step(0, 0).when is When.NOT_FILL
        await tao.press("c", "0")
        assert tao.step(0, 0) == replace(Step(1.0), confidence=1.0)


async def test_x_sets_the_strokes(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("x", "4", "x", "9")
        assert tao.step(0, 0).ratchet == 4


async def test_an_empty_step_becomes_a_hit_when_it_is_edited(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("right", "x", "2")
        assert tao.step(0, 1) == Step(0.8, ratchet=2)


async def test_capital_k_changes_the_sound_of_one_step(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("K", "p", "up", "up", "down", "escape", "K", "f", "down", "escape", "K", "o", "2")
        assert tao.step(0, 0).overrides == Overrides(1.0, None, 15874.0, "snare")
        assert "pitch +1" in tao.app.instrument.step_line.render().plain
        await tao.press("K", "d", "down", "escape")
        shot = engine.machine.kit.one_shots["kick"]
        assert tao.step(0, 0).overrides.decay_s == pytest.approx(shot.frames / 48000 / 1.25, abs=1e-3)
        await tao.press("K", "p", "backspace", "escape", "K", "d", "backspace", "escape", "K", "f", "backspace",
                        "escape", "K", "o", "0")
        assert tao.step(0, 0).overrides == Overrides()


async def test_a_leader_key_and_a_key_it_does_not_know_do_nothing(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("x", "space", "c", "r", "K", "q")
    assert engine.sent == [] and engine.asked == []


@pytest.mark.parametrize(("keys", "begins", "typed", "field", "value"), [
    ("v", "100", "62.5", "velocity", 0.625), ("t", "0", "-37", "microtiming", -37),
    ("p", "100", "33", "probability", 0.33), ("c", "all", "3:8", "condition", (3, 8)),
    ("c", "all", "Outside  fills", "when", When.NOT_FILL)])
async def test_enter_lets_what_a_step_is_be_typed(open_tao, engine, keys, begins, typed, field, value):
    async with open_tao() as tao:
        await tao.press(keys, "enter")
        assert field_of(tao).value == begins, "the value as it is"
        field_of(tao).value = typed
        await tao.press("enter")
        assert getattr(tao.step(0, 0), field) == value
        assert tao.app.instrument.leader == ""


@pytest.mark.parametrize(("key", "begins", "typed", "overrides"), [
    ("p", "0.00", "-7.5", Overrides(pitch_semitones=-7.5)), ("f", "20000", "440", Overrides(cutoff_hz=440.0)),
    ("d", None, "0,125", Overrides(decay_s=0.125))])
async def test_enter_lets_a_sound_of_the_steps_own_be_typed(open_tao, engine, key, begins, typed, overrides):
    async with open_tao() as tao:
        await tao.press("K", key, "enter")
        assert begins is None or field_of(tao).value == begins, "it begins with the kit's"
        field_of(tao).value = typed
        await tao.press("enter")
        assert tao.step(0, 0).overrides == overrides
        await tao.press("K")
        assert tao.app.instrument.key_bar.value == own_sound_words(overrides)


@pytest.mark.parametrize(("keys", "typed", "words"), [
    ("t", "121", "Timing is a number from -120 to 120 ticks late, not '121'."), ("v", "loud", "Velocity is a number"),
    ("c", "5:4", "Passes are A:B"), ("c", "1:65", "Passes are A:B")])
async def test_what_cannot_be_is_refused_and_can_be_corrected(open_tao, engine, keys, typed, words):
    async with open_tao() as tao:
        await tao.press(keys, "enter")
        field_of(tao).value = typed
        await tao.press("enter")
        assert words in str(tao.app.screen.words.render())
        await tao.press("escape")
    assert engine.commands == []


async def test_marked_steps_get_the_typed_value_together(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("shift+right", "shift+right", "enter", "p", "enter")
        field_of(tao).value = "45"
        await tao.press("enter")
        assert [tao.step(0, index).probability for index in range(3)] == [0.45] * 3


async def test_swing_and_length_can_be_typed(open_tao, engine):
    async with open_tao() as tao:
        for keys, typed in ((("S", "enter"), "57.5"), (("S", "t"), "61"), (("G", "enter"), "24")):
            await tao.press(*keys)
            field_of(tao).value = typed
            await tao.press("enter")
        pattern = engine.machine.pattern
        assert (pattern.swing, pattern.tracks[0].swing, len(pattern.tracks[0].steps)) == (0.575, 0.61, 24)


async def test_every_prompt_that_sets_something_says_how_it_is_set(open_tao):
    async with open_tao(size=(200, 60)) as tao:
        without = {"shape", "effects", "readings", "pads"}  # two of them choose what is set, two show it elsewhere
        for name, leader in tao.app.instrument._leaders.items():
            assert leader.value is not None or name in without, name
            tao.app.instrument.leader = name
            await tao.pilot.pause()
            if leader.value is not None and name not in ("mute", "solo", "chain"):
                assert leader.value(), name


def field_of(tao) -> Input:
    """The field that is open."""
    return tao.app.screen.query_one(Input)
