"""What the live benchmarks share: a private JACK server, and an engine on it that plays the demo loop."""

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.audio.settings import EngineSettings
from engine.bridge.client import EngineClient
from engine.bridge.segments import memory_folder
from engine.core.commands import Play
from engine.library.audio_files import write_wav
from engine.server.launch import start_process
from models.demo import demo_loop
from models.worker_argv import WORKER
from tests.jack_server import private_jack


@dataclass
class Stage:
    """A running engine with its client."""

    client: EngineClient
    process: "subprocess.Popen[bytes]"
    folder: Path

    @property
    def timing_page(self) -> Path:
        """The file with the engine's block times: int64 words."""
        return memory_folder() / str(self.client.pid) / "timing"


@contextlib.contextmanager
def private_runtime(folder: Path) -> Iterator[None]:
    """Give engines that are started here a runtime folder of their own, so that no other process finds them."""
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
    """An engine on a private jackd: dummy driver, 48 kHz, real-time where that is allowed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with private_runtime(folder), private_jack(folder / "jackd.log", block_frames), engine(folder) as stage:
            yield stage


@contextlib.contextmanager
def engine(folder: Path, audio: str = "jack") -> Iterator[Stage]:
    """An engine with its worker, on the JACK server of this process's environment or without a device; ended by its
    own process id."""
    settings = EngineSettings(audio, str(folder / "takes"), str(folder / "sessions"), worker_argv=WORKER)
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


def play_until_heard(client: EngineClient, loop: Path) -> None:
    """Load a loop, play it, and return when it is heard at the output."""
    client.open_audio(loop)
    if not client.wait(lambda s: s.status.machine.loop is not None, 60.0):
        raise RuntimeError(f"The demo loop did not load: {client.snapshot().status.notices}")
    client.ask(Play())
    if not client.wait(lambda s: max(s.meters.master_peaks) > 0.001, 10.0):
        raise RuntimeError("Nothing was heard.")


def demo_file(folder: Path) -> Path:
    """The demo loop as a file."""
    loop = demo_loop(48000)
    path = folder / "demo.wav"
    write_wav(path, loop.audio, loop.sample_rate)
    return path
