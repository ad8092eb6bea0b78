"""Where running engines are found: a private folder with their control sockets."""

import os
import socket
import tempfile
from pathlib import Path

from engine.core.errors import TaoError


def runtime_folder() -> Path:
    """`$XDG_RUNTIME_DIR/tao`, or `tao-UID` among the temporary files; made private (0700)."""
    base = os.environ.get("XDG_RUNTIME_DIR")
    folder = Path(base) / "tao" if base else Path(tempfile.gettempdir()) / f"tao-{os.getuid()}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise TaoError(f"{folder} belongs to another user; set XDG_RUNTIME_DIR to a folder of your own.")
    folder.chmod(0o700)
    return folder


def is_running(pid: int) -> bool:
    """Whether a process with this id exists."""
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):  # a number that no process has
        return False
    except PermissionError:
        return True
    return True


def answers(path: Path) -> bool:
    """Whether an engine listens on this socket."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


def running_engines() -> list[Path]:
    """The sockets of engines that answer, newest first; sockets whose engine is gone are removed."""
    found = []
    for path in runtime_folder().glob("engine-*.sock"):
        if answers(path):
            found.append(path)
        else:
            path.unlink(missing_ok=True)
    return sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)
