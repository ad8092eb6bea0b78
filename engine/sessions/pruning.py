"""How much the sessions take, and which may go when you ask for it. Nothing is deleted otherwise."""

import re
import threading
from pathlib import Path

from engine.core.errors import UsageError
from engine.sessions.folders import has_ended, in_order, size_of

LIMIT_BYTES = 10_000_000_000  # beyond this, Tao tells you
_UNITS = {"": 1, "K": 1_000, "M": 1_000_000, "G": 1_000_000_000, "T": 1_000_000_000_000}


def removable(sessions: Path, kept_bytes: int) -> list[tuple[Path, int]]:
    """The oldest sessions and their sizes, as many as must go for the others to take at most `kept_bytes`; never one
    that still plays."""
    sizes = [(folder, size_of(folder)) for folder in in_order(sessions)]
    total, found = sum(size for _, size in sizes), []
    for folder, size in sizes:
        if total <= kept_bytes:
            break
        if has_ended(folder):
            found.append((folder, size))
            total -= size
    return found


def bytes_of(text: str) -> int:
    """A size such as 500MB, 2 GB or 1.5G. Raises UsageError."""
    match = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?) ?([KMGT]?)B?", text.strip().upper())
    if match is None:
        raise UsageError(f"{text!r} is not a size. Write one such as 500MB or 2GB.")
    return round(float(match[1]) * _UNITS[match[2]])


def words_for(size: int) -> str:
    """A size as people say it."""
    if size >= 1_000_000_000:
        return f"{size / 1_000_000_000:.1f} GB"
    if size >= 1_000_000:
        return f"{size / 1_000_000:.0f} MB"
    return f"{size / 1_000:.0f} KB" if size >= 1_000 else f"{size} B"


class SizeWatch:
    """Adds up the sessions on a thread of its own, once."""

    def __init__(self, sessions: Path, limit_bytes: int = LIMIT_BYTES) -> None:
        self._sessions, self._limit = sessions, limit_bytes
        self._found: str | None = None
        threading.Thread(target=self._add_up, name="sizes", daemon=True).start()

    def sentence(self) -> str | None:
        """Once, when they take more than the limit, what to do about it."""
        found, self._found = self._found, None
        return found

    def _add_up(self) -> None:
        total = sum(map(size_of, in_order(self._sessions)))
        if total > self._limit:
            limit = words_for(self._limit).replace(" ", "")
            self._found = (f"Your sessions take {words_for(total)} of the disk. `tao_live.py sessions --prune {limit}` "
                           "lists the oldest and asks before it deletes them.")
