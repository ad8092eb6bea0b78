"""How far a take through a JACK loopback lies from what was played, before and after `calibrate`, in frames."""

import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile

from benchmarks.result import Result
from benchmarks.stage import private_runtime
from engine.core.commands import Play, SetTempo, Stop
from engine.core.recording import RecordingSetup
from engine.core.requests import Calibrate, SetRecording, StartRecording
from tests.jack_server import private_jack
from tests.rig import Recorder, RunningEngine, running_engine

BLOCKS = (64, 128, 256)
LATEST = 2048  # frames
TRIES = 3      # a take in which a block was dropped equals nothing that was played


def run() -> list[Result]:
    """How far a take lies from what was played, at three block sizes."""
    found = []
    for block_frames in BLOCKS:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            with private_runtime(folder), private_jack(folder / "jackd.log", block_frames), \
                    running_engine(folder, "jack", frame_port=True, connect=False,
                                   calibration_file=str(folder / "calibration.json")) as engine:
                found += _measured(engine, block_frames)
    return found


def _measured(engine: RunningEngine, block_frames: int) -> list[Result]:
    recorder = Recorder()
    try:
        recorder.loop_back()
        engine.load_kit("first")
        engine.client.ask(SetRecording(RecordingSetup(count_in_bars=0)))
        raw = _found(engine, recorder)
        engine.client.ask(Stop())
        engine.client.wait(lambda s: not s.meters.playing and not s.meters.voices)
        engine.client.ask(Calibrate())
        engine.client.wait(lambda s: any("Calibrated" in notice.text for notice in s.status.notices), 15.0)
        exact = _found(engine, recorder)
    finally:
        recorder.close()
    how = f"a one-bar take through jackd's dummy driver, outputs patched to inputs, at {block_frames} frames"
    return [Result(f"take against what was played, uncalibrated, {block_frames} frames", raw, "frames", "", how),
            Result(f"take against what was played, calibrated, {block_frames} frames", exact, "frames", "+-1", how)]


def _found(engine: RunningEngine, recorder: Recorder) -> float | None:
    """The offset of the first take that equals what was played."""
    for _ in range(TRIES):
        offset = _offset(engine, recorder)
        if offset is not None:
            return offset
        engine.client.ask(Stop())
        engine.client.wait(lambda s: not s.meters.playing and not s.meters.voices)
    return None


def _offset(engine: RunningEngine, recorder: Recorder) -> float | None:
    """Frames by which a new take is later than what was played; None if it equals nothing that was played."""
    engine.client.ask(SetTempo(240.0))
    engine.client.ask(Play())
    before, loop = set(engine.takes.glob("*.wav")), engine.client.snapshot().status.machine.loop
    engine.client.ask(StartRecording(4))
    engine.client.wait(lambda s: s.status.machine.loop not in (None, loop) and not s.status.pending, 20.0)
    machine = engine.client.snapshot().status.machine
    (path,) = set(engine.takes.glob("*.wav")) - before
    take, _ = soundfile.read(path, dtype="float32")
    began = int(machine.timeline.frames_at(machine.phase_ticks))
    time.sleep(1.0)
    numbers, audio = recorder.recorded()
    heard = np.zeros((int(numbers[-1]) + 1, 2), np.float32)
    heard[numbers] = audio
    for shift in sorted(range(-LATEST, LATEST + 1), key=abs):
        first = began - shift
        if first >= 0 and np.array_equal(heard[first : first + len(take)], take):
            return float(shift)
    return None
