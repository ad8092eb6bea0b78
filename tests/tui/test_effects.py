"""f, then digits latch effects and arrows adjust them; the effects line says what is on."""

import pytest

from engine.core.commands import Boundary, BypassRack, LatchEffect, Play, ReleaseEffects, ShapeEffect
from engine.core.effects import Effect
from tui.glyphs import ASCII


def line(tao) -> str:
    shown = tao.app.instrument.effects_line
    return shown.render().plain if shown.display else ""


@pytest.mark.parametrize(("digit", "effect"), list(enumerate(Effect, 1)))
async def test_f_and_a_digit_latch_an_effect_at_the_next_step_and_release_it_at_once(open_tao, engine, digit, effect):
    async with open_tao(size=(100, 30)) as tao:
        await tao.press("f", str(digit))
        assert effect.value.upper() in line(tao)
        await tao.press(str(digit))
        assert effect.value.upper() not in line(tao) and f"[{digit} {effect.value}]" in line(tao)
        assert "off, " in line(tao)
    assert engine.sent == [(LatchEffect(effect, True), Boundary.STEP), (LatchEffect(effect, False), Boundary.NOW)]


async def test_f_and_the_same_digit_later_adjust_the_effect_and_leave_it_on(open_tao, engine):
    async with open_tao(size=(100, 30)) as tao:
        await tao.press("f", "1", "escape", "f", "1", "up")
        assert engine.machine.effects.of(Effect.FILTER).on and "[1●FILTER]" in line(tao)
    assert [type(command) for command in engine.commands] == [LatchEffect, ShapeEffect]


async def test_an_effect_that_waits_for_its_step_is_marked(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("space")
        engine.advance(0.1)
        await tao.press("f", "2")
        assert "2▷delay" in line(tao)
        engine.advance(0.25)
        await tao.look()
        assert "2●DELAY" in line(tao)
    assert engine.commands == [Play(), LatchEffect(Effect.DELAY, True)]


async def test_the_arrows_adjust_the_effect_that_was_touched_last(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("f", "2", "up", "up", "right", "left")
        assert "60 % 1/8." in line(tao)
        assert tao.app.instrument.cursor == (0, 0)
    assert engine.commands[1:] == [ShapeEffect(Effect.DELAY, amount=0.55), ShapeEffect(Effect.DELAY, amount=0.6),
                                   ShapeEffect(Effect.DELAY, ticks=640), ShapeEffect(Effect.DELAY, ticks=720)]


async def test_arrows_that_come_faster_than_snapshots_add_up(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("f", "5")
        for _ in range(3):
            await tao.pilot.press("down")
        await tao.look()
        assert engine.machine.effects.reverb.amount == 0.15


async def test_an_amount_stops_at_the_ends_of_its_range(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("f", *["up"] * 45)
        assert "high 8000 Hz" in line(tao)
        await tao.press("3", "up", *["right"] * 6)
        assert engine.machine.effects.stutter.amount == 1.0 and engine.machine.effects.stutter.ticks == 120


async def test_zero_and_capital_f_release_every_effect(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("f", "1", "5", "0")
        assert not engine.machine.effects.on
        await tao.press("4", "escape", "F")
        assert not engine.machine.effects.on and line(tao) == ""
    assert engine.commands.count(ReleaseEffects()) == 2


@pytest.mark.parametrize("key", ["space", "escape", "f"])
async def test_other_keys_leave_the_effects_and_do_what_they_always_do(open_tao, engine, key):
    async with open_tao() as tao:
        await tao.press("f", key, "right")
        assert tao.app.instrument.leader == "" and tao.app.instrument.cursor == (0, 1)
    assert engine.commands == ([Play()] if key == "space" else [])


async def test_eighty_columns_hold_all_nine_and_the_settings_of_any(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("f", *"123456789")
        assert "9●REV]  1/4" in line(tao) and "5●VERB" in line(tao)
        for effect in Effect:
            engine.send(LatchEffect(effect, False))
            await tao.press(str(list(Effect).index(effect) + 1))
            assert len(line(tao)) <= 80, line(tao)
        await tao.press("E")
        assert line(tao).endswith("BYPASSED: E") and len(line(tao)) <= 80


async def test_the_arrows_choose_how_much_runs_backwards(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("f", "9", "left", "left", "left")
        assert "1/1" in line(tao) and engine.machine.effects.reverse.ticks == 3840
        await tao.press("right", "right", "right", "right")
        assert engine.machine.effects.reverse.ticks == 480


async def test_the_line_stays_while_anything_is_on_and_e_ends_the_bypass(open_tao, engine):
    async with open_tao(glyphs=ASCII) as tao:
        assert line(tao) == ""
        await tao.press("f", "7", "f")
        assert "7#GATE" in line(tao)
        engine.send(BypassRack(True))
        await tao.look()
        assert "BYPASSED: E" in line(tao)
        await tao.press("E")
        assert not engine.machine.effects.bypassed
