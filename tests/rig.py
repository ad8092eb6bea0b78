"""What live tests share: an engine process with a client, and a JACK client that records what it plays."""

import contextlib
import functools
import inspect
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, cast

import jack
import numpy as np

from engine.audio.callback import FRAME_PORT_MODULUS
from engine.audio.settings import EngineSettings
from engine.bridge.client import EngineClient
from engine.core.commands import Boundary, Command
from engine.core.requests import Request
from engine.core.snapshot import Snapshot
from engine.server.launch import start_process
from tests.peer_worker import PEER_WORKER
from tests.sentinel import Sentinel

PATIENCE = 6
ATTEMPTS = 4
NEAR_BLOCKS = 4

_Test = TypeVar("_Test", bound=Callable[..., object])


class Stalled(Exception):
    """The computer dropped blocks, so that nothing can be said to the frame; the text says when and for how long."""


def undisturbed(test: _Test) -> _Test:
    """A test that is run again when it raises Stalled. After the last attempt it is skipped because of the stalls that
    the sentinel saw, or fails when there were none."""
    plain = inspect.signature(test)

    @functools.wraps(test)
    def tried(*args: object, sentinel: Sentinel, **kws: object) -> None:
        began_s, seen = time.monotonic(), ""
        for _ in range(ATTEMPTS):
            try:
                test(*args, **kws)
                return
            except Stalled as stalled:
                seen = str(stalled)
        sentinel.inconclusive(began_s, f"blocks were dropped in each of {ATTEMPTS} attempts, at last {seen}")

    wanted = inspect.Parameter("sentinel", inspect.Parameter.KEYWORD_ONLY)
    tried.__signature__ = plain.replace(parameters=[*plain.parameters.values(), wanted])  # type: ignore[attr-defined]
    return cast(_Test, tried)


class PatientClient(EngineClient):
    """A client for tests, which wait for something to happen and not for a time to pass: on a slow or busy computer
    that takes longer. So the limits lie far beyond what is usual; an engine that has gone ends every wait at once."""

    def wait(self, until: Callable[[Snapshot], bool], timeout_s: float = 10.0) -> bool:
        """As EngineClient's, `PATIENCE` times as long."""
        return super().wait(until, PATIENCE * timeout_s)

    def ask(self, message: Command | Request, boundary: Boundary = Boundary.NOW, at_frames: int = 0,
            timeout_s: float = 5.0) -> None:
        """As EngineClient's, `PATIENCE` times as long."""
        super().ask(message, boundary, at_frames, PATIENCE * timeout_s)


@dataclass
class RunningEngine:
    """An engine process, a client, and where it keeps its things."""

    client: PatientClient
    process: subprocess.Popen[bytes]
    socket: Path
    takes: Path
    sessions: Path

    @property
    def session(self) -> Path:
        """The folder of its journal."""
        return next(self.sessions.iterdir())

    def load_kit(self, name: str) -> None:
        """Have the worker make the kit of that name, and wait until it is the machine's."""
        self.client.load_folder(name)
        assert self.client.wait(lambda s: s.status.machine.kit.name == name and s.status.job is None, 20.0), \
            self.client.snapshot().status

    def finish(self) -> None:
        """Quit, and wait for the end."""
        self.client.quit()
        assert self.process.wait(10 * PATIENCE) == 0


