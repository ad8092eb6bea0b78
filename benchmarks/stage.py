"""What the live benchmarks share: a private JACK server, an engine on it, a watch for freezes."""

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.audio.settings import EngineSettings
from engine.bridge.client import EngineClient
from engine.bridge.segments import memory_folder
from engine.library.audio_files import write_wav
from engine.server.launch import start_process
from models.demo import demo_loop
from tests.jack_server import private_jack

WORKER = (sys.executable, "-m", "models.worker")


@dataclass
class Stage:
    """A running engine with its face."""

    client: EngineClient
    process: "subprocess.Popen[bytes]"
    folder: Path

    @property
    def timing_page(self) -> Path:
        """How many cycles took so many microseconds: int64 words."""
        return memory_folder() / str(self.client.pid) / "timing"


@contextlib.contextmanager
def private_runtime(folder: Path) -> Iterator[None]:
    """Engines started here are found only here."""
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["XDG_RUNTIME_DIR"]
        else:
            os.environ["XDG_RUNTIME_DIR"] = before


@contextlib.contextmanager
def jack_stage(block_frames: int) -> Iterator[Stage]:
    """An engine on a private jackd (dummy driver, 48 kHz, as real-time as is allowed)."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with private_runtime(folder), private_jack(folder / "jackd.log", block_frames), engine(folder) as stage:
            yield stage


@contextlib.contextmanager
def engine(folder: Path) -> Iterator[Stage]:
    """An engine on the JACK server of this process's environment; ended by its own process id."""
    settings = EngineSettings("jack", str(folder / "takes"), str(folder / "sessions"), worker_argv=WORKER)
    path, process = start_process(settings)
    try:
        client = EngineClient(path)
        try:
            yield Stage(client, process, folder)
        finally:
            client.close()
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def demo_file(folder: Path) -> Path:
    """The demo loop as a file."""
    loop = demo_loop(48000)
    path = folder / "demo.wav"
    write_wav(path, loop.audio, loop.sample_rate)
    return path
