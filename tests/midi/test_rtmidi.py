"""MIDI without JACK audio: RtMidi's own ports, on a JACK server because that is the MIDI system at hand."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import rtmidi

from engine.core.commands import Play, SetClockOut, SetClockSource
from engine.core.midi import ClockOut, ClockSource
from engine.core.requests import ConnectMidi, Direction
from tests.rig import RunningEngine, running_engine


class Box:
    """Another RtMidi instrument with a virtual port each way."""

    def __init__(self) -> None:
        self.out = rtmidi.MidiOut(rtapi=rtmidi.API_UNIX_JACK, name="box")
        self.out.open_virtual_port("box out")
        self._in = rtmidi.MidiIn(rtapi=rtmidi.API_UNIX_JACK, name="box")
        self._in.ignore_types(timing=False)
        self.heard: list[tuple[float, list[int]]] = []
        self._in.set_callback(lambda event, _: self.heard.append((time.monotonic(), event[0])))
        self._in.open_virtual_port("box in")

    def close(self) -> None:
        for port in (self._in, self.out):
            port.close_port()
            port.delete()


@pytest.fixture
def engine(jack_server: str, tmp_path: Path) -> Iterator[RunningEngine]:
    with running_engine(tmp_path, "null", effects="bypass") as engine:
        yield engine


def test_clock_goes_out_and_a_song_is_begun_from_outside(engine: RunningEngine) -> None:
    client, box = engine.client, Box()
    try:
        client.ask(ConnectMidi(Direction.OUT, 1, "box in"))
        client.ask(ConnectMidi(Direction.IN, 1, "box out"))
        assert client.wait(lambda s: all((s.status.midi.joined_out[0], s.status.midi.joined_in[0])), 5.0), \
            client.snapshot().status.midi
        client.ask(SetClockOut(1, ClockOut(True)))
        client.ask(Play())
        end = time.monotonic() + 3.0
        while len([1 for _, message in box.heard if message == [0xF8]]) < 60 and time.monotonic() < end:
            time.sleep(0.02)
        kinds = [message[0] for _, message in box.heard]
        times = np.array([at for at, message in box.heard if message == [0xF8]])
        assert kinds[0] == 0xFA and len(times) >= 60
        assert np.median(np.diff(times)) == pytest.approx(60 / (24 * 120.0), rel=0.1)
        client.ask(SetClockSource(ClockSource.MIDI))
        box.out.send_message([0xFC])
        assert client.wait(lambda s: not s.status.machine.playing, 5.0)
        box.out.send_message([0xFA])
        box.out.send_message([0xF8])
        assert client.wait(lambda s: s.status.machine.playing, 5.0)
    finally:
        box.close()
