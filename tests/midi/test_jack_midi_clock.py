"""Against programs that nobody here wrote, Debian's jack-midi-clock: one leads Tao by its clock, one reads Tao's."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import jack
import pytest

from engine.core.commands import Play, SetClockOut, SetClockSource, SetTempo
from engine.core.midi import ClockOut, ClockSource
from engine.core.snapshot import SyncState
from tests.programs import PATIENCE_S, until
from tests.rig import RunningEngine, running_engine

pytestmark = pytest.mark.skipif(shutil.which("jack_midi_clock") is None or shutil.which("jack_mclk_dump") is None,
                                reason="jack_midi_clock is not installed: apt-get install jack-midi-clock")


@pytest.fixture
def engine(jack_server: str, tmp_path: Path) -> Iterator[RunningEngine]:
    with running_engine(tmp_path, "jack", frame_port=True, connect=False, effects="bypass") as engine:
        yield engine


@pytest.fixture
def server(engine: RunningEngine) -> Iterator[jack.Client]:
    client = jack.Client("stagehand", no_start_server=True)
    client.activate()
    yield client
    client.transport_stop()
    client.close()


@pytest.mark.parametrize("bpm", [72.0, 163.0])
def test_jack_midi_clock_leads_tao(engine: RunningEngine, server: jack.Client, bpm: float) -> None:
    engine.client.ask(SetClockSource(ClockSource.MIDI))
    leader = subprocess.Popen(["jack_midi_clock", "-B", "-b", f"{bpm:g}", "tao:midi_in_1"], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    try:
        assert until(lambda: server.get_all_connections("tao:midi_in_1"))
        server.transport_start()
        assert engine.client.wait(lambda s: s.status.machine.playing, PATIENCE_S)
        assert engine.client.wait(lambda s: s.status.sync.state is SyncState.LOCKED, PATIENCE_S)
        assert engine.client.snapshot().status.sync.bpm == pytest.approx(bpm, abs=0.15)
        server.transport_stop()
        assert engine.client.wait(lambda s: not s.status.machine.playing, PATIENCE_S)
    finally:
        leader.kill()
        leader.wait()


def test_jack_mclk_dump_reads_the_tempo_that_tao_sends(engine: RunningEngine, server: jack.Client,
                                                       tmp_path: Path) -> None:
    engine.client.ask(SetTempo(133.0))
    engine.client.ask(SetClockOut(1, ClockOut(True)))
    with (tmp_path / "read").open("w") as file:
        reader = subprocess.Popen(["jack_mclk_dump", "-n", "tao:midi_out_1"], stdout=file, stderr=subprocess.STDOUT)
        try:
            assert until(lambda: server.get_all_connections("tao:midi_out_1"))
            engine.client.ask(Play())
            assert until(lambda: len(_tempi(tmp_path / "read")) > 200)
        finally:
            reader.kill()
            reader.wait()
    assert _tempi(tmp_path / "read")[-1] == pytest.approx(133.0, abs=0.2)


def _tempi(file: Path) -> list[float]:
    return [float(found) for found in re.findall(r"([0-9]+\.[0-9]+) *\[?bpm", file.read_text(), re.IGNORECASE)]
