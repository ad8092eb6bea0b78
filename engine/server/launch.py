"""Starting an engine as a process of its own, and finding one that already runs."""

import json
import os
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from engine.audio.settings import EngineSettings
from engine.bridge.places import running_engines, runtime_folder
from engine.core import errors
from engine.core.errors import TaoError
from engine.server.compile import Progress, compile_kernels, unseen
from engine.server.processes import child_environment

ENGINE = (sys.executable, "-m", "engine.server")
START_S = 60.0  # from one sign of life to the next; a start takes about 2 s


def start_engine(settings: EngineSettings, progress: Progress = unseen) -> Path:
    """Start an engine that outlives this process; return its control socket. `progress` shows how far the engine is
    compiled, if it has to be. Raises the engine's TaoError."""
    return start_process(settings, progress)[0]


def start_process(settings: EngineSettings, progress: Progress = unseen) -> tuple[Path, "subprocess.Popen[bytes]"]:
    """Like `start_engine`, but return the process too, for those who must wait for its end."""
    compile_kernels(progress)
    running_engines()  # removes sockets whose engine is gone
    socket_path = runtime_folder() / f"engine-{os.getpid()}-{time.monotonic_ns()}.sock"
    log = socket_path.with_suffix(".log")  # until the engine opens its session's own
    reading, writing = os.pipe()
    argv = [*ENGINE, settings.to_json(), str(socket_path), str(writing)]
    with os.fdopen(reading, "rb", buffering=0) as pipe:
        try:
            with log.open("wb") as early:
                process = subprocess.Popen(argv, pass_fds=(writing,), start_new_session=True, stdin=subprocess.DEVNULL,
                                           stdout=early, stderr=early, env=child_environment())
        finally:
            os.close(writing)
        try:
            answer = _answer(pipe)
        except BaseException:  # Ctrl-C too: an engine that nobody waits for must not begin to play
            process.kill()
            process.wait()
            log.unlink()
            raise
    if answer is None:
        process.kill()
        process.wait()
        raise TaoError("The engine could not be started; its log is "
                       f"{_log_of(process.pid, log, Path(settings.sessions_folder))}.")
    log.unlink()
    if "error" in answer:
        process.wait()
        kind = getattr(errors, answer["error"], TaoError)
        raise kind(answer["text"])
    return socket_path, process


def find_engine() -> Path | None:
    """The socket of the engine that was started last and still answers, or None."""
    return next(iter(running_engines()), None)


def _answer(pipe: Any) -> dict[str, str] | None:
    """What the engine says when it is ready, or cannot be; None when it ends, or shows no sign of life, before that.
    While it works it may write {"working": what}, which renews its time."""
    while select.select([pipe], [], [], START_S)[0] and (line := pipe.readline()):
        answer: dict[str, str] = json.loads(line)
        if "working" not in answer:
            return answer
    return None


def _log_of(pid: int, early: Path, sessions: Path) -> Path:
    """The log that an engine has left: its session's if it got that far, otherwise what it printed before."""
    log = next(sessions.glob(f"*-{pid}/engine.log"), early)
    if log != early:
        early.unlink()
    return log