@contextlib.contextmanager
def running_engine(folder: Path, audio: str, **changes: object) -> Iterator[RunningEngine]:
    """An engine of our own; killed by its process id if it does not end by itself."""
    takes, sessions = folder / "takes", folder / "sessions"
    settings = EngineSettings(audio, str(takes), str(sessions), **{"worker_argv": PEER_WORKER, **changes})
    path, process = start_process(settings)
    try:
        client = PatientClient(path)
        try:
            yield RunningEngine(client, process, path, takes, sessions)
        finally:
            client.close()
    finally:
        process.terminate()
        try:
            process.wait(5 * PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Recorder:
    """A JACK client that keeps every block of `sources`: left, right and, if there, frame numbers."""

    def __init__(self, sources: tuple[str, ...] = ("tao:out_1", "tao:out_2", "tao:frames")) -> None:
        self._client = jack.Client("recorder", no_start_server=True)
        self._ports = [self._client.inports.register(f"in_{number}") for number in range(len(sources))]
        self._blocks: list[np.ndarray] = []
        self._keeps = True
        self.xruns_s: list[float] = []
        self._xrun_blocks: list[int] = []  # how many blocks had been kept by then
        self._client.set_process_callback(self._keep)
        self._client.set_xrun_callback(self._note_xrun)
        self._client.activate()
        for source, port in zip(sources, self._ports, strict=True):
            self._client.connect(source, port)

    @property
    def frames(self) -> int:
        """How many frames have been kept."""
        return sum(block.shape[1] for block in self._blocks)

    def freewheel(self, on: bool) -> None:
        """As fast as possible, or in real time again."""
        self._client.set_freewheel(on)

    def loop_back(self, client_name: str = "tao") -> None:
        """Patch the engine's outputs to its inputs."""
        for side in (1, 2):
            self._client.connect(f"{client_name}:out_{side}", f"{client_name}:in_{side}")

    def close(self) -> None:
        """Leave the server."""
        self._keeps = False  # JACK takes the ports away one after the other while it still calls
        self._client.deactivate()
        self._client.close()

    def audio(self) -> np.ndarray:
        """Everything heard, (frames, 2)."""
        return np.concatenate(self._blocks, axis=1)[:2].T

    def recorded(self) -> tuple[np.ndarray, np.ndarray]:
        """Engine frame numbers (frames,), ascending, and audio (frames, 2). Blocks that the engine missed have none."""
        numbers, audio, _ = self._numbered()
        return numbers, audio

    def heard(self, start: int, frames: int, sample_rate: int = 48000) -> np.ndarray:
        """The audio (frames, 2) of these engine frames. Raises Stalled when JACK lost some of them, or dropped a block
        of anybody's near them: what the engine then read at its inputs is not what it had played."""
        numbers, audio, blocks = self._numbered()
        wanted = (numbers >= start) & (numbers < start + frames)
        edges = np.concatenate(([start - 1], numbers[wanted], [start + frames]))
        missing = np.diff(edges) - 1
        if missing.any():  # below 0: JACK gave a block twice
            place = int(np.argmax(np.abs(missing)))
            lost_ms, from_s = 1000 * abs(missing[place]) / sample_rate, edges[place] / sample_rate
            raise Stalled(f"{np.count_nonzero(missing)} gaps in {frames} frames, {lost_ms:.0f} ms from {from_s:.2f} s")
        first, last = int(blocks[wanted][0]), int(blocks[wanted][-1])
        xruns = sum(first - NEAR_BLOCKS <= at <= last + NEAR_BLOCKS for at in self._xrun_blocks)
        if xruns:
            raise Stalled(f"JACK reported {xruns} xruns in {frames} frames")
        return audio[wanted]

    def _numbered(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """As `recorded`, and which kept block each frame was in."""
        kept = [(index, block) for index, block in enumerate(list(self._blocks)) if block[2].any()]
        whole = np.concatenate([block for _, block in kept], axis=1)
        numbers = whole[2].astype(np.int64)
        turns = np.cumsum(np.diff(numbers, prepend=numbers[0]) < -FRAME_PORT_MODULUS // 2)
        blocks = np.repeat([index for index, _ in kept], [block.shape[1] for _, block in kept])
        return numbers + turns * FRAME_PORT_MODULUS, whole[:2].T, blocks

    def _note_xrun(self, delayed_us: float) -> None:
        self.xruns_s.append(time.monotonic())
        self._xrun_blocks.append(len(self._blocks))

    def _keep(self, frames: int) -> None:
        if self._keeps:
            self._blocks.append(np.stack([port.get_array() for port in self._ports]))
