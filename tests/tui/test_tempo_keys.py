"""An uncertain tempo: the screen offers three, a digit chooses, any other key does what it always does."""

from dataclasses import replace

import pytest
from textual.widgets import Input

from engine.core.commands import SetTempo, SetTimeSignature, TriggerPad
from engine.core.loop import Reading
from engine.core.midi import ClockSource
from engine.core.snapshot import Sync, SyncState

READINGS = (Reading(8, 92.0, 0.4), Reading(12, 138.0, 0.3), Reading(4, 46.0, 0.2))


@pytest.fixture
def uncertain(engine):
    """The engine says that it is not sure."""
    engine.status = replace(engine.status, readings=READINGS)


@pytest.mark.parametrize("key", ["1", "2", "3"])
async def test_a_digit_chooses_a_reading(open_tao, engine, uncertain, key):
    async with open_tao() as tao:
        assert "WHICH TEMPO?  1: 92.0  2: 138.0  3: 46.0 BPM" in tao.app.instrument.key_bar.render().plain
        await tao.press(key)
        assert tao.app.instrument.leader == ""
    assert engine.asked == [("choose_reading", int(key) - 1)] and engine.sent == []


async def test_one_key_takes_the_next_reading_and_the_tempo_has_a_question_mark(open_tao, engine, uncertain):
    async with open_tao() as tao:
        assert tao.app.instrument.transport.tempo.text.endswith("BPM?")
        await tao.press("I")
        engine.status = replace(engine.status, readings=(*READINGS[1:], READINGS[0]))
        await tao.press("I")
    assert engine.asked == [("choose_reading", 1), ("choose_reading", 1)] and engine.sent == []


@pytest.mark.parametrize(("key", "signature"), [("3", (3, 4)), ("5", (5, 4)), ("7", (7, 8)), ("0", (12, 8))])
async def test_a_metre_is_set_by_hand(open_tao, engine, key, signature):
    async with open_tao() as tao:
        await tao.press("C", key)
        assert tao.app.instrument.leader == ""
    assert engine.commands == [SetTimeSignature(signature)]


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
    assert engine.asked == [("choose_reading", 1)]


async def test_a_tempo_can_be_typed_to_the_hundredth_and_begins_with_the_one_that_plays(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("J")
        assert tao.app.screen.query_one(Input).value == "96.00"
        await tao.press(*"136.88", "enter")
        assert tao.app.instrument.transport.tempo.text == "136.88 BPM"
    assert engine.commands == [SetTempo(136.88)]


@pytest.mark.parametrize("typed", ["", "fast", "5", "1e9", "nan"])
async def test_a_tempo_that_is_none_is_refused_in_words_and_can_be_corrected(open_tao, engine, typed):
    async with open_tao() as tao:
        await tao.press("J")
        tao.app.screen.query_one(Input).value = typed
        await tao.press("enter")
        assert "Tempo is a number from" in str(tao.app.screen.query_one("#value-words").render())
        await tao.press("escape")
    assert engine.sent == []


@pytest.mark.parametrize("key", ["plus", "minus", "j", "J"])
async def test_while_somebody_else_sets_the_tempo_its_keys_say_who(open_tao, engine, key):
    sync = Sync(ClockSource.JACK, SyncState.LOCKED, 120.0)
    engine.status = replace(engine.status, sync=sync)
    async with open_tao() as tao:
        await tao.press(key)
        (message,) = tao.app.messages.history
        assert message.text == "The tempo comes from the JACK transport. F3 chooses another clock source."
        assert tao.app.screen is tao.app.instrument
    assert engine.commands == []


async def test_in_a_link_session_the_tempo_is_still_ours_to_set(open_tao, engine):
    engine.status = replace(engine.status, sync=Sync(ClockSource.LINK, SyncState.LOCKED, 96.0, peers=2))
    async with open_tao() as tao:
        await tao.press("plus")
    assert engine.commands == [SetTempo(97.0)]
