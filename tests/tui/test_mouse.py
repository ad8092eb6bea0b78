"""Everything that a key does to a step, a track or the transport, the mouse does too."""

from dataclasses import replace

from engine.core.commands import Boundary, Play, SetListen, SetMute, SetSolo, ToggleStep, TriggerPad
from engine.core.machine import Listen

LABEL = 16  # columns before the first step at 80x24; a step has two


async def test_a_click_on_a_step_toggles_it_and_takes_the_cursor_there(open_tao, engine):
    async with open_tao() as tao:
        await tao.pilot.click("#lane-2", offset=(LABEL + 2 * 5, 0))
        await tao.look()
        assert tao.app.instrument.cursor == (1, 5)
    assert engine.commands == [ToggleStep("snare", 5)]


async def test_a_click_on_a_name_triggers_the_track(open_tao, engine):
    async with open_tao() as tao:
        await tao.pilot.click("#lane-4", offset=(4, 0))
    assert engine.commands == [TriggerPad("hihat")]


async def test_a_click_on_m_or_s_mutes_or_solos_at_the_bar(open_tao, engine):
    async with open_tao() as tao:
        assert (tao.row(1).index(" m "), tao.row(1).index(" s ")) == (10, 12)
        await tao.pilot.click("#lane-1", offset=(11, 0))
        await tao.pilot.click("#lane-1", offset=(13, 0))
    assert engine.sent == [(SetMute("kick", True), Boundary.BAR), (SetSolo("kick", True), Boundary.BAR)]


async def test_a_click_on_a_pad_triggers_it(open_tao, engine):
    async with open_tao() as tao:
        await tao.pilot.click("#pad-3")
    assert engine.commands == [TriggerPad("tom")]


async def test_a_click_on_the_transport_plays_records_and_listens(open_tao, engine):
    async with open_tao() as tao:
        await tao.pilot.click("#state")
        await tao.pilot.click("#record")
        await tao.pilot.click("#listen")
    assert engine.sent == [(Play(), Boundary.NOW), (SetListen(Listen.ORIGINAL), Boundary.BAR)]
    assert engine.asked == [("start_recording", 8)]


async def test_a_click_on_the_footer_does_what_it_says(open_tao, engine):
    async with open_tao() as tao:
        footer = tao.app.instrument.key_bar.render().plain
        await tao.pilot.click("#keys", offset=(footer.index("solve"), 0))
    assert engine.asked == [("decompose",)]


async def test_a_click_right_of_a_short_track_does_nothing(open_tao, engine):
    short = engine.machine.pattern.track("kick").with_length(16)
    pattern = engine.machine.pattern.with_track(short)
    engine.status = replace(engine.status, machine=engine.machine.with_pattern(pattern))
    async with open_tao() as tao:
        await tao.pilot.click("#lane-1", offset=(79, 0))
    assert engine.sent == []
