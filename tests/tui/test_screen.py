"""What the screen shows, in any size, without colour and without UTF-8."""

import html
import re
import time
from dataclasses import replace
from itertools import pairwise

import pytest

from engine.core.commands import Play, SetMute, SetStep, TriggerPad
from engine.core.machine import empty_machine
from engine.core.pattern import TRACK_NAMES, Pattern, Step
from engine.core.snapshot import Job, RecordState
from engine.core.timeline import Ticks
from tests.tui.fake import FakeEngine, demo_machine, track
from tui.app import TaoApp
from tui.glyphs import ASCII
from tui.screens.help import HelpScreen


def words(app: TaoApp) -> str:
    """All text on the screen, line by line."""
    svg = app.export_screenshot()
    lines = re.findall(r"<text[^>]*>([^<]*)</text>", svg)
    return html.unescape(" ".join(lines)).replace("\xa0", " ")


async def test_the_transport_says_where_the_music_is(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("space")
        engine.advance(5.3)
        await tao.look()
        bar = tao.app.instrument.transport
        assert (bar.state.text, bar.position.text, bar.tempo.text) == ("► PLAY", "2.2", "96.00 BPM")
        assert bar.device.text == "jack 48k/128"


async def test_load_and_dropped_blocks_are_shown(open_tao, engine):
    engine.meters = replace(engine.meters, load=0.37, dropped_blocks=3)
    async with open_tao() as tao:
        bar = tao.app.instrument.transport
        assert (bar.load.text, bar.dropped.text, bar.dropped.lamp) == ("37%", "3", True)


async def test_a_take_is_announced(open_tao, engine):
    async with open_tao() as tao:
        assert tao.app.instrument.transport.record.text == "rec off, 2 bars"
        await tao.press("r")
        assert tao.app.instrument.transport.record.text == "◌ ARMED 2 bars"
        engine.status = replace(engine.status, record_state=RecordState.RECORDING)
        await tao.look()
        assert tao.app.instrument.transport.record.text == "● REC 2 bars"


async def test_hits_are_shaped_by_velocity_and_uncertain_ones_are_marked(open_tao):
    async with open_tao() as tao:
        await tao.press("down", "down", "down", "down")
        assert tao.row(1)[16:32] == "● · · · ┊ · ◐ · "
        assert tao.row(2)[64:80] == "┊ ◆?· · ● · ○ ○,"


async def test_the_step_line_counts_ticks_and_says_how_sure_it_is(open_tao, engine):
    for step, words in ((Step(0.8, microtiming=Ticks(-1), confidence=0.999), "velocity 80%   1 tick early"),
                        (Step(0.8, microtiming=Ticks(12), confidence=0.43), "velocity 80%   12 ticks late   43% sure")):
        engine.send(SetStep("kick", 0, step))
        async with open_tao() as tao:
            assert tao.app.instrument.step_line.render().plain.endswith(words)


async def test_the_cursor_has_brackets(open_tao):
    async with open_tao() as tao:
        assert "[●]" in tao.row(1)
        assert tao.row(1).startswith("▸1 kick")


async def test_each_track_has_its_own_playhead():
    tracks = track("kick", "X---" * 4), track("tom", "X--"), track("ride", "X-x", steps_per_beat=3)
    pattern = Pattern(tracks, 4)
    engine = FakeEngine(replace(demo_machine(), pattern=pattern))
    engine.send(Play())
    engine.advance(1.4)
    app = TaoApp(engine)
    async with app.run_test(size=(80, 24)) as pilot:
        app.read()
        await pilot.pause()
        assert [lane.playing for lane in app.instrument.grid.lanes[:3]] == [5, 2, 1]


async def test_the_playhead_moves_with_the_music(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("space")
        seen = []
        for _ in range(4):
            engine.advance(0.25)
            await tao.look()
            seen.append(tao.app.instrument.grid.lanes[0].playing)
        assert seen == [0, 2, 2, 4]  # 54 % swing: the odd steps come 5 % of a beat later
        await tao.press("space")
        assert tao.app.instrument.grid.lanes[0].playing is None


async def test_a_lane_redraws_only_when_its_value_changes(open_tao, engine):
    async with open_tao() as tao:
        lane = tao.app.instrument.grid.lanes[0]
        drawn = []
        lane.refresh = lambda *arguments, **options: drawn.append(arguments)  # counts, in this instance alone
        await tao.look()
        assert drawn == []
        engine.send(SetMute("kick", True))
        await tao.look()
        assert drawn


async def test_the_decomposers_stage_and_progress_are_shown(open_tao, engine):
    engine.status = replace(engine.status, job=Job(1, "demo loop", "stems", 0.63))
    async with open_tao(size=(120, 30)) as tao:
        title = tao.app.instrument.loop_strip.title_line.render().plain
        assert "✓ slices  ✓ pattern  ▸ stems  · kit  kit coming, 63% ━━━━━━────" in title
    async with open_tao() as tao:
        assert "kit coming, 63%" in tao.app.instrument.loop_strip.title_line.render().plain


async def test_the_pads_show_the_sound_of_each_track(open_tao):
    async with open_tao() as tao:
        texts = [pad.text.render().plain for pad in tao.app.instrument.pads.pads if pad.display]
        assert texts[0] == "1 kick\n0.72 s -2 dB"
        assert texts[4] == "5 ride\nno sound"
        assert len(texts) == 6


async def test_an_empty_machine_says_how_to_begin(open_tao, engine):
    engine.status = replace(engine.status, machine=empty_machine(48000))
    async with open_tao() as tao:
        assert "press r to record one" in tao.app.instrument.loop_strip.title_line.render().plain


async def test_a_banner_says_how_to_choose_a_device(open_tao, engine):
    engine.status = replace(engine.status, backend="null", device="",
                            banner="No audio device: nothing is heard. Choose one with --audio jack.")
    async with open_tao() as tao:
        assert tao.app.instrument.banner.display
        assert "--audio jack" in words(tao.app)
    engine.status = replace(engine.status, banner=None)
    async with open_tao() as tao:
        assert not tao.app.instrument.banner.display


async def test_a_notice_is_shown_and_an_urgent_one_stays_lit(open_tao, engine):
    async with open_tao() as tao:
        line = tao.app.instrument.notice_line
        engine.notify("The worker was started again.")
        await tao.look()
        assert line.text == "The worker was started again."
        tao.app.clock = lambda: time.monotonic() + 10.0
        await tao.look()
        assert line.text == ""
        tao.app.clock = time.monotonic
        engine.notify("The disk is full; the take is kept in memory.", urgent=True)
        await tao.look()
        tao.app.clock = lambda: time.monotonic() + 10.0
        await tao.look()
        assert line.text.startswith("The disk is full")
        assert line.has_class("-urgent")


async def test_what_the_engine_refuses_is_shown(open_tao, engine):
    engine.status = replace(engine.status, machine=empty_machine(48000))
    async with open_tao() as tao:
        await tao.press("a")
        assert tao.app.instrument.transport.listen.text == "Kit"
        assert "There is no recording to hear yet" in tao.app.instrument.notice_line.text


async def test_a_dead_engine_shows_a_banner_and_q_leaves(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("space")
        engine.die()
        await tao.press("2")
        assert "The engine has stopped; start Tao again. Press q to quit." in tao.app.instrument.banner.text
        assert "PLAY" not in tao.app.instrument.transport.state.text
        assert tao.app.instrument.transport.beats.lit == 0 and "GONE" in tao.app.instrument.transport.state.text
        assert "The engine has stopped" in tao.app.instrument.notice_line.text
        await tao.press("q")
    assert engine.asked == [("close",)]
    assert tao.app.return_code == 0


@pytest.mark.parametrize("size", [(80, 24), (40, 12), (200, 60), (20, 6), (79, 24), (80, 23), (1, 1)])
async def test_every_size_has_a_view(open_tao, engine, size):
    async with open_tao(size=size) as tao:
        await tao.press("space", "down", "enter", "ctrl+right")
        engine.advance(3.0)
        await tao.look()
    assert engine.machine.playing


async def test_80x23_still_shows_pads_and_wave_as_tmux_takes_a_line(open_tao, engine):
    async with open_tao(size=(80, 23)) as tao:
        screen = tao.app.instrument
        assert screen.pads.region.bottom <= screen.notice_line.region.y
        assert screen.loop_strip.wave.region.height >= 3


async def test_80x24_shows_eight_tracks_pads_banner_and_keys_at_once(open_tao, engine):
    names = (*TRACK_NAMES, "perc 7", "perc 8")
    pattern = Pattern(tuple(track(name, "X---" * 8) for name in names), 8)
    machine = replace(engine.machine, pattern=pattern)
    engine.status = replace(engine.status, machine=machine, banner="No audio device: choose one with --audio.")
    async with open_tao() as tao:
        screen = tao.app.instrument
        shown = [*screen.grid.lanes, *screen.pads.pads, screen.banner, screen.key_bar, screen.notice_line]
        for widget in shown:
            assert widget.region.height and screen.region.contains_region(widget.region), widget
        parts = screen.transport, screen.banner, screen.loop_strip, screen.grid, screen.step_line, screen.pads
        spans = sorted((part.region.y, part.region.bottom) for part in parts)
        assert all(above[1] <= below[0] for above, below in pairwise(spans))
        assert spans[-1][1] <= screen.notice_line.region.y


async def test_the_compact_view_keeps_lanes_state_and_keys(open_tao, engine):
    async with open_tao(size=(40, 12)) as tao:
        screen = tao.app.instrument
        assert not screen.pads.display and not screen.loop_strip.wave.display
        assert all(lane.region.height == 1 for lane in screen.grid.lanes if lane.display)
        assert tao.row(1).startswith("1kick ")
        assert len(tao.row(1)) == 40


async def test_a_long_pattern_is_turned_page_by_page_with_the_cursor(open_tao, engine):
    pattern = Pattern((track("kick", "X---" * 16),), 16)
    engine.status = replace(engine.status, machine=replace(engine.machine, pattern=pattern))
    async with open_tao() as tao:
        ruler = tao.app.instrument.grid.ruler
        assert ruler.render().plain.startswith(" bar 1/4")
        await tao.press("left")
        assert ruler.render().plain.startswith(" bar 3/4")


async def test_ascii_mode_draws_nothing_but_ascii(open_tao, engine):
    engine.status = replace(engine.status, job=Job(1, "demo", "stems", 0.5))
    async with open_tao(glyphs=ASCII) as tao:
        await tao.press("space", "m", "1")
        engine.advance(1.5)
        await tao.look()
        for screen_keys in ([], ["question_mark"]):
            await tao.press(*screen_keys)
            strange = {letter for letter in words(tao.app) if not letter.isascii()}
            assert not strange - {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "▎", "█"}  # Textual's own scroll bar


async def test_without_colour_cursor_playhead_mute_and_uncertainty_can_still_be_read(open_tao, engine, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    async with open_tao() as tao:
        assert tao.app.no_color
        await tao.press("m", "2", "space")
        engine.advance(0.6)
        await tao.look()
        assert "[●]" in tao.row(1) and " M" in tao.row(2) and "◆?" in tao.row(2)
        assert "▾" in tao.app.instrument.grid.ruler.render().plain
        colours = set(re.findall(r"#([0-9a-f]{6})", tao.app.export_screenshot().split("</style>")[1]))
        colours -= {"292929", "ff5f57", "febc2e", "28c840", "c5c8c6"}  # the screenshot's own frame
        assert all(code[:2] == code[2:4] == code[4:] for code in colours)


@pytest.mark.parametrize("key", ["f4", "f6"])
async def test_help_opens_on_the_screens_above_the_instrument(open_tao, engine, key):
    async with open_tao() as tao:
        await tao.press(key, "question_mark")
        assert isinstance(tao.app.screen, HelpScreen)
        await tao.press("escape")
        assert not isinstance(tao.app.screen, HelpScreen) and len(tao.app.screen_stack) == 2


async def test_a_search_for_an_uncertain_step_says_when_there_is_none(open_tao, engine):
    engine.status = replace(engine.status, machine=empty_machine(48000))
    async with open_tao() as tao:
        await tao.press("N")
        assert "No step is uncertain." in tao.app.instrument.notice_line.text


async def test_a_long_message_is_wrapped_and_what_does_not_fit_is_in_the_history(open_tao, engine):
    async with open_tao() as tao:
        line = tao.app.instrument.notice_line
        tao.app.say("word " * 30)
        await tao.look()
        await tao.pilot.pause()
        assert line.region.height == 2 and line.render().plain.count("word") == 30
        assert line.region.bottom == tao.app.instrument.key_bar.region.y
        tao.app.say("other " * 90)
        await tao.look()
        await tao.pilot.pause()
        assert line.region.height == 3 and line.render().plain.endswith("… F8")
        await tao.press("f8")
        said = "".join(words for _, words in tao.app.screen.shown)
        assert said.count("other") == 90 and said.count("word") == 30


async def test_a_track_without_a_sound_says_so_when_it_is_triggered_or_gets_a_hit(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("5")
        assert "ride has no sound yet. r records a loop, ctrl+o opens one, F6 chooses a sound." in \
            tao.app.instrument.notice_line.text
        tao.app.messages.read()
        await tao.press("1")
        await tao.look()
        assert "no sound" not in tao.app.instrument.notice_line.text
        await tao.press("up", "up", "enter")
        assert "ride has no sound yet" in tao.app.instrument.notice_line.text
    assert TriggerPad("ride") in engine.commands


async def test_dropped_blocks_never_push_the_meters_off_a_narrow_screen(open_tao, engine):
    engine.meters = replace(engine.meters, dropped_blocks=1234)
    async with open_tao(size=(80, 24)) as tao:
        transport = tao.app.instrument.transport
        assert transport.output.region.right <= 80 and not transport.device.display
        engine.meters = replace(engine.meters, dropped_blocks=0)
        await tao.look()
        assert transport.device.display and transport.output.region.right <= 80
