"""The keys for takes."""

import pytest

from engine.core.recording import Monitor, RecordingSetup
from engine.core.snapshot import RecordState


async def test_r_ends_a_running_take_on_the_bar_line(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("L", "L", "r", "r")
    assert engine.asked == [("start_free_take",), ("end_take",)]


async def test_ctrl_r_cancels_a_running_take(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("r", "ctrl+r")
    assert engine.asked[-1] == ("cancel_recording",) and engine.status.record_state is RecordState.OFF


@pytest.mark.parametrize(("keys", "beats"), [(("8", "L", "up"), 64), (("2", "L", "down"), 4), (("0",), 64),
                                             (("9", "L", "up", "L", "up", "L", "up"), 256), (("3", "L", "x"), 12)])
async def test_takes_are_one_to_sixty_four_bars_long(open_tao, engine, keys, beats):
    async with open_tao() as tao:
        await tao.press("L", *keys, "r")
    assert engine.asked == [("start_recording", beats)]


async def test_takes_without_a_set_length_read_free(open_tao):
    async with open_tao() as tao:
        await tao.press("L", "L")
        assert "free" in str(tao.app.instrument.transport.record.render())


@pytest.mark.parametrize(("key", "asked"), [("R", ("capture_last", 8)), ("O", ("overdub",)),
                                            ("z", ("resample", "master", 8)), ("Z", ("hold", 8))])
async def test_one_key_catches_layers_resamples_and_holds(open_tao, engine, key, asked):
    async with open_tao() as tao:
        await tao.press(key)
    assert engine.asked == [asked]


async def test_kit_and_track_are_resampled_from_the_palette(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("down")
        await tao.pilot.pause()
        tao.app.perform("resample-kit")
        tao.app.perform("resample-track")
    assert engine.asked == [("resample", "kit", 8), ("resample", "snare", 8)]


async def test_keys_set_how_takes_are_made(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("k", "T", "i")
        assert engine.status.recording == RecordingSetup(2, -40.0, Monitor.ON)
        await tao.press("k", "T", "T", "T", "i")
        assert engine.status.recording == RecordingSetup(0, None, Monitor.AUTO)
        assert "armed or running" in tao.app.instrument.notice_line.text
