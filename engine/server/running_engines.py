"""The engines that play on this computer, for who comes back to one."""

from dataclasses import dataclass
from pathlib import Path

from engine.bridge.client import EngineClient, EngineGone
from engine.bridge.places import running_engines
from engine.core.errors import TaoError

ANSWER_S = 2.0


@dataclass(frozen=True, slots=True)
class Playing:
    """A running engine: its process, its socket, and what it plays, in words."""

    pid: int
    socket: Path
    words: str


def engines() -> list[Playing]:
    """All that answer, the newest first."""
    found = []
    for path in running_engines():
        try:
            client = EngineClient(path, ANSWER_S)
        except EngineGone:
            continue  # it hangs, or has just ended
        try:
            status = client.snapshot().status
            verb = "plays" if status.machine.playing else "holds"
            found.append(Playing(client.pid, path, f"{verb} {status.machine.kit.name} on {status.device}"))
        finally:
            client.close()
    return found


def engine_called(pid: int | None) -> Path:
    """The socket of the engine with this process id; without one, of the only engine. Raises TaoError."""
    found = engines()
    if not found:
        raise TaoError("No engine is playing; start one with `tao_live.py`.")
    if pid is None and len(found) == 1:
        return found[0].socket
    for engine in found:
        if engine.pid == pid:
            return engine.socket
    wanted = f"No engine has the number {pid}" if pid is not None else f"{len(found)} engines are playing"
    listed = "; ".join(f"{engine.pid} {engine.words}" for engine in found)
    raise TaoError(f"{wanted}; name one of these, as in `attach {found[0].pid}`: {listed}.")
