"""150 one-shots are swapped while the music plays: what that costs the audio thread, and what is heard."""

import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np
import soundfile

from benchmarks.result import Result
from benchmarks.stage import private_runtime
from engine.core.commands import Boundary, Play
from engine.core.kit import OneShot
from engine.core.requests import FitOptions, SoundSource, SwapSound
from engine.core.snapshot import Snapshot
from engine.sessions.replay import replay
from tests.jack_server import private_jack
from tests.rig import Recorder, RunningEngine, running_engine

SWAPS, FILES, RATE = 150, 50, 48000
TRACKS = ("kick", "snare", "hihat")
WHEN = (Boundary.NOW, Boundary.NOW, Boundary.STEP, Boundary.BEAT)


def run() -> list[Result]:
    """Page faults of the audio thread, dropped blocks, differing frames, and the time from key to new one-shot."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = make_hits(folder / "hits")
        with private_runtime(folder), private_jack(folder / "jackd.log", 128), \
                running_engine(folder, "jack", frame_port=True, connect=False) as engine:
            recorder = Recorder()
            try:
                engine.load_kit("first")
                engine.client.ask(Play())
                thread = audio_thread(engine.client.pid)
                faults, dropped = page_faults(thread), engine.client.snapshot().meters.dropped_blocks
                waits_s = swap_all(engine, files)
                faults = page_faults(thread) - faults
                dropped = engine.client.snapshot().meters.dropped_blocks - dropped
            finally:
                recorder.close()
            engine.finish()
            numbers, audio = recorder.recorded()
            differing = int((replay(engine.session, int(numbers[-1]) + 1)[numbers] != audio).any(axis=1).sum())
    how = (f"{SWAPS} swaps of {FILES} files on {len(TRACKS)} tracks, matched in level and onset; 128 frames, "
           "jackd's dummy driver")
    return [Result("page faults of the audio thread in hot swaps", float(faults), "faults", "0", how),
            Result("blocks dropped in hot swaps", float(dropped), "blocks", "", how),
            Result("frames heard in hot swaps that the journal does not replay", float(differing), "frames", "0",
                   f"{len(numbers)} frames compared; {how}"),
            Result("from key to new one-shot, median", 1000 * float(np.median(waits_s)), "ms", "",
                   how)]


def make_hits(folder: Path) -> Path:
    """A folder of noise bursts, of many lengths and levels."""
    folder.mkdir()
    rng = np.random.default_rng(11)
    for number in range(FILES):
        frames = int(rng.integers(RATE // 20, RATE))
        hit = rng.uniform(0.05, 0.9) * rng.uniform(-1, 1, (frames, 2)) * np.exp(-np.arange(frames) / 4000)[:, None]
        soundfile.write(folder / f"{number:02}.wav", hit, RATE)
    return folder


def swap_all(engine: RunningEngine, files: Path) -> list[float]:
    """Swap one after the other, each when the one before has arrived; how long each took, in seconds."""
    client, waits_s = engine.client, []
    for track in TRACKS:
        client.browse(track, SoundSource.FOLDER, str(files))
        client.wait(partial(_lists_sounds_of, track), 20.0)
        for turn in range(SWAPS // len(TRACKS)):
            before = client.snapshot().status.machine.kit.one_shots[track]
            began = time.monotonic()
            client.ask(SwapSound(track, turn % FILES, FitOptions()), WHEN[turn % len(WHEN)])
            client.wait(partial(_has_swapped, track, before), 10.0)
            waits_s.append(time.monotonic() - began)
    return waits_s


def _lists_sounds_of(track: str, snapshot: Snapshot) -> bool:
    return snapshot.status.sounds is not None and snapshot.status.sounds.track == track


def _has_swapped(track: str, before: OneShot, snapshot: Snapshot) -> bool:
    return snapshot.status.machine.kit.one_shots[track] != before and not snapshot.status.pending


def audio_thread(pid: int) -> Path:
    """The thread that wakes most often, once a block; its folder in /proc."""
    tasks = list(Path(f"/proc/{pid}/task").iterdir())
    before = {task: _wakes(task) for task in tasks}
    time.sleep(1.0)
    return max(tasks, key=lambda task: _wakes(task) - before[task])


def page_faults(task: Path) -> int:
    """Minor and major page faults of a thread so far."""
    fields = (task / "stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return int(fields[7]) + int(fields[9])


def _wakes(task: Path) -> int:
    lines = (task / "status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("voluntary"))
