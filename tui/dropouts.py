"""Dropped blocks, watched: several in a short time are a device that asks too quickly, and have a cure."""

from collections import deque

MANY, WITHIN_S = 3, 10.0


class Dropouts:
    """`seen` is told of each snapshot. What was dropped before the first is nobody's news."""

    def __init__(self) -> None:
        self._known: int | None = None
        self._times_s: deque[float] = deque(maxlen=MANY)

    def seen(self, dropped_blocks: int, block_frames: int, now_s: float) -> str | None:
        """What to tell the musician, once for each MANY gaps within WITHIN_S seconds."""
        grown = self._known is not None and dropped_blocks > self._known
        self._known = dropped_blocks
        if not grown:
            return None
        self._times_s.append(now_s)
        if len(self._times_s) < MANY or now_s - self._times_s[0] > WITHIN_S:
            return None
        self._times_s.clear()
        return (f"The sound was cut {MANY} times in {WITHIN_S:g} s: give the device a larger buffer than "
                f"{block_frames} frames (JACK's own setting, or --block).")
