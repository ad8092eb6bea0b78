"""Leader keys for steps: timing, probability, passes, strokes, and a step's own sound."""

from dataclasses import replace

import pytest

from engine.core.pattern import Step
from engine.core.step import Overrides, When


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
