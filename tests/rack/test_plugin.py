"""Racks from elsewhere: found by name, kept from harm, and left out when they are too slow."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.audio.callback import clock_call
from engine.audio.host import Host
from engine.audio.output_stage import CEILING, master
from engine.core.commands import Boundary, BypassRack, Play, SetTempo
from engine.core.errors import UsageError
from engine.dsp import controls
from engine.dsp.processor import Processor
from engine.live.bank import SampleBank
from engine.live.conductor import Conductor
from engine.live.journal import Journal, Session
from engine.live.notices import Notices
from engine.live.rack_watch import RackWatch
from engine.rack.plugin import rack_called, rack_names
from engine.rack.pyo_rack import PyoRack
from engine.rack.tao_rack import TaoRack

RATE = 48000
SOURCE = """
class Half:
    name, tail_s = "half", None
    def __init__(self, pyo, signals, sample_rate):
        self.left, self.right = signals.left * 0.5, signals.right * 0.5

class Ill:
    name, tail_s = "ill", None
    def __init__(self, pyo, signals, sample_rate):
        self.minus = pyo.Sig(-1.0)
        self.left, self.right = pyo.Pow(self.minus, signals.left + 0.3), pyo.Pow(self.minus, signals.right + 0.3)

class Slow(Half):
    name = "slow"
    def __init__(self, pyo, signals, sample_rate):
        super().__init__(pyo, signals, sample_rate)
        self.rooms = [pyo.Freeverb(signals.left) for _ in range(1500)]  # several periods' work
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package with three racks, as pip leaves it."""
    (tmp_path / "strange_racks.py").write_text(SOURCE)
    about = tmp_path / "strange_racks-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: strange-racks\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(
        "[tao.effects]\n" + "".join(f"{name} = strange_racks:{name.title()}\n" for name in ("half", "ill", "slow")))
    monkeypatch.syspath_prepend(tmp_path)


@pytest.fixture
def rack(request: pytest.FixtureRequest, installed: None) -> Iterator[PyoRack]:
    rack = PyoRack(RATE, rack_called(request.param))
    yield rack
    rack.close()


def through(host: Host, mix: np.ndarray) -> np.ndarray:
    """mix (frames, 2) float64 in one block of neutral controls."""
    out = np.zeros((len(mix), 2), np.float32)
    master(host.record, mix.copy(), np.tile(controls.NEUTRAL, (len(mix), 1)), out, len(mix))
    return out


def test_a_rack_is_found_by_name_and_taos_own_is_always_there(installed: None) -> None:
    assert rack_names() == ("pyo", "bypass", "half", "ill", "slow")
    assert rack_called("pyo") is TaoRack and rack_called("half").name == "half"
    with pytest.raises(UsageError, match=r"'gone'.*pyo, bypass, half"):
        rack_called("gone")


@pytest.mark.parametrize("rack", ["half"], indirect=True)
def test_what_a_rack_puts_out_is_heard_and_never_too_loud(rack: PyoRack) -> None:
    host = Host(Processor(RATE, 1024), rack, None)
    mix = np.random.default_rng(2).uniform(-0.9, 0.9, (1024, 2))
    assert np.allclose(through(host, mix), 0.5 * mix, atol=1e-7)
    assert np.abs(through(host, 20.0 * mix)).max() <= CEILING * (1 + 1e-6)


@pytest.mark.parametrize("rack", ["ill"], indirect=True)
def test_what_is_no_number_is_silence_and_counted(rack: PyoRack) -> None:
    host = Host(Processor(RATE, 1024), rack, None)
    assert np.isfinite(through(host, np.full((1024, 2), 0.3))).all()
    assert host.record["rack_bad_values"] > 0


@pytest.mark.parametrize("rack", ["slow", "ill"], indirect=True)
def test_a_rack_that_fails_is_left_out_at_a_bar_line_and_can_be_brought_back(rack: PyoRack, tmp_path: Path) -> None:
    processor = Processor(RATE, 1024)
    host, bank, notices = Host(processor, rack, None), SampleBank(), Notices()
    journal = Journal(tmp_path / "session", Session(RATE, "strange", 1024))
    conductor = Conductor(processor, host, bank, journal, 64, notices)
    watch, call = RackWatch(conductor, host, notices), clock_call()

    def play(blocks: int) -> None:
        for _ in range(blocks):
            watch.step()
            conductor.flush()
            call(host.address, 64, host.now_frames)
            conductor.drain()

    for command in (BypassRack(True), SetTempo(300.0), Play()):
        conductor.perform(command)
    play(30)
    conductor.perform(BypassRack(False))
    play(100)
    planned = [planned for planned in conductor.schedule.pending if BypassRack(True) in planned.commands]
    assert len(notices.newest) == len(planned) == 1 and "E brings it back" in notices.newest[0].text
    assert conductor.schedule.latest.timeline.ticks_at(planned[0].at_frames) % 3840 == 0
    play(600)
    assert conductor.machine.effects.bypassed and processor.memory["controls"][63, controls.BYPASSED] == 1.0
    conductor.perform(BypassRack(False), Boundary.NOW)
    play(5)
    assert not conductor.schedule.applied.machine.effects.bypassed
