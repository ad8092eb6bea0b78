from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.core.commands import SetRoute, SetStep
from engine.core.midi import Route
from engine.core.pattern import Step
from tests.rig import RunningEngine, running_engine
from tests.transport_peer import TransportPeer


@pytest.fixture
def engine(jack_server: str, tmp_path: Path) -> Iterator[RunningEngine]:
    """An engine on JACK that plays a kick on every beat, and sends it as a note."""
    with running_engine(tmp_path, "jack", connect=False, effects="bypass") as engine:
        engine.client.ask(SetRoute("kick", Route(1)))
        for step in range(0, 16, 4):
            engine.client.ask(SetStep("kick", step, Step(1.0)))
        yield engine


@pytest.fixture
def peer(engine: RunningEngine) -> Iterator[TransportPeer]:
    """Another program on its transport."""
    peer = TransportPeer()
    yield peer
    peer.client.transport_stop()
    peer.close()
