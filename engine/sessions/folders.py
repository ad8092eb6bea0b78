"""Session folders: making a new one, the order in which they were made, and the kits that each has kept."""

import contextlib
import fcntl
import json
import os
import stat
import time
from dataclasses import dataclass
from pathlib import Path

from engine.bridge.places import is_running
from engine.live.journal import LOG

NUMBER, KITS = "number", "kits"
MOST_LISTED_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class ListedKit:
    """A kit that a session has kept: its name, the id of its recording, its folder, and what that was like, see
    engine.keeping.writer."""

    name: str
    recording: str | None
    folder: Path
    version: str


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


def kits_of(session: Path) -> list[ListedKit]:
    """The kits on the session's list, as they were saved; lines that cannot be read are left out."""
    found = []
    with contextlib.suppress(OSError):
        for line in (session / KITS).read_bytes()[:MOST_LISTED_BYTES].splitlines():
            with contextlib.suppress(ValueError, LookupError, TypeError, RecursionError):
                entry = json.loads(line)
                found.append(ListedKit(str(entry["name"]), entry["recording"], Path(str(entry["folder"])),
                                       str(entry["version"])))
    return found


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
