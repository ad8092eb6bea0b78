"""Session folders: making a new one, and removing the oldest that have ended."""

import os
import shutil
import time
from pathlib import Path

from engine.bridge.places import is_running

KEPT = 20  # sessions


def session_folder(sessions: Path, resumed: str = "") -> Path:
    """A new folder for a session's journal and logs. Keeps the newest KEPT sessions, those still running, and the one
    to be `resumed`."""
    forget_sessions(sessions, KEPT - 1, resumed)
    folder = sessions / f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
    folder.mkdir(parents=True)
    return folder


def forget_sessions(sessions: Path, kept: int, spared: str = "") -> None:
    """Remove all but the newest `kept` sessions that have ended. Takes are kept elsewhere and never removed."""
    ended = [folder for folder in sorted(sessions.glob("*-*-*"))
             if folder.is_dir() and has_ended(folder) and str(folder) != spared]
    for folder in ended[: max(0, len(ended) - kept)]:
        shutil.rmtree(folder, ignore_errors=True)


def has_ended(session: Path) -> bool:
    """Whether the engine that wrote this folder has ended."""
    pid = session.name.rpartition("-")[2]
    return pid.isdigit() and not is_running(int(pid))
