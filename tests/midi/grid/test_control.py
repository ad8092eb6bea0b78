"""A grid controller on a JACK server: found, lit, obeyed, let go. The peer is a JACK client with a Launchpad's name."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import jack
import pytest

from engine.core.commands import Play, SetMute
from engine.core.requests import ChooseGrid
from tests.rig import PATIENCE, RunningEngine, running_engine

BEGIN, END = bytes.fromhex("f0002029020c0e01f7"), bytes.fromhex("f0002029020c0e00f7")
PLAYHEAD, PLAYED, SOUNDING, MUTED = 3, 37, 21, 5


class Launchpad:
    """Knows nothing of Tao: it lights what it is told to, and sends what is pressed."""

    def __init__(self) -> None:
        self.client = jack.Client("Launchpad X LPX MIDI", no_start_server=True)
        self._in = self.client.midi_inports.register("in")
        self._out = self.client.midi_outports.register("out")
        self.heard: list[tuple[float, bytes]] = []
        self._to_send: list[bytes] = []
        self.client.set_process_callback(self._process)
        self.client.activate()

    def press(self, *message: int) -> None:
        self._to_send.append(bytes(message))

    def close(self) -> None:
        self.client.deactivate()
        self.client.close()

    def lit(self, kind: int, number: int) -> int:
        """The colour of a pad or button now."""
        return next((message[2] for _, message in reversed(self.heard) if message[:2] == bytes((kind, number))), 0)

    def until(self, true: Callable[[], bool]) -> bool:
        """Wait until it is so, as long as anybody could."""
        end_s = time.monotonic() + 5.0 * PATIENCE
        while not true() and time.monotonic() < end_s:
            time.sleep(0.01)
        return true()

    def _process(self, frames: int) -> None:
        self._out.clear_buffer()
        for _, data in self._in.incoming_midi_events():
            self.heard.append((time.monotonic(), bytes(data)))
        while self._to_send:
            self._out.write_midi_event(0, self._to_send.pop(0))


@pytest.fixture
def engine(jack_server: str, tmp_path: Path) -> Iterator[RunningEngine]:
    with running_engine(tmp_path, "jack", effects="bypass", connect=False) as engine:
        yield engine


def test_a_launchpad_mirrors_the_pattern_and_its_pads_edit_it(engine: RunningEngine) -> None:
    client, pad = engine.client, Launchpad()
    try:
        assert client.wait(lambda s: "LPX" in s.status.midi.grid.joined), client.snapshot().status.notices
        assert client.snapshot().status.midi.grid.map == "launchpad"
        assert pad.until(lambda: any(message == BEGIN for _, message in pad.heard)), pad.heard
        assert pad.until(lambda: pad.lit(0xB0, 89) == SOUNDING)

        kick = client.snapshot().status.machine.pattern.tracks[0]
        assert kick.steps[2] is None
        pad.press(0x90, 83, 127)
        pad.press(0x90, 83, 0)
        assert client.wait(lambda s: s.status.machine.pattern.tracks[0].steps[2] is not None)
        assert pad.until(lambda: pad.lit(0x90, 83) == 21), "a hard hit"
        pad.press(0x90, 83, 64)
        assert client.wait(lambda s: s.status.machine.pattern.tracks[0].steps[2] is None)

        pad.press(0xB0, 89, 127)
        assert client.wait(lambda s: s.status.machine.mutes == {kick.name})
        assert pad.until(lambda: pad.lit(0xB0, 89) == MUTED)
        client.ask(SetMute(kick.name, False))
        assert pad.until(lambda: pad.lit(0xB0, 89) == SOUNDING), "muted on the screen, it is shown on the pads"
    finally:
        pad.close()
    assert client.wait(lambda s: not s.status.midi.grid.joined), "it was unplugged"
    assert any("has gone" in notice.text for notice in client.snapshot().status.notices)


def test_the_playhead_runs_over_the_pads_no_faster_than_midi_takes_it(engine: RunningEngine) -> None:
    client, pad = engine.client, Launchpad()
    try:
        assert pad.until(lambda: pad.lit(0xB0, 89) == SOUNDING)
        client.ask(Play())
        assert pad.until(lambda: len({message[1] for _, message in pad.heard if message[2:] == b"\x03"}) >= 8)
        times = [at for at, message in pad.heard if len(message) == 3]
        busiest = max(sum(at <= other < at + 1.0 for other in times) for at in times)
        assert busiest < 500, f"{busiest} messages in one second"
        client.ask(ChooseGrid("off"))
        assert client.wait(lambda s: not s.status.midi.grid.joined)
        assert pad.until(lambda: pad.heard[-1][1] == END), "it is a Launchpad again"
        assert not any(pad.lit(message[0], message[1]) for _, message in pad.heard if len(message) == 3), "all dark"
        assert client.snapshot().status.machine.playing
    finally:
        pad.close()
