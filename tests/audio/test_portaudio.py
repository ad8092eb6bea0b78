"""PortAudio calls the same compiled callback: what it hands to the device is the replay, bit for bit."""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from engine.core.commands import Play, SetEffects
from engine.core.effects import Effects, Latch
from engine.live.journal import Jumped
from engine.live.journal_reading import read_journal
from engine.sessions.replay import replay
from tests.rig import Recorder, running_engine
from tests.sentinel import Sentinel

FRAMES = 96000


def attempt(folder: Path) -> tuple[np.ndarray, np.ndarray, bool]:
    """What was heard from the first stroke on, the replay from there on, and whether blocks were dropped."""
    with running_engine(folder, "portaudio", device="system", input_device="system") as engine:
        assert engine.client.snapshot().status.backend == "portaudio"
        recorder = Recorder(sources=("PortAudio:out_0", "PortAudio:out_1"))
        try:
            engine.load_kit("first")
            engine.client.ask(SetEffects(Effects(-3.0, reverb=Latch(on=True, amount=0.2))))
            engine.client.ask(Play())
            end = recorder.frames + FRAMES + 24000
            assert engine.client.wait(lambda _: recorder.frames > end, 15.0)
        finally:
            recorder.close()
        engine.finish()
    heard = recorder.audio()
    replayed = replay(engine.session, len(heard) + 96000)
    heard, replayed = heard[np.argmax(heard[:, 0] != 0) :], replayed[np.argmax(replayed[:, 0] != 0) :]
    dropped = any(isinstance(event, Jumped) for event in read_journal(engine.session).events)
    return heard[:FRAMES], replayed[:FRAMES], dropped or bool(recorder.xruns_s)


def listed() -> list[str]:
    """The devices' kinds, asked for in a process of its own: PortAudio, once there, stays JACK's client."""
    program = "from engine.audio.devices import list_devices; print(*(d.audio for d in list_devices()))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_portaudio_plays_the_replay(jack_server: str, sentinel: Sentinel, tmp_path: Path) -> None:
    began_s = time.monotonic()
    assert {"jack", "portaudio", "null"} <= set(listed())
    for number in range(4):
        heard, replayed, disturbed = attempt(tmp_path / str(number))
        if np.array_equal(heard, replayed):
            assert len(heard) == FRAMES and np.abs(heard).max() > 0.05
            return
        assert disturbed, f"{(heard != replayed).any(axis=1).sum()} frames differ"
    sentinel.inconclusive(began_s, "blocks were dropped in each of four attempts")


def test_the_null_device_is_always_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "tao-nobody")
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")
    assert "null" in listed() and "jack" not in listed()
