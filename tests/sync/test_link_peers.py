"""Ableton Link with aalink, a library that is not the one Tao uses: each takes over the other's tempo."""

import importlib.util
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.core.commands import SetClockSource, SetTempo
from engine.core.midi import ClockSource
from engine.core.snapshot import SyncState
from tests.rig import running_engine

PATIENCE_S = 30.0
pytestmark = [pytest.mark.server, pytest.mark.skipif(importlib.util.find_spec("aalink") is None,
                                                     reason="aalink is not installed: pip install aalink")]


class Aalink:
    """The program, and what it says."""

    def __init__(self) -> None:
        self.process = subprocess.Popen([sys.executable, "-m", "tests.sync.link_peer"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def say(self, line: str = "say") -> tuple[float, int]:
        """Its tempo, and how many others it sees."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        bpm, peers = self.process.stdout.readline().split()
        return float(bpm), int(peers)

    def sees(self, bpm: float) -> bool:
        """Whether its tempo becomes this one in time."""
        ends_s = time.monotonic() + PATIENCE_S
        while abs(self.say()[0] - bpm) > 0.01 and time.monotonic() < ends_s:
            time.sleep(0.05)
        return abs(self.say()[0] - bpm) <= 0.01


@pytest.fixture
def aalink() -> Iterator[Aalink]:
    peer = Aalink()
    yield peer
    peer.process.kill()
    peer.process.wait()


def test_aalink_and_tao_take_over_each_other_s_tempo(tmp_path: Path, aalink: Aalink) -> None:
    with running_engine(tmp_path, "null", effects="bypass") as engine:
        client = engine.client
        client.ask(SetClockSource(ClockSource.LINK))
        ends_s = time.monotonic() + PATIENCE_S
        while aalink.say()[1] == 0 and time.monotonic() < ends_s:
            time.sleep(0.05)
        if aalink.say()[1] == 0:
            pytest.skip("no Link peers find each other on this network")
        aalink.say("tempo 141.5")
        assert client.wait(lambda s: s.status.sync.state is SyncState.LOCKED and s.status.sync.bpm == 141.5, PATIENCE_S)
        client.ask(SetTempo(87.0))
        assert aalink.sees(87.0)
