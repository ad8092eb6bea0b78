"""A take is cut on bar lines, plays at once, and becomes a kit that replaces the running one without a jump."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.core.commands import Play, SetTempo, Stop
from engine.core.errors import TaoError
from engine.core.machine import Listen
from engine.core.recording import RecordingSetup
from engine.core.requests import SetRecording, StartRecording
from engine.core.snapshot import RecordState, Snapshot
from tests.rig import Recorder, RunningEngine, running_engine, undisturbed

BLOCK = 128
BEAT = 24000  # frames at 120 BPM


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[RunningEngine]:
    with running_engine(tmp_path, "null") as engine:
        engine.client.ask(SetRecording(RecordingSetup(count_in_bars=0)))
        yield engine


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEngine]:
    """One engine for tests that leave no take behind."""
    with running_engine(tmp_path_factory.mktemp("lasting"), "null") as engine:
        engine.client.ask(SetRecording(RecordingSetup(count_in_bars=0)))
        yield engine


def listening_to_the_kit_of_the_take(snapshot: Snapshot) -> bool:
    machine = snapshot.status.machine
    return machine.kit.name.startswith("take") and machine.listen is Listen.KIT and not snapshot.status.pending


@dataclass
class Takeover:
    """A take through the loopback: what was heard by engine frame, the take, and where it began."""

    heard: np.ndarray
    take: np.ndarray
    began: int


def take_over(folder: Path) -> Takeover:
    """Play a kit, record a bar of it through JACK's loopback, and wait until it has become the kit. Raises Stalled."""
    with running_engine(folder, "jack", frame_port=True, connect=False) as engine:
        recorder = Recorder()
        try:
            recorder.loop_back()
            engine.load_kit("first")
            engine.client.ask(SetTempo(240.0))
            engine.client.ask(Play())
            engine.client.ask(StartRecording(4))
            assert engine.client.wait(listening_to_the_kit_of_the_take, 20.0), engine.client.snapshot().status
            machine = engine.client.snapshot().status.machine
            end = recorder.frames + 3 * BEAT
            assert engine.client.wait(lambda _: recorder.frames > end, 10.0)
        finally:
            recorder.close()
        engine.finish()
        numbers, audio = recorder.recorded()
        heard = np.zeros((int(numbers[-1]) + 1, 2), np.float32)
        heard[numbers] = audio
        (path,) = engine.takes.glob("take*.wav")
        take, rate = soundfile.read(path, dtype="float32")
        assert rate == 48000 and machine.loop is not None and machine.loop.beats == 4
        recorder.heard(int(numbers[0]), int(numbers[-1] - numbers[0]) + 1)
        return Takeover(heard, take, int(machine.timeline.frames_at(machine.phase_ticks)))


@undisturbed
def test_a_take_through_the_loopback_becomes_the_kit_without_a_jump(jack_server: str, tmp_path: Path) -> None:
    seen = take_over(tmp_path / str(len(list(tmp_path.iterdir()))))
    heard, take, began = seen.heard, seen.take, seen.began
    assert len(take) == 2 * BEAT and np.abs(take).max() > 0.05
    shifts = [shift for shift in range(-2 * BLOCK, 2 * BLOCK + 1)
              if np.array_equal(heard[began + shift : began + shift + len(take)], take)]
    assert len(shifts) == 1, "the take is what was played, moved by the device's unreported loop"

    after = began + 2 * len(take)  # the take has been taken over one bar after its end at the latest
    passes = np.concatenate([take] * 10)[: len(heard) - after]
    assert len(passes) > 2 * len(take), "the raw loop, then the kit"
    jumps = np.abs(heard[after : after + len(passes)] - passes).max()
    assert jumps < 1e-6, "the loop, and the kit that replaces it, play on as one"


def test_recording_while_stopped_starts_the_transport_with_the_take(engine: RunningEngine) -> None:
    engine.client.ask(StartRecording(1))
    assert engine.client.wait(lambda s: s.status.machine.loop is not None, 10.0)
    machine = engine.client.snapshot().status.machine
    assert machine.playing and machine.phase_ticks == 0 and machine.loop is not None
    assert machine.loop.frames == BEAT


def test_a_cancelled_take_leaves_nothing(lasting: RunningEngine) -> None:
    lasting.client.ask(StartRecording(4))
    assert lasting.client.wait(lambda s: s.status.record_state is RecordState.RECORDING)
    lasting.client.cancel_recording()
    assert lasting.client.wait(lambda s: s.status.record_state is RecordState.OFF)
    assert not list(lasting.takes.iterdir())


def test_the_tempo_stays_while_a_take_runs(lasting: RunningEngine) -> None:
    lasting.client.ask(StartRecording(4))
    assert lasting.client.wait(lambda s: s.status.record_state is RecordState.RECORDING)
    with pytest.raises(TaoError, match="take is being recorded"):
        lasting.client.ask(SetTempo(90.0))
    lasting.client.cancel_recording()
    assert lasting.client.wait(lambda s: s.status.record_state is RecordState.OFF)


def test_a_take_runs_to_its_end_when_the_sequencer_stops(engine: RunningEngine) -> None:
    engine.client.ask(StartRecording(2))
    assert engine.client.wait(lambda s: s.status.record_state is RecordState.RECORDING)
    engine.client.ask(Stop())
    assert engine.client.wait(lambda s: s.status.machine.loop is not None, 10.0)
    assert len(list(engine.takes.glob("take*.wav"))) == 1


@pytest.mark.parametrize("beats", [0, -4, 10_000])
def test_a_take_has_a_length_that_fits(lasting: RunningEngine, beats: int) -> None:
    with pytest.raises(TaoError, match="A take has 1 to"):
        lasting.client.ask(StartRecording(beats))


def test_sigterm_during_a_take_keeps_what_was_played(engine: RunningEngine) -> None:
    engine.client.ask(StartRecording(16))
    assert engine.client.wait(lambda s: s.status.record_state is RecordState.RECORDING)
    time.sleep(0.6)
    engine.process.terminate()
    assert engine.process.wait(10) == 0
    (path,) = engine.takes.glob("take*.wav")
    assert 0.5 < soundfile.info(path).duration < 8.0


def test_a_killed_engine_leaves_a_take_that_can_be_read(engine: RunningEngine) -> None:
    engine.client.ask(StartRecording(16))
    assert engine.client.wait(lambda s: s.status.record_state is RecordState.RECORDING)
    time.sleep(1.5)
    engine.process.kill()
    engine.process.wait()
    (path,) = engine.takes.glob("take*.wav")
    assert soundfile.info(path).duration > 0.5


def test_a_full_disk_keeps_the_take_loaded(engine: RunningEngine) -> None:
    engine.takes.rmdir()
    engine.takes.write_text("no folder any more")
    engine.client.ask(StartRecording(1))
    assert engine.client.wait(lambda s: s.status.machine.loop is not None, 10.0)
    assert any("not saved" in notice.text for notice in engine.client.snapshot().status.notices)


def test_a_take_is_replaced_by_the_newest(engine: RunningEngine) -> None:
    for _ in range(2):
        before = engine.client.snapshot().status.machine.loop
        engine.client.ask(StartRecording(1))
        assert engine.client.wait(lambda s, before=before: s.status.machine.loop not in (None, before), 10.0)
    assert engine.client.wait(lambda s: s.status.job is None, 10.0)
    machine = engine.client.snapshot().status.machine
    assert machine.loop is not None and engine.client.snapshot().status.record_state is RecordState.OFF
