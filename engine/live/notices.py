"""Notices: sentences for the musician. Every room of the engine writes to one list, and clients show it."""

from collections import deque
from dataclasses import replace

from engine.core.names import MAX_NOTICE, readable
from engine.core.snapshot import Notice

KEPT = 6


class Notices:
    """Keeps the newest few, oldest first, each cut to a readable length. Called with a notice, it adds that."""

    def __init__(self) -> None:
        self._newest: deque[Notice] = deque(maxlen=KEPT)

    def __call__(self, notice: Notice) -> None:
        """Add one."""
        self._newest.append(replace(notice, text=readable(notice.text, MAX_NOTICE)))

    def say(self, *sentences: str) -> None:
        """Add what is good to know."""
        for text in sentences:
            self(Notice(text))

    def warn(self, *sentences: str | None) -> None:
        """Add what went wrong; None, for nothing, is left out."""
        for text in filter(None, sentences):
            self(Notice(text, urgent=True))

    @property
    def newest(self) -> tuple[Notice, ...]:
        """All that are kept."""
        return tuple(self._newest)
