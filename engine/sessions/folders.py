"""Session folders: making a new one, and the order in which they were made."""

import contextlib
import fcntl
import os
import stat
import time
from pathlib import Path

from engine.bridge.places import is_running
from engine.live.journal import LOG

NUMBER = "number"


def session_folder(sessions: Path) -> Path:
    """A new, private folder for a session's journal and logs. No other one is touched."""
    sessions.mkdir(mode=0o700, parents=True, exist_ok=True)
    number = 1 + max(map(_number, in_order(sessions)), default=0)
    folder = sessions / f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
    folder.mkdir(mode=0o700)
    with contextlib.suppress(OSError):  # a full disk: the order by name will do
        (folder / NUMBER).write_text(f"{number}\n", encoding="ascii")
    return folder


def in_order(sessions: Path) -> list[Path]:
    """Every session's folder, oldest first. The clock does not decide: a computer may have none that lasts."""
    return sorted((folder for folder in sessions.glob("*-*-*") if folder.is_dir()),
                  key=lambda folder: (_number(folder), folder.name))


def has_ended(session: Path) -> bool:
    """Whether the engine that wrote this folder has ended: it holds a lock on the log as long as it runs."""
    pid = session.name.rpartition("-")[2]
    if not (pid.isascii() and pid.isdigit()):
        return False
    if not is_running(int(pid)):
        return True
    try:
        with (session / LOG).open("rb") as log:
            fcntl.flock(log, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:  # locked, or not begun yet
        return False
    return True  # another process has that number now


def size_of(session: Path) -> int:
    """The bytes that a session takes on the disk."""
    total = 0
    for path in session.rglob("*"):
        with contextlib.suppress(OSError):
            found = path.lstat()
            total += found.st_size if stat.S_ISREG(found.st_mode) else 0
    return total


def _number(folder: Path) -> int:
    """The place of a session among all; 0 for those of a Tao that did not count."""
    try:
        text = (folder / NUMBER).read_bytes()[:20].strip()
    except OSError:
        return 0
    return int(text) if text.isdigit() else 0
