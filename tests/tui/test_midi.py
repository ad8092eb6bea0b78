"""The MIDI screen: F4 opens it, and the keys in a line's hint change that line."""

from dataclasses import replace

import pytest

from engine.core.commands import (
    LeadTransport,
    Panic,
    Play,
    SetClockOut,
    SetClockSource,
    SetPad,
    SetRoute,
    SetSongPosition,
)
from engine.core.midi import ClockOut, ClockSource, Midi, Route
from engine.core.requests import ChooseGrid, ConnectMidi, Direction, Learn, Unlearn, WriteSteps
from engine.core.snapshot import GridStatus, MidiStatus, Sync, SyncState
from tests.tui.fake import demo_pattern
from tui.app import TaoApp
from tui.glyphs import ASCII, UNICODE
from tui.keymap import Keymap
from tui.midi_rows import Kind, rows, sync_words, tempo_words
from tui.screens.choose_port import ChoosePortScreen
from tui.screens.midi import HINTS, MidiScreen, hint

STATUS = MidiStatus(("keys", None), (None, "TR-8S", None, None), ("a2j:keys",), ("", "", "", ""),
                  ("a2j:keys", "a2j:pads"), ("a2j:synth",), {"1:74": "filter"}, "tempo", False,
                  "controller 74 channel 1 value 0")


@pytest.fixture(autouse=True)
def midi_status(engine):
    """Two sources, a destination, a port that is away, a control that has been learned, one being learned."""
    engine.status = replace(engine.status, midi=replace(STATUS, joined_in=("a2j:keys", "")))


def screen(tao) -> MidiScreen:
    assert isinstance(tao.app.screen, MidiScreen)
    return tao.app.screen


def line(tao) -> str:
    """The highlighted line."""
    place = screen(tao).list.highlighted
    return str(screen(tao).list.get_option_at_index(place).prompt).strip()


async def go(tao, kind: Kind, name: str | int) -> None:
    """Highlight a line."""
    lines = screen(tao).lines
    place = next(place for place, row in enumerate(lines) if not isinstance(row, Kind) and row.kind is kind
                 and name in (row.name, row.number))
    screen(tao).list.highlighted = place
    await tao.pilot.pause()


async def test_f4_shows_all_there_is_and_esc_closes_it(open_tao):
    async with open_tao(size=(80, 60)) as tao:
        await tao.press("f4")
        assert line(tao) == "auto     Tao's own tempo"
        text = "\n".join(str(option.prompt) for option in screen(tao).list.options)
        assert "1  a2j:keys                   song position followed" in text
        assert "2  TR-8S (away)               no clock" in text
        assert "filter         controller 74, channel 1" in text and "tempo          move a control now" in text
        assert "kick    35 36" in text
        assert screen(tao).last.text == "last: controller 74 channel 1 value 0"
        await tao.press("escape")
        assert tao.app.screen is tao.app.instrument


