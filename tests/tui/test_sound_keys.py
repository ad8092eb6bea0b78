"""e, a letter and arrows shape a track's sound; M and arrows move the master fader."""

from dataclasses import replace

import pytest
from textual.widgets import Input

from engine.core.commands import Play, SetGain, SetRole
from engine.core.commands.sounds import Quality


@pytest.mark.parametrize(("keys", "quality", "value"), [
    ("g up", "gain", 10 ** (-1 / 20)), ("g backspace", "gain", 1.0), ("p right right", "pan", 0.2),
    ("t up left", "pitch_semitones", 0.95), ("d down", "decay_s", 0.58), ("f down down down", "cutoff_hz", 10000.0),
    ("f down up", "cutoff_hz", None), ("a up up", "attack_s", 0.002), ("c 3", "choke_group", 3),
    ("c 3 0", "choke_group", None), ("n down", "midi_note", 35)])
async def test_e_a_letter_and_arrows_shape_the_sound_under_the_cursor(open_tao, engine, keys, quality, value):
    async with open_tao() as tao:
        await tao.press("e", *keys.split())
        found = getattr(engine.machine.kit.one_shots["kick"], quality)
        assert found == (value if value is None else pytest.approx(value))
        assert tao.app.instrument.cursor == (0, 0)


async def test_notches_that_come_faster_than_snapshots_add_up(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("e", "g")
        for _ in range(3):
            await tao.pilot.press("down")
        assert engine.machine.kit.one_shots["kick"].gain == pytest.approx(10 ** (-5 / 20), rel=1e-6)
        await tao.look()
        assert "kick: gain -5 dB" in tao.app.instrument.notice_line.text


async def test_other_keys_leave_and_do_what_they_always_do(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("e", "p", "space")
        assert tao.app.instrument.leader == "" and engine.commands == [Play()]


async def test_a_track_without_a_sound_says_so(open_tao, engine):
    async with open_tao() as tao:
        await tao.press(*["down"] * 4, "e", "g")
        assert "ride has no sound" in tao.app.instrument.notice_line.text and tao.app.instrument.leader == ""


async def test_m_and_arrows_move_the_master_fader_within_its_range(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("M", "down", "down", "up", *["up"] * 20)
        assert engine.commands[:3] == [SetGain(-1.0), SetGain(-2.0), SetGain(-1.0)]
        assert engine.machine.effects.gain_db == 12.0
        await tao.press("0")
        assert engine.machine.effects.gain_db == 0.0 and "+0 dB" in tao.app.instrument.notice_line.text


@pytest.mark.parametrize(("letter", "typed", "quality", "value"), [
    ("g", "-3.5", "gain", 10 ** (-3.5 / 20)), ("p", "-40", "pan", -0.4), ("t", "1,25", "pitch_semitones", 1.25),
    ("d", "0.333", "decay_s", 0.333), ("f", "1234", "cutoff_hz", 1234.0), ("a", "12", "attack_s", 0.012),
    ("n", "40", "midi_note", 40)])
async def test_enter_lets_a_value_be_typed(open_tao, engine, letter, typed, quality, value):
    async with open_tao() as tao:
        await tao.press("e", letter, "enter")
        tao.app.screen.query_one(Input).value = typed
        await tao.press("enter")
        assert getattr(engine.machine.kit.one_shots["kick"], quality) == pytest.approx(value)


async def test_the_prompt_shows_the_value_and_follows_it(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("e", "g")
        assert tao.app.instrument.key_bar.render().plain.startswith(" GAIN kick, gain -2 dB  up, down")
        await tao.press("down")
        assert " GAIN kick, gain -3 dB  " in tao.app.instrument.key_bar.render().plain
        await tao.press("escape", "M", "enter", "home", "delete", "delete", "delete", "minus", "4", ".", "5", "enter")
        assert engine.machine.effects.gain_db == -4.5
        assert " MASTER FADER -4.5 dB  " in tao.app.instrument.key_bar.render().plain


def test_every_quality_has_a_letter():
    from tui.modes.sound import LETTERS

    assert set(LETTERS.values()) == set(Quality)


async def test_e_r_and_a_digit_correct_the_role_of_a_track(open_tao, engine):
    free = replace(engine.machine.pattern, tracks=engine.machine.pattern.tracks[:4])
    engine.status = replace(engine.status, machine=engine.machine.with_pattern(free))
    async with open_tao() as tao:
        await tao.press("down", "down", "down", "e", "r")
        assert tao.app.instrument.key_bar.render().plain.startswith(" THIS TRACK IS hihat  1 kick")
        await tao.press("5")
        assert "ride" in tao.row(4) and "D re-solves the kit" in tao.app.instrument.notice_line.text
        await tao.press("e", "r", "1")
        assert "There is already a kick" in tao.app.instrument.notice_line.text
        await tao.press("e", "r", "7", "up", "e", "r", "7")
    assert engine.commands == [SetRole("hihat", "ride"), SetRole("ride", "perc 1"), SetRole("tom", "perc 2")]
