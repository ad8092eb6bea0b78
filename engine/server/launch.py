"""Starting an engine as a process of its own, and finding one that already runs."""

import contextlib
import json
import os
import select
import subprocess
import sys
import time
from pathlib import Path

from engine.audio.settings import EngineSettings
from engine.bridge.places import running_engines, runtime_folder
from engine.core import errors
from engine.core.errors import TaoError

START_S = 240.0  # the first start compiles every kernel, about half a minute on an idle core


def start_engine(settings: EngineSettings, timeout_s: float = START_S) -> Path:
    """Start an engine that outlives this process; the socket to speak with it. Raises the engine's TaoError."""
    return start_process(settings, timeout_s)[0]


def start_process(settings: EngineSettings, timeout_s: float = START_S) -> tuple[Path, "subprocess.Popen[bytes]"]:
    """Like `start_engine`, with the process too: for those who must wait for its end."""
    running_engines()  # removes sockets whose engine is gone
    socket_path = runtime_folder() / f"engine-{os.getpid()}-{time.monotonic_ns()}.sock"
    reading, writing = os.pipe()
    argv = [sys.executable, "-m", "engine.server", settings.to_json(), str(socket_path), str(writing)]
    path = os.pathsep.join(filter(None, [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH")]))
    try:
        process = subprocess.Popen(argv, pass_fds=(writing,), start_new_session=True, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   env={**os.environ, "PYTHONPATH": path})
    finally:
        os.close(writing)
    with os.fdopen(reading, "rb", buffering=0) as pipe:
        ready, _, _ = select.select([pipe], [], [], timeout_s)
        line = pipe.readline() if ready else b""
    if not line:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        process.wait()
        raise TaoError(f"The engine did not start within {timeout_s:g} s; its log is in {settings.sessions_folder}.")
    answer = json.loads(line)
    if "error" in answer:
        process.wait()
        kind = getattr(errors, answer["error"], TaoError)
        raise kind(answer["text"])
    return socket_path, process


def find_engine() -> Path | None:
    """The socket of the engine that was started last and still answers, or None."""
    return next(iter(running_engines()), None)
