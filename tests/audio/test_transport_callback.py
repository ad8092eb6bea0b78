"""What Tao says as JACK's timebase, and what it understands of another's."""

import ctypes

import numpy as np
import pytest

from engine.audio.host import Host
from engine.audio.host_layout import JACK_POSITION_DTYPE
from engine.audio.transport_callback import jack_timebase, read_beat, read_transport, says_beat
from engine.core.commands import Play, apply
from engine.core.machine import empty_machine
from engine.dsp.processor import Processor

STOPPED, ROLLING = 0, 1
ask = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_uint32, ctypes.c_int64, ctypes.c_int, ctypes.c_int64)(
    jack_timebase.address)


@pytest.fixture
def host() -> Host:
    """Bar 1 of a song in 4/4 at 120 BPM begins on frame 0."""
    processor = Processor(48000, 1024)
    processor.push([processor.score(1, 0, apply(Play(), empty_machine(48000, 120.0), 0), {})])
    processor.process(np.zeros((128, 2), np.float32), 0)
    transport = processor.memory["transport"]
    transport["bar_ticks"], transport["pulse_ticks"], transport["rolled"] = 3840, 960, 1
    return Host(processor, None, None)


def asked(host: Host, state: int, frame: int) -> np.void:
    """What the timebase says of the next block, which is the transport's from `frame` on."""
    position = np.zeros(1, JACK_POSITION_DTYPE)
    position["frame"] = frame
    ask(state, 128, position.ctypes.data, 0, host.address)
    return position[0]


@pytest.mark.parametrize(("metre", "at", "bar", "beat", "tick", "bpm"), [
    ((3840, 960), 24000 * 6 + 6000, 2, 3, 480, 120.0), ((3840, 960), 0, 1, 1, 0, 120.0),
    ((3360, 480), 24000 * 7, 3, 1, 0, 240.0)])
def test_the_song_s_bar_and_beat_are_said(host: Host, metre: tuple[int, int], at: int, bar: int, beat: int, tick: int,
                                          bpm: float) -> None:
    transport = host.processor.memory["transport"]
    transport["bar_ticks"], transport["pulse_ticks"] = metre
    host.record["expected"][0] = at
    said = asked(host, ROLLING, 77)
    assert (said["bar"], said["beat"], said["tick"]) == (bar, beat, tick)
    assert said["beats_per_minute"] == pytest.approx(bpm) and said["tick_double"] == pytest.approx(tick)
    assert said["beats_per_bar"] == metre[0] / metre[1] and said["beat_type"] == 3840 / metre[1]


def test_of_a_transport_that_stands_its_own_frame_is_said(host: Host) -> None:
    host.record["expected"][0] = 999_999
    said = asked(host, STOPPED, 24000 * 5)
    assert (said["bar"], said["beat"], said["tick"], said["bar_start_tick"]) == (2, 2, 0, 7680.0)


@pytest.mark.parametrize(("changes", "ticks", "bpm"), [
    ({}, 3840 + 960 + 480, 96.0), ({"bar_start_tick": 7680.0}, 3840 + 960 + 480, 96.0),
    ({"valid": 0x10 | 0x200, "tick_double": 192.0}, 3840 + 960 + 96, 96.0),
    ({"valid": 0x10 | 0x40, "bbt_offset": 300}, 3840 + 960 + 480 + 9.6, 96.0),
    ({"beat_type": 8.0, "beats_per_bar": 6.0}, 2880 + 480 + 240, 48.0)])
def test_another_timebase_s_beat_is_understood(changes: dict[str, float], ticks: float, bpm: float) -> None:
    position = np.zeros(1, JACK_POSITION_DTYPE)
    said = {"valid": 0x10, "frame_rate": 48000, "bar": 2, "beat": 2, "tick": 960, "beats_per_bar": 4.0,
            "beat_type": 4.0, "ticks_per_beat": 1920.0, "beats_per_minute": 96.0, **changes}
    for name, value in said.items():
        position[name] = value
    transport = Processor(48000, 128).memory["transport"]
    assert says_beat(position[0])
    read_beat(transport, position[0])
    assert (transport["ticks"], transport["bpm"]) == (pytest.approx(ticks), pytest.approx(bpm))


@pytest.mark.parametrize("missing", ["valid", "beat_type", "beats_per_bar", "ticks_per_beat", "beats_per_minute"])
def test_a_timebase_that_says_nonsense_is_none(missing: str) -> None:
    position = np.ones(1, JACK_POSITION_DTYPE)
    position["valid"] = 0x10
    assert says_beat(position[0])
    position[missing] = 0
    assert not says_beat(position[0])


@pytest.mark.parametrize(("field", "value"), [
    ("tick_double", np.nan), ("bar_start_tick", 1e300), ("beats_per_minute", np.inf)])
def test_a_beat_that_no_song_reaches_is_none(host: Host, field: str, value: float) -> None:
    transport, position = host.processor.memory["transport"], host.record["position"]
    transport["role"] = 1
    for name in ("bar", "beat", "beats_per_bar", "beat_type", "ticks_per_beat", "beats_per_minute"):
        position[name] = 1
    position["valid"] = 0x10 | 0x200
    query = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64, ctypes.c_int64)(lambda client, address: ROLLING)
    host.record["transport_query"] = ctypes.cast(query, ctypes.c_void_p).value
    read_transport(host.record, host.processor.memory, 0)
    assert transport["has_beat"] and transport["rolls"]
    position[field] = value
    read_transport(host.record, host.processor.memory, 0)
    assert not transport["has_beat"] and transport["rolls"]
