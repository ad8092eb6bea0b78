"""An uncertain tempo: the screen offers three, a digit chooses, any other key does what it always does."""

from dataclasses import replace

import pytest

from engine.core.commands import TriggerPad
from engine.core.loop import Reading

READINGS = (Reading(8, 92.0, 0.4), Reading(12, 138.0, 0.3), Reading(4, 46.0, 0.2))


@pytest.fixture
def uncertain(engine):
    """The engine says that it is not sure."""
    engine.status = replace(engine.status, readings=READINGS)


@pytest.mark.parametrize(("key", "beats"), [("1", 8), ("2", 12), ("3", 4)])
async def test_a_digit_chooses_a_reading(open_tao, engine, uncertain, key, beats):
    async with open_tao() as tao:
        assert "WHICH TEMPO?  1: 92.0  2: 138.0  3: 46.0 BPM" in tao.app.instrument.key_bar.render().plain
        await tao.press(key)
        assert tao.app.instrument.leader == ""
    assert engine.asked == [("count_as", beats)] and engine.sent == []


async def test_any_other_key_keeps_the_tempo_and_does_what_it_always_does(open_tao, engine, uncertain):
    async with open_tao() as tao:
        await tao.press("4", "1", "space")
        assert tao.app.instrument.leader == ""
    assert engine.commands[:2] == [TriggerPad("hihat"), TriggerPad("kick")] and engine.asked == []
    assert engine.machine.playing


async def test_it_is_not_offered_while_you_play_the_pads(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("2")
        engine.status = replace(engine.status, readings=READINGS)
        await tao.press("2", "1")
        assert tao.app.instrument.leader == ""
        tao.app.instrument.tempo.last_key_s -= 2.0
        await tao.look()
        assert tao.app.instrument.leader == "readings"
        engine.status = replace(engine.status, readings=())  # another client has chosen
        await tao.look()
        assert tao.app.instrument.leader == ""
    assert engine.asked == []


async def test_the_palette_offers_it_again(open_tao, engine, uncertain):
    async with open_tao() as tao:
        await tao.press("right")
        tao.app.perform("readings")
        await tao.press("2")
        engine.status = replace(engine.status, readings=())
        await tao.look()
        tao.app.perform("readings")
        await tao.pilot.pause()
        await tao.look()
        assert "The tempo is certain" in tao.app.instrument.notice_line.text
    assert engine.asked == [("count_as", 12)]