async def test_the_source_is_changed_there_and_by_f3_anywhere(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("f3", "f4", "enter")
        assert line(tao).startswith("midi")
        await tao.press("f3")
    assert engine.commands == [SetClockSource(ClockSource.INTERNAL), SetClockSource(ClockSource.MIDI),
                               SetClockSource(ClockSource.LINK)]


async def test_an_output_sends_its_clock_early_late_and_while_stopped(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("f4")
        await go(tao, Kind.OUTPUT, 2)
        for key in ("c", "left", "left", "shift+left", "right", "s"):
            await tao.pilot.press(key)  # faster than snapshots
        assert "clock -11 ms, runs while stopped" in line(tao)
    assert engine.machine.midi.clocks[1] == ClockOut(True, -11.0, True)
    assert engine.commands[-1] == SetClockOut(2, ClockOut(True, -11.0, True))


async def test_the_transport_is_led_or_not(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("f4")
        await go(tao, Kind.TRANSPORT, 0)
        assert line(tao) == "not led"
        await tao.press("enter")
        assert line(tao).startswith("led: it has Tao's tempo and bars")
        await tao.press("enter")
    assert engine.commands == [LeadTransport(True), LeadTransport(False)]


async def test_an_offset_ends_at_100_ms(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("f4")
        await go(tao, Kind.OUTPUT, 1)
        await tao.press("c", *["shift+right"] * 12)
    assert engine.machine.midi.clocks[0].offset_ms == 100.0


async def test_the_song_position_of_an_input_is_followed_or_not(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("f4")
        await go(tao, Kind.INPUT, 2)
        await tao.press("p", "p")
    assert engine.commands == [SetSongPosition(2, False), SetSongPosition(2, True)]


async def test_a_port_is_chosen_from_those_present(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("f4")
        await go(tao, Kind.OUTPUT, 1)
        await tao.press("enter")
        assert isinstance(tao.app.screen, ChoosePortScreen)
        await tao.press("down", "enter")
        await go(tao, Kind.INPUT, 1)
        await tao.press("enter", "escape", "enter", "enter", "backspace")
    assert engine.asked == [ConnectMidi(Direction.OUT, 1, "a2j:synth"), ConnectMidi(Direction.IN, 1, None),
                            ConnectMidi(Direction.IN, 1, None)]


async def test_a_port_that_is_away_is_named(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("f4")
        await go(tao, Kind.INPUT, 2)
        await tao.press("enter", "tab", *"tr 8", "enter")
    assert engine.asked == [ConnectMidi(Direction.IN, 2, "tr 8")]


async def test_a_track_plays_a_note_on_another_instrument(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("f4")
        await go(tao, Kind.ROUTE, "snare")
        await tao.press("enter", "enter", "left", "plus", "plus", "minus", "h")
        assert line(tao) == "snare   output 2  channel 9   note 39   instead of its own sound"
        assert engine.machine.midi.routes == {"snare": Route(2, 9, 39, False)}
        await tao.press("enter", "enter", "enter")
        assert engine.commands[-1] == SetRoute("snare", None)
        await tao.press("enter", "backspace")
    assert engine.machine.midi.routes == {}


async def test_ctrl_l_learns_and_backspace_forgets(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("ctrl+l")
        assert line(tao).startswith("tempo")
        await tao.press("enter")
        await go(tao, Kind.CONTROL, "filter")
        await tao.press("enter", "backspace")
        await go(tao, Kind.NOTES, "kick")
        await tao.press("enter", "backspace")
    assert engine.asked == [Learn(None), Learn("filter"), Unlearn("filter"), Learn("pad kick")]
    assert engine.commands == [SetPad(35, None), SetPad(36, None)]


async def test_w_records_pad_hits_and_the_music_goes_on_under_the_screen(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("f4", "w", "space", "f12")
        engine.status = replace(engine.status, midi=replace(engine.status.midi, writes_steps=True))
        await tao.look()
        await go(tao, Kind.WRITING, "")
        assert line(tao).startswith("recorded into")
        await tao.press("enter")
    assert engine.asked == [WriteSteps(True), WriteSteps(False)]
    assert engine.commands == [Play(), Panic()]


async def test_the_tempo_names_its_source(open_tao, engine):
    async with open_tao() as tao:
        assert tao.app.instrument.transport.tempo.text == "96.00 BPM"
        engine.status = replace(engine.status, sync=Sync(ClockSource.AUTO, SyncState.LOST, 123.66, 1))
        await tao.look()
        assert tao.app.instrument.transport.tempo.text == "123.7 LOST" and tao.app.instrument.transport.tempo.lamp


@pytest.mark.parametrize(("sync", "long", "short"), [
    (Sync(ClockSource.MIDI, SyncState.WAITING), "waiting for a clock", "120.0 wait"),
    (Sync(ClockSource.AUTO, SyncState.SEEKING, 99.0, 2), "finding the tempo of input 2", "99.0 ..."),
    (Sync(ClockSource.AUTO, SyncState.LOCKED, 99.04, 1, True),
     "following input 1 at 99.0 BPM; another clock is coming in, too", "99.0 MIDI 1"),
    (Sync(ClockSource.MIDI, SyncState.LOST, 99.0, 1), "input 1 has disappeared; playing on at 99.0 BPM", "99.0 LOST"),
    (Sync(ClockSource.MIDI, SyncState.LOCKED, 99.0, 2, jitter_ms=0.43),
     "following input 2 at 99.0 BPM, jitter 0.4 ms", "99.0 MIDI 2"),
    (Sync(ClockSource.JACK, SyncState.WAITING), "waiting for the transport to roll", "120.0 wait"),
    (Sync(ClockSource.JACK, SyncState.LOCKED, 99.0), "following the JACK transport at 99.0 BPM", "99.0 JACK"),
    (Sync(ClockSource.JACK, SyncState.LOCKED), "following the JACK transport", "120.0 JACK"),
    (Sync(ClockSource.LINK, SyncState.LOCKED, 99.0, peers=2), "following Link with 2 others at 99.0 BPM", "99.0 LINK")])
def test_what_the_song_follows_is_said_in_words(sync, long, short):
    assert (sync_words(sync), tempo_words(120.0, sync)) == (long, short)


def test_every_line_has_room_on_eighty_columns():
    clocks = (ClockOut(True, -100.0, True),) * 4
    wide = replace(STATUS, joined_in=("a port with a very long name",) * 2, outputs=("another with a long name",) * 4)
    midi = Midi(clocks=clocks, routes={"kick": Route(4, 16, 127, False)})
    assert max(len(row.text) for row in rows(midi, wide, Sync(), demo_pattern().tracks)) <= 70
    for glyphs in (UNICODE, ASCII):
        assert max(len(hint(kind, Keymap().midi, glyphs)) for kind in HINTS) <= 76


async def test_its_keys_move_by_their_names_and_so_do_the_hints(engine):
    app = TaoApp(engine, keymap=Keymap().with_keys({"midi-clock": "k", "midi-change": "space", "midi-play": "f9"}))
    async with app.run_test(size=(80, 60)) as pilot:
        await pilot.press("f4", "c", "space")
        app.screen.list.highlighted = app.screen.lines.index(Kind.OUTPUT) + 1
        await pilot.press("c", "k", "f9")
        assert "k clock" in app.screen.hint.text and "space port" in app.screen.hint.text
    assert engine.commands == [SetClockSource(ClockSource.INTERNAL), SetClockOut(1, ClockOut(True)), Play()]


async def test_a_grid_controller_is_shown_with_its_map_and_can_be_let_go(open_tao, engine):
    grid = GridStatus("auto", ("mine", "launchpad"), "a2j:Launchpad X LPX MIDI", "launchpad")
    engine.status = replace(engine.status, midi=replace(engine.status.midi, grid=grid))
    async with open_tao() as tao:
        await tao.press("f4")
        await go(tao, Kind.GRID, 0)
        assert line(tao) == "auto        a2j:Laun..PX MIDI shows the pattern, map launchpad"
        await tao.press("enter")
        grid = GridStatus("mine", ("mine", "pads"))
        engine.status = replace(engine.status, midi=replace(engine.status.midi, grid=grid))
        await tao.look()
        assert line(tao) == "mine        not found yet"
        await tao.press("enter")
    assert engine.asked == [ChooseGrid("off"), ChooseGrid("pads")]
