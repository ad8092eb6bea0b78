"""One SVG snapshot of each screen. After a deliberate change, run with --snapshot-update and look at the result."""

from dataclasses import replace

import pytest
from textual.widgets import Input

from engine.core.commands import Play, SetMute, SetSolo
from engine.core.midi import ClockOut, ClockSource, Midi, Route
from engine.core.snapshot import Job, MidiStatus, Sync, SyncState
from tests.tui.fake import FakeEngine
from tui.app import TaoApp
from tui.glyphs import ASCII, UNICODE


@pytest.fixture
def playing() -> FakeEngine:
    """Bar 2, beat 2, a track muted, the decomposer at work."""
    engine = FakeEngine()
    for command in (SetMute("tom", True), SetSolo("snare", True), SetSolo("kick", True), Play()):
        engine.send(command)
    engine.advance(5.6)
    engine.meters = replace(engine.meters, peaks=(0.7, 0.2, 0.0, 0.35, 0.0, 0.02, 0.0, 0.0), load=0.12,
                            master_peaks=(0.5, 0.45), input_peaks=(0.01, 0.02), voices=5)
    engine.status = replace(engine.status, job=Job(1, "demo loop", "stems", 0.63))
    return engine


@pytest.mark.parametrize("size", [(80, 24), (130, 40), (40, 12)])
def test_the_instrument_looks_the_same(snap_compare, playing, size):
    assert snap_compare(TaoApp(playing), terminal_size=size, press=["down", "right"])


def test_the_instrument_without_utf8_looks_the_same(snap_compare, playing):
    assert snap_compare(TaoApp(playing, ASCII), press=["m"])


def test_marked_steps_look_the_same(snap_compare, playing):
    assert snap_compare(TaoApp(playing), press=[*["right"] * 4, *["shift+right"] * 5, "down"])


def test_the_banner_of_an_engine_without_a_device_looks_the_same(snap_compare, playing):
    banner = "No audio device, so nothing is heard: choose one with --audio jack or --audio portaudio."
    playing.status = replace(playing.status, backend="null", device="", banner=banner)
    assert snap_compare(TaoApp(playing))


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_the_keys_look_the_same(snap_compare, playing, glyphs):
    assert snap_compare(TaoApp(playing, glyphs), press=["question_mark"])


def test_the_question_for_a_path_looks_the_same(snap_compare, playing):
    async def stand_still(pilot) -> None:
        await pilot.press("ctrl+o", *"amen.wav")
        pilot.app.screen.query_one(Input).cursor_blink = False

    assert snap_compare(TaoApp(playing), run_before=stand_still)


def test_the_sounds_look_the_same(snap_compare, playing):
    async def found(pilot) -> None:
        await pilot.press("f6")
        pilot.app.read()
        await pilot.pause()
        await pilot.press("down", "p")

    assert snap_compare(TaoApp(playing), run_before=found)


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_the_midi_screen_looks_the_same(snap_compare, playing, glyphs):
    status = MidiStatus(("keys", None), (None, "TR-8S", None, None), ("a2j:keys", ""), ("", "", "", ""), (), (),
                      {"1:74": "filter"}, "tempo", True, "note 36 channel 10 value 100")
    midi = Midi(clocks=(ClockOut(True, -12.0), *[ClockOut()] * 3), routes={"kick": Route(1)})
    playing.status = replace(playing.status, midi=status, machine=replace(playing.machine, midi=midi),
                             sync=Sync(ClockSource.AUTO, SyncState.LOCKED, 123.7, 1))
    assert snap_compare(TaoApp(playing, glyphs), press=["f4", "down", "down", "down"])
