"""JACK's transport with programs that nobody here wrote: klick leads and follows, jack_midi_clock reads Tao's tempo.

`python -m benchmarks peers` measures their beats; here they are only heard to agree.
"""

import re
import shutil
from pathlib import Path

import jack
import numpy as np
import pytest

from engine.core.commands import LeadTransport, Play, SetClockSource, SetTempo, Stop
from engine.core.midi import ClockSource
from engine.core.snapshot import SyncState
from tests.programs import running, until
from tests.rig import RunningEngine, Stalled, undisturbed
from tests.transport_peer import TransportPeer

needs_klick = pytest.mark.skipif(shutil.which("klick") is None, reason="klick is not installed: apt-get install klick")
needs_midi_clock = pytest.mark.skipif(
    shutil.which("jack_midi_clock") is None or shutil.which("jack_mclk_dump") is None,
    reason="jack_midi_clock is not installed: apt-get install jack-midi-clock")


@needs_klick
@undisturbed
def test_klick_leads_tao_from_beat_1_on(engine: RunningEngine, peer: TransportPeer) -> None:
    engine.client.ask(SetClockSource(ClockSource.JACK))
    with running("klick", "-T", "-n", "klick", "147"):
        assert until(lambda: peer.client.get_ports("klick:out"))
        assert until(lambda: peer.seen[-1].bpm == pytest.approx(147.0)), "it is the timebase"
        peer.client.transport_start()
        assert until(lambda: len(peer.notes) >= 6)
        off = peer.off_frames()[:6]
        if peer.gaps and np.abs(off).max() > 48.0:
            raise Stalled(f"{peer.gaps} blocks were dropped")
        assert np.abs(off).max() <= 48.0, "within a millisecond"
        sync = engine.client.snapshot().status.sync
        assert (sync.state, sync.bpm) == (SyncState.LOCKED, pytest.approx(147.0, abs=0.1))


@needs_klick
def test_klick_ticks_at_the_tempo_that_tao_leads_with(engine: RunningEngine, peer: TransportPeer) -> None:
    for command in (LeadTransport(True), SetTempo(89.0)):
        engine.client.ask(command)
    with running("klick", "-j", "-n", "klick"):
        assert until(lambda: peer.client.get_ports("klick:out"))
        engine.client.ask(Play())
        assert until(lambda: peer.rolled and peer.rolled[-1].bpm == pytest.approx(89.0))
        engine.client.ask(Stop())
        assert until(lambda: peer.client.transport_state == jack.STOPPED)


@needs_midi_clock
def test_jack_midi_clock_sends_on_the_tempo_of_the_transport_that_tao_leads(
        engine: RunningEngine, peer: TransportPeer, tmp_path: Path) -> None:
    for command in (LeadTransport(True), SetTempo(133.0)):
        engine.client.ask(command)
    read = tmp_path / "read"
    port = "jack_midi_clock:mclk_out"
    with running("jack_midi_clock"):
        assert until(lambda: peer.client.get_ports(port))
        with running("jack_mclk_dump", "-n", port, output=read):
            assert until(lambda: peer.client.get_all_connections(port))
            engine.client.ask(Play())
            assert until(lambda: len(_tempi(read)) > 100), read.read_text()[-500:]
    assert _tempi(read)[-1] == pytest.approx(133.0, abs=0.5)


def _tempi(file: Path) -> list[float]:
    return [float(found) for found in re.findall(r"([0-9]+\.[0-9]+) *\[?bpm", file.read_text(), re.IGNORECASE)]
