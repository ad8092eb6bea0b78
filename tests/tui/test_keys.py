"""Every key does what the help says."""

import pytest
from textual.events import Key
from textual.widgets import Input

from engine.core.commands import (
    Boundary,
    Panic,
    Play,
    SetListen,
    SetMute,
    SetSolo,
    SetStep,
    SetTempo,
    Stop,
    ToggleStep,
    TriggerPad,
)
from engine.core.machine import Listen
from engine.core.pattern import Step


async def test_space_plays_and_then_stops(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("space", "space")
    assert engine.commands == [Play(), Stop()]


async def test_r_arms_a_take_of_two_bars_and_again_cancels_it(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("r", "r")
    assert engine.asked == [("start_recording", 8), ("cancel_recording",)]


@pytest.mark.parametrize(("digit", "beats"), [("1", 4), ("4", 16), ("9", 36), ("0", 64)])
async def test_l_and_a_digit_set_how_long_takes_are(open_tao, engine, digit, beats):
    async with open_tao() as tao:
        await tao.press("L", digit, "r")
    assert engine.asked == [("start_recording", beats)]


async def test_enter_toggles_the_step_under_the_cursor(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("right", "enter")
    assert engine.commands == [ToggleStep("kick", 1)]


async def test_backspace_clears_the_step(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("backspace")
        assert tao.step(0, 0) is None
    assert engine.commands == [SetStep("kick", 0, None)]


async def test_the_arrows_move_round_the_grid(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("left", "up")
        assert tao.app.instrument.cursor == (5, 31)
        await tao.press("right", "down")
        assert tao.app.instrument.cursor == (0, 0)


async def test_ctrl_arrows_move_by_bars(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("right", "ctrl+right")
        assert tao.app.instrument.cursor == (0, 17)
        await tao.press("ctrl+left")
        assert tao.app.instrument.cursor == (0, 1)


@pytest.mark.parametrize("number", range(1, 7))
async def test_a_digit_triggers_its_track(open_tao, engine, number):
    async with open_tao() as tao:
        await tao.press(str(number))
    assert engine.commands == [TriggerPad(engine.machine.pattern.tracks[number - 1].name)]


async def test_a_digit_without_a_track_does_nothing(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("8", "9", "0")
    assert engine.sent == []


async def test_m_and_a_digit_mute_that_track_at_the_bar(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("m", "2")
    assert engine.sent == [(SetMute("snare", True), Boundary.BAR)]


async def test_s_and_a_digit_solo_that_track_at_the_bar(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("s", "4")
    assert engine.sent == [(SetSolo("hihat", True), Boundary.BAR)]


async def test_a_leader_key_twice_means_the_lane_of_the_cursor(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("down", "m", "m", "s", "s")
    assert engine.commands == [SetMute("snare", True), SetSolo("snare", True)]


async def test_escape_leaves_a_leader_key_without_doing_anything(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("m")
        assert tao.app.instrument.leader == "mute"
        await tao.press("escape", "1")
    assert engine.commands == [TriggerPad("kick")]


async def test_another_key_after_a_leader_key_only_ends_the_wait(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("m", "space")
        assert tao.app.instrument.leader == ""
    assert engine.sent == []


async def test_a_mute_that_waits_for_the_bar_is_marked_and_cancelled_by_the_same_keys(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("space")
        engine.advance(1.0)
        await tao.press("m", "1")
        assert "▷m" in tao.row(1)
        await tao.press("m", "1")
        engine.advance(4.0)
        await tao.look()
        assert "▷" not in tao.row(1)
    assert engine.machine.mutes == frozenset()


async def test_a_mute_is_a_capital_once_the_bar_has_come(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("space")
        engine.advance(1.0)
        await tao.press("m", "1")
        engine.advance(4.0)
        await tao.look()
        assert " M" in tao.row(1)
    assert engine.machine.mutes == {"kick"}


async def test_solo_keeps_the_mutes(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("m", "1", "s", "2", "s", "2")
    assert engine.machine.mutes == {"kick"}
    assert engine.machine.solos == frozenset()


async def test_a_cycles_original_kit_and_residual_kit_at_the_bar(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("a", "a", "a")
    asked = [Listen.ORIGINAL, Listen.KIT_AND_RESIDUAL, Listen.KIT]
    assert engine.sent == [(SetListen(listen), Boundary.BAR) for listen in asked]


async def test_what_will_be_heard_from_the_bar_on_is_shown_and_a_continues_from_there(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("space")
        engine.advance(1.0)
        await tao.press("a")
        assert tao.app.instrument.transport.listen.text == "▷ Original"
        await tao.press("a")
        assert tao.app.instrument.transport.listen.text == "▷ Kit + Residual"
        engine.advance(3.5)
        await tao.look()
        assert tao.app.instrument.transport.listen.text == "Kit + Residual"
    assert engine.machine.listen is Listen.KIT_AND_RESIDUAL


async def test_keys_that_come_faster_than_snapshots_are_not_lost(open_tao, engine):
    async with open_tao() as tao:
        frozen = engine.snapshot()
        engine.snapshot = lambda: frozen  # a distant engine whose next snapshot has not arrived yet
        await tao.press("plus", "plus", "shift+down", "shift+down")
    assert engine.machine.timeline.bpm == 98.0
    assert tao.step(0, 0).velocity == 0.8


async def test_a_capital_a_does_it_at_once(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("A")
    assert engine.sent == [(SetListen(Listen.ORIGINAL), Boundary.NOW)]


async def test_plus_and_minus_change_the_tempo_by_one(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("plus", "plus", "minus")
    assert engine.commands == [SetTempo(97.0), SetTempo(98.0), SetTempo(97.0)]


async def test_shift_and_arrows_change_the_velocity_of_the_step(open_tao, engine):
    async with open_tao() as tao:
        await tao.press(*["right"] * 6, "shift+up", "shift+down", "shift+down")
        assert tao.step(0, 6) == Step(0.5)
    assert [command.step.velocity for command in engine.commands] == [0.7, 0.6, 0.5]


async def test_a_velocity_stays_within_its_range(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("shift+up", *["shift+down"] * 12)
        assert tao.step(0, 0).velocity == 0.05


async def test_shift_and_arrows_leave_an_empty_step_empty(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("right", "shift+up")
    assert engine.sent == []


@pytest.mark.parametrize(("digit", "velocity"), [("1", 0.1), ("7", 0.7), ("0", 1.0)])
async def test_v_and_a_digit_set_the_velocity(open_tao, engine, digit, velocity):
    async with open_tao() as tao:
        await tao.press("v", digit)
        assert tao.step(0, 0).velocity == velocity


async def test_n_goes_to_the_next_uncertain_step_and_editing_it_makes_it_certain(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("N")
        assert tao.app.instrument.cursor == (1, 25)
        await tao.press("N")
        assert tao.app.instrument.cursor == (2, 28)
        await tao.press("N", "v", "9")
        assert tao.step(1, 25).confidence == 1.0


@pytest.mark.parametrize(("key", "request_"), [
    ("d", "decompose"), ("D", "correct"), ("ctrl+x", "cancel_job"), ("u", "undo"), ("ctrl+z", "undo"), ("U", "redo"),
    ("ctrl+y", "redo")])
async def test_a_key_sends_its_request(open_tao, engine, key, request_):
    async with open_tao() as tao:
        await tao.press(key)
    assert engine.asked == [(request_,)]


@pytest.mark.parametrize("keys", [["f12"], ["escape", "escape"]])
async def test_panic_silences_every_voice(open_tao, engine, keys):
    async with open_tao() as tao:
        await tao.press(*keys)
    assert engine.commands == [Panic()]


async def test_a_second_panic_stops_the_music(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("space", "f12", "f12")
    assert engine.commands == [Play(), Panic(), Panic(), Stop()]


@pytest.mark.parametrize("key", ["q", "ctrl+q", "ctrl+c"])
async def test_quit_ends_a_stopped_engine_at_once(open_tao, engine, key):
    async with open_tao() as tao:
        await tao.press(key)
    assert engine.asked == [("quit",), ("close",)]


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
async def test_quit_asks_twice_while_it_plays(open_tao, engine, key):
    async with open_tao() as tao:
        await tao.press("space", key)
        assert engine.asked == []
        assert "again" in tao.app.instrument.notice_line.text
        await tao.press(key)
    assert engine.asked == [("quit",), ("close",)]


async def test_a_second_q_after_two_seconds_asks_again(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("space", "q")
        tao.app.quit_until_s -= 2.0
        await tao.press("q")
        assert engine.asked == []


async def test_ctrl_o_opens_a_file_or_a_folder(open_tao, engine, tmp_path):
    async with open_tao() as tao:
        for path in (tmp_path / "loop.wav", tmp_path):
            await tao.press("ctrl+o", *str(path), "enter")
    assert engine.asked == [("open_file", str(tmp_path / "loop.wav")), ("open_file", str(tmp_path))]


@pytest.mark.parametrize("path", ["~nobody-is-called-this/x", 300 * "x"])
async def test_a_path_that_cannot_be_is_left_to_the_engine_to_refuse(open_tao, engine, path):
    async with open_tao() as tao:
        await tao.press("ctrl+o")
        tao.app.screen.query_one(Input).value = path
        await tao.press("enter", "ctrl+e", "tab")
        tao.app.screen.query_one(Input).value = path
        await tao.press("enter")
    assert [asked[0] for asked in engine.asked] == ["open_file", "export_kit"]
    assert engine.asked[0][1] == engine.asked[1][2] == path


async def test_keys_typed_into_a_path_play_nothing(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("ctrl+o", "1", "r", "space", "escape", "1")
    assert engine.commands == [TriggerPad("kick")]
    assert engine.asked == []


async def test_keys_that_arrive_together_are_done_in_their_order(open_tao, engine):
    async with open_tao() as tao:
        for key in ("down", "v", "5", "m", "2", "m", "m", "right", "x", "3", "e", "r", "escape", "4"):
            tao.app.post_message(Key(key, key if len(key) == 1 else None))
        await tao.pilot.pause()
        await tao.look()
    assert engine.commands == [
        SetStep("snare", 0, Step(0.5)), SetMute("snare", True), SetMute("snare", False),
        SetStep("snare", 1, Step(0.8, ratchet=3)), TriggerPad("hihat")]


async def test_requests_and_commands_of_a_burst_keep_their_order(open_tao, engine):
    async with open_tao() as tao:
        for key in ("enter", "u", "r", "space", "d"):
            tao.app.post_message(Key(key, key if len(key) == 1 else None))
        await tao.pilot.pause()
    assert engine.calls == [ToggleStep("kick", 0), ("undo",), ("start_recording", 8), Play(), ("decompose",)]
