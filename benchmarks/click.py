"""An engine that plays clicks, for benchmarks that measure when something sounds."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.stage import Stage, private_runtime
from engine.audio.settings import EngineSettings
from engine.bridge.client import EngineClient
from engine.core.kit import Kit, OneShot
from engine.core.pattern import Pattern, Step, Track
from engine.library.kits.decomposition import StoredDecomposition
from engine.library.kits.kit_folder import write_folder
from engine.server.launch import start_process
from tests.jack_server import private_jack

RATE, CLICK_FRAMES = 48000, 480


@contextlib.contextmanager
def click_stage(block_frames: int, audio: str = "jack", frame_port: bool = False) -> Iterator[Stage]:
    """An engine without effects on a private jackd: a click on each beat is loaded, nothing is connected."""
    from benchmarks import stage

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with private_runtime(folder), private_jack(folder / "jackd.log", block_frames):
            settings = EngineSettings(audio, str(folder / "takes"), str(folder / "sessions"), effects="bypass",
                                      connect=False, frame_port=frame_port, worker_argv=stage.WORKER,
                                      block_frames=block_frames)
            path, process = start_process(settings)
            try:
                client = EngineClient(path)
                try:
                    client.load_folder(click_kit(folder / "clicks"))
                    if not client.wait(lambda s: s.status.machine.kit.name == "clicks", 60.0):
                        raise RuntimeError(f"The clicks did not load: {client.snapshot().status.notices}")
                    yield Stage(client, process, folder)
                finally:
                    client.close()
            finally:
                process.terminate()
                process.wait(10)


def click_kit(folder: Path) -> Path:
    """A decomposition folder: a click on every beat, and a pad that clicks too."""
    click = np.repeat(np.linspace(0.9, 0.0, CLICK_FRAMES, dtype=np.float32)[:, None], 2, axis=1)
    name = "c" * 16
    kit = Kit("clicks", {"kick": OneShot(name, CLICK_FRAMES), "snare": OneShot(name, CLICK_FRAMES)})
    tracks = (Track("kick", (Step(1.0), None, None, None) * 4), Track("snare", (None,) * 16))
    silence = np.zeros((96000, 2), np.float32)
    write_folder(folder, StoredDecomposition(120.0, RATE, kit, Pattern(tracks, beats=4), {name: click}, silence))
    return folder
