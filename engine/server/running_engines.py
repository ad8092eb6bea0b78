"""The engines that run on this computer, for `attach`."""

from dataclasses import dataclass
from pathlib import Path

from engine.bridge.client import EngineClient, EngineGone
from engine.bridge.places import running_engines
from engine.core.errors import TaoError

ANSWER_S = 2.0


@dataclass(frozen=True, slots=True)
class RunningEngine:
    """An engine: its process id, its socket, and what it plays, in words."""

    pid: int
    socket: Path
    words: str


def engines() -> list[RunningEngine]:
    """All that answer, newest first."""
    found = []
    for path in running_engines():
        try:
            client = EngineClient(path, ANSWER_S)
        except EngineGone:
            continue  # it hangs, or has just ended
        try:
            status = client.snapshot().status
            kit = status.machine.kit.name or "no kit"
            doing = f"plays {kit}" if status.machine.playing else f"has {kit} loaded"
            where = f" on {status.device}" if status.backend != "null" else ", without an audio device"
            found.append(RunningEngine(client.pid, path, doing + where))
        finally:
            client.close()
    return found


def socket_of(pid: int | None) -> Path:
    """The socket of the engine with this process id; without one, of the only engine. Raises TaoError."""
    found = engines()
    if not found:
        raise TaoError("No engine is running. Start one with `tao_live.py`.")
    if pid is None and len(found) == 1:
        return found[0].socket
    for engine in found:
        if engine.pid == pid:
            return engine.socket
    wanted = f"No engine has the process id {pid}" if pid is not None else f"{len(found)} engines are running"
    listed = "; ".join(f"{engine.pid} {engine.words}" for engine in found)
    raise TaoError(f"{wanted}. Name one of these, as in `attach {found[0].pid}`: {listed}.")
