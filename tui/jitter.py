"""How steady the outside clock has been: the last minute of its jitter, for the screen."""

from collections import deque

from engine.core.snapshot import Sync

EVERY_S, KEPT = 1.0, 60


class Jitter:
    """One value a second, in ms; None where no clock was followed."""

    def __init__(self) -> None:
        self.trail: deque[float | None] = deque(maxlen=KEPT)
        self._at_s = float("-inf")

    def seen(self, sync: Sync, now_s: float) -> None:
        """Take note of the clock, once a second."""
        if now_s - self._at_s >= EVERY_S:
            self._at_s = now_s
            self.trail.append(sync.jitter_ms)

    @property
    def worst_ms(self) -> float:
        """The most of what is kept."""
        return max((value for value in self.trail if value is not None), default=0.0)
