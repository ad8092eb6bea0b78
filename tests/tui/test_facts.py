"""The pages of facts: the job with the match, the audio device."""

from dataclasses import replace

import pytest

from engine.core.commands import Panic, Play, SetListen, TriggerPad
from engine.core.loop import Reading
from engine.core.machine import Listen
from engine.core.midi import ClockSource
from engine.core.snapshot import Heard, Job, Meters, MidiStatus, Snapshot, Status, Sync, SyncState
from tests.tui.fake import demo_machine, demo_pattern
from tui.facts import audio_lines, job_lines, sync_lines
from tui.glyphs import ASCII, UNICODE
from tui.jitter import Jitter

SYNC = Sync(ClockSource.MIDI, SyncState.LOCKED, 96.02, 1, jitter_ms=0.4)
STATUS = Status(demo_machine(), "jack", "JACK client tao", 48000, 128)


def test_the_job_page_has_the_match_of_the_whole_and_of_each_track() -> None:
    heard = Heard(demo_pattern(), 0.941, {"kick": 0.98, "hihat": 0.77})
    status = replace(STATUS, heard=heard, job=Job(1, "amen", "stems", 0.6), readings=(Reading(8, 96.0, 0.4),))
    lines = dict(job_lines(Snapshot(status)))
    assert lines["Job"] == "amen: stems, 60%" and lines["Match"].startswith("94.1%")
    assert lines["  hihat"] == "77.0% of its stem" and lines["Doubts"].startswith("2 hits")
    assert lines["Tempo"] == "96.00 BPM, 8 beats, 40% likely"


def test_a_match_that_is_not_known_says_how_to_get_one() -> None:
    lines = dict(job_lines(Snapshot(STATUS)))
    assert lines["Job"] == "none is running" and "decompose the loop" in lines["Match"]
    no_kit = replace(STATUS, heard=Heard(demo_pattern()))
    assert dict(job_lines(Snapshot(no_kit)))["Match"] == "comes with the kit"


def test_the_audio_page_names_the_device_its_delay_and_how_to_change_it() -> None:
    lines = dict(audio_lines(Snapshot(STATUS, Meters(load=0.2, dropped_blocks=3, master_peaks=(1.0, 0.5)))))
    assert lines["Device"] == "JACK client tao" and lines["Block"] == "128 frames, 2.7 ms"
    assert lines["Output"] == "+0 dB  -6 dB" and "3 since" in lines["Dropped blocks"] and "AUDIO=jack" in lines[
        "To change it"]


def test_the_sync_page_shows_a_minute_of_jitter_and_the_newest_messages() -> None:
    jitter = Jitter()
    for second in range(100):
        jitter.seen(replace(SYNC, jitter_ms=2.0 if second == 70 else 0.4), float(second))
        jitter.seen(replace(SYNC, jitter_ms=9.0), second + 0.5)  # one a second is enough
    midi = MidiStatus(joined_in=("TR-8S", ""), recent=("in 1  note 36 channel 10 value 100", "in 1  note 38"))
    lines = sync_lines(Snapshot(replace(STATUS, sync=SYNC, midi=midi)), jitter, UNICODE)
    words = dict(lines)
    assert words["Clock source"].endswith("following input 1 at 96.0 BPM, jitter 0.4 ms")
    assert words["Jitter"] == "0.40 ms now, at most 2.00 ms in the last minute"
    assert len(words["  0 to 2.0 ms"]) == 45 and words["  0 to 2.0 ms"].count("█") == 1
    assert words["Input 1"] == "TR-8S" and words["Input 2"] == "connected to nothing"
    assert ("MIDI in", "in 1  note 36 channel 10 value 100") in lines
    assert set(dict(sync_lines(Snapshot(STATUS), jitter, ASCII))["  0 to 2.0 ms"]) <= set(ASCII.wave)


def test_without_a_clock_the_sync_page_says_so() -> None:
    words = dict(sync_lines(Snapshot(STATUS), Jitter(), UNICODE))
    assert words["Jitter"] == "no MIDI clock is followed" and words["MIDI in"] == "no message yet"


@pytest.mark.parametrize("page", ["f2", "f7", "f8", "f9", "question_mark"])
async def test_the_music_is_played_on_under_a_page(open_tao, engine, page):
    async with open_tao() as tao:
        await tao.press(page, "space", "2", "a", "f12")
        assert engine.commands == [Play(), TriggerPad("snare"), SetListen(Listen.ORIGINAL), Panic()]
        assert len(tao.app.screen_stack) == 2
        await tao.press("r", "d", "z")
        assert engine.calls[4:] == []


@pytest.mark.parametrize(("first", "second"), [("f8", "f9"), ("f9", "f2"), ("question_mark", "f7"), ("f2", "f1")])
async def test_the_key_of_a_page_turns_to_it_from_another_and_closes_it(open_tao, first, second):
    async with open_tao() as tao:
        await tao.press(first)
        one = tao.app.screen
        await tao.press(second)
        assert tao.app.screen not in (one, tao.app.instrument) and len(tao.app.screen_stack) == 2
        await tao.press(second)
        assert tao.app.screen is tao.app.instrument


@pytest.mark.parametrize("key", ["f4", "f6", "J", "ctrl+s", "ctrl+o", "ctrl+e", "ctrl+p", "f8", "question_mark"])
async def test_panic_works_on_every_screen(open_tao, engine, key):
    async with open_tao() as tao:
        await tao.press(key, "f12")
        assert engine.commands == [Panic()] and len(tao.app.screen_stack) == 2
