"""Keys for whole patterns: slots, chains, fills, grids, swing, tapping, and how the loop is read."""

from dataclasses import replace

import pytest

from engine.core.commands import (
    Boundary,
    CopyPattern,
    DoubleReading,
    FillBars,
    HalveReading,
    LoadPattern,
    SelectPattern,
    SetChain,
    SetFill,
    SetLock,
    SetMute,
    SetMuteStyle,
    SetSolo,
    SetSwing,
    SetTrackLength,
    SetTrackResolution,
    ShiftDownbeat,
)
from engine.core.machine import MuteStyle


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """A busy machine presses slowly."""
    monkeypatch.setattr("tui.modes.patterns.CHAIN_WITHIN_S", 60.0)


@pytest.mark.parametrize(("key", "slot"), [("1", 0), ("9", 8), ("0", 9), ("a", 10), ("f", 15)])
async def test_g_and_a_slot_queue_its_pattern_to_the_end_of_this_one(open_tao, engine, key, slot):
    async with open_tao() as tao:
        await tao.press("g", key, "enter")
    assert engine.sent == [(SelectPattern(slot), Boundary.PATTERN)]


async def test_the_queued_pattern_is_shown_and_starts_at_the_end(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("space")
        engine.advance(1.0)
        await tao.press("g", "3", "enter")
        assert tao.app.instrument.grid.ruler.slots == "P1▷3"
        engine.advance(8.1)
        await tao.look()
        assert tao.app.instrument.grid.ruler.slots == "P3" and engine.machine.slot == 2


async def test_g_g_goes_back_to_the_pattern_before(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("g", "4", "enter", "g", "g")
    assert engine.commands == [SelectPattern(3), SelectPattern(0)]


async def test_more_slots_are_a_chain(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("g", "1", "2", "3", "enter")
        assert tao.app.instrument.leader == "" and tao.app.instrument.grid.ruler.slots == "P1▷2"
    assert engine.commands[-1] == SetChain((0, 1, 2))


async def test_soon_after_a_chain_keys_mean_what_they_always_mean(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("g", "1", "space")
        assert engine.machine.playing and tao.app.instrument.leader == ""
        await tao.press("g", "1")
        tao.app.instrument.patterns.end_chain()
        assert tao.app.instrument.leader == ""


async def test_g_y_copies_the_pattern_to_a_slot(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("g", "y", "5")
    assert engine.commands == [CopyPattern(4)] and engine.machine.patterns[4] == engine.machine.pattern


async def test_y_and_capital_y_copy_a_track_to_another(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("Y", "y", "down", "Y")
    (pasted,) = engine.commands
    assert isinstance(pasted, LoadPattern)
    assert engine.machine.pattern.track("snare").steps == engine.machine.pattern.track("kick").steps


async def test_capital_q_latches_a_fill_and_w_fills_a_bar(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("Q", "Q", "W")
        assert tao.app.instrument.grid.ruler.slots == "P1 F"
    assert engine.sent == [(SetFill(True), Boundary.NOW), (SetFill(False), Boundary.NOW), (FillBars(), Boundary.BAR)]


async def test_capital_g_and_arrows_change_the_tracks_grid(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("G", "left", "left", "right", "up", "escape")
        assert "6 per beat" in tao.app.instrument.step_line.render().plain
    assert engine.commands == [SetTrackLength("kick", 31), SetTrackLength("kick", 30), SetTrackLength("kick", 31),
                               SetTrackResolution("kick", 6)]


async def test_capital_s_and_arrows_change_the_swing(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("S", "up", "down", "right", "escape", "S", "0")
    assert engine.commands == [SetSwing(0.55), SetSwing(0.54), SetSwing(0.55, "kick"), SetSwing(None, "kick")]


async def test_three_taps_are_a_tempo(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("j")
        assert tao.app.instrument.notice_line.text == "Tap 2 more." and engine.sent == []
        (first,) = tao.app.instrument.tempo.taps
        tao.app.instrument.tempo.taps = (first - 1.0, first - 0.5)
        await tao.press("j")
    assert 60.0 < engine.machine.timeline.bpm <= 125.0


async def test_h_and_o_change_how_the_loop_is_counted(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("h", "H", "o")
    assert engine.sent == [(HalveReading(), Boundary.NOW), (DoubleReading(), Boundary.NOW),
                           (ShiftDownbeat(1), Boundary.NOW)]
    assert engine.machine.timeline.bpm == 96.0


async def test_l_locks_the_track_to_its_sound(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("l")
        assert tao.row(1)[14] == "L"
        await tao.press("l")
        assert tao.row(1)[14] == " "
    assert engine.commands == [SetLock("kick", True), SetLock("kick", False)]


async def test_capital_b_chooses_when_mutes_take_effect(open_tao, engine):
    async with open_tao() as tao:
        for boundary in (Boundary.PATTERN, Boundary.NOW, Boundary.BEAT, Boundary.BAR):
            await tao.press("B", "m", "2")
            assert engine.sent[-1][1] is boundary
        await tao.press("s", "1")
    assert engine.sent[-1] == (SetSolo("kick", True), Boundary.BAR)


async def test_a_pending_mute_is_cancelled_by_the_same_key(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("space", "m", "2", "m", "2")
        engine.advance(4.2)
        assert engine.machine.mutes == frozenset()
    assert engine.commands[-2:] == [SetMute("snare", True), SetMute("snare", False)]


async def test_m_t_chooses_whether_mutes_cut_tails(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("m", "t", "m", "t")
    assert engine.commands == [SetMuteStyle(MuteStyle.GATES), SetMuteStyle(MuteStyle.RINGS)]


async def test_on_a_keyboard_without_digits_the_keys_that_trigger_serve_leader_keys_too(open_tao, engine):
    """On a French keyboard the upper row types other characters."""
    from tui.app import TaoApp
    from tui.keymap import Keymap

    app = TaoApp(engine, keymap=Keymap().with_keys({"track-2": "é"}))
    async with app.run_test() as pilot:
        await pilot.press("m", "é")
    assert engine.machine.mutes == {"snare"}


async def test_the_swing_of_a_track_is_shown(open_tao, engine):
    kick = replace(engine.machine.pattern.tracks[0], swing=0.6)
    engine.status = replace(engine.status, machine=engine.machine.with_pattern(engine.machine.pattern.with_track(kick)))
    async with open_tao() as tao:
        assert "swing 60%" in tao.app.instrument.step_line.render().plain
