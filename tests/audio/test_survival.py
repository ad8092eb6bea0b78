"""A device may go and come back; the song goes on and is found where it should be."""

import os
import signal
import time
from pathlib import Path

import soundfile

from engine.bridge.client import EngineClient
from engine.core.commands import Play, SetClockOut
from engine.core.midi import ClockOut
from engine.core.requests import StartRecording
from engine.live.journal import Faded
from engine.live.journal_reading import read_journal
from tests.jack_server import mortal_jack
from tests.midi_peer import MidiPeer
from tests.rig import running_engine

ASTRAY_S = 0.25  # a machine that is this busy may be late by so much; a bar lasts two seconds


def place(client: EngineClient) -> tuple[float, int]:
    """(time in s, song position in ticks) now."""
    return time.monotonic(), client.snapshot().meters.position_ticks


def test_a_device_that_dies_is_missed_within_a_second_and_taken_back_at_the_right_bar(tmp_path: Path) -> None:
    with mortal_jack(tmp_path / "jackd.log") as server, running_engine(tmp_path, "jack") as engine:
        engine.client.ask(Play())
        assert engine.client.wait(lambda s: s.meters.position_ticks > 960)
        before_s, before = place(engine.client)
        server.kill()
        killed_s = time.monotonic()
        assert engine.client.wait(lambda s: s.status.backend == "null", 5.0)
        assert time.monotonic() - killed_s < 1.0 + ASTRAY_S
        assert "use it again as soon as it is back" in (engine.client.snapshot().status.banner or "")
        time.sleep(1.5)
        server.start()
        assert engine.client.wait(lambda s: s.status.backend == "jack", 10.0), engine.client.snapshot().status
        assert engine.client.snapshot().status.banner is None
        frames = engine.client.snapshot().meters.frames
        assert engine.client.wait(lambda s: s.meters.frames > frames + 24000, 5.0)
        after_s, after = place(engine.client)
        assert abs((after - before) / 1920 - (after_s - before_s)) < ASTRAY_S, "120 BPM are 1920 ticks a second"
        assert any("is back after" in notice.text for notice in engine.client.snapshot().status.notices)
        engine.finish()


def test_a_device_that_comes_back_at_another_rate_is_refused_until_it_fits(tmp_path: Path) -> None:
    with mortal_jack(tmp_path / "jackd.log") as server, running_engine(tmp_path, "jack") as engine:
        engine.client.ask(Play())
        server.kill()
        assert engine.client.wait(lambda s: s.status.backend == "null", 5.0)
        server.start(sample_rate=44100)
        assert engine.client.wait(lambda s: "set the device to 48000 Hz" in (s.status.banner or ""), 10.0)
        assert engine.client.snapshot().status.backend == "null" and engine.client.snapshot().meters.playing
        server.kill()
        server.start()
        assert engine.client.wait(lambda s: s.status.backend == "jack" and s.status.banner is None, 10.0)
        engine.finish()


def test_sigterm_fades_out_then_sends_stop_and_keeps_what_was_being_recorded(jack_server: str, tmp_path: Path) -> None:
    with running_engine(tmp_path, "jack", frame_port=True, connect=False) as engine:
        peer = MidiPeer()
        try:
            engine.client.ask(SetClockOut(1, ClockOut(True)))
            engine.client.ask(StartRecording(16))
            assert engine.client.wait(lambda s: s.meters.position_ticks > 960)
            os.kill(engine.client.pid, signal.SIGTERM)
            assert engine.process.wait(5) == 0
            heard = list(peer.heard)
        finally:
            peer.close()
        spoken = [(frame, message) for frame, message in heard if message != b"\xf8"]
        assert [message for _, message in spoken] == [b"\xfa", b"\xfc"]
        (faded,) = [event for event in read_journal(engine.session).events if isinstance(event, Faded)]
        assert faded.at_frames + faded.frames <= spoken[-1][0] < faded.at_frames + faded.frames + 480
        (take,) = engine.takes.glob("*.wav")
        assert len(soundfile.read(take)[0]) > 12_000
