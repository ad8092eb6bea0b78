"""From the command to the first sound: engine, device, worker, demo loop, play. Everything is compiled already."""

import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.result import Result
from benchmarks.stage import demo_file, engine, play_until_heard, private_runtime
from tests.jack_server import private_jack

REPEATS = 5


def run() -> list[Result]:
    """Seconds until the engine answers, and until it sounds."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with private_runtime(folder), private_jack(folder / "jackd.log", 128):
            loop = demo_file(folder)
            times = [once(folder, loop) for _ in range(REPEATS + 1)][1:]
    ready, sound = (statistics.median(column) for column in zip(*times, strict=True))
    how = f"median of {REPEATS} starts on jackd's dummy driver at 128 frames, after one that fills the cache"
    return [Result("start to an engine that answers", round(ready, 2), "s", "", how),
            Result("start to first sound", round(sound, 2), "s", "< 3",
                   how + "; the demo loop is read, cut into a first kit, and heard at the output")]


def once(folder: Path, loop: Path) -> tuple[float, float]:
    """One start: (ready, first sound) in seconds."""
    began = time.monotonic()
    with engine(folder) as stage:
        ready = time.monotonic() - began
        play_until_heard(stage.client, loop)
        return ready, time.monotonic() - began
