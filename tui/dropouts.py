"""Counts dropped blocks: several in a short time mean that the device's buffer is too small."""

from collections import deque

MANY, WITHIN_S = 3, 10.0


class Dropouts:
    """`seen` is called with each snapshot. Blocks dropped before the first one do not count."""

    def __init__(self) -> None:
        self._known: int | None = None
        self._times_s: deque[float] = deque(maxlen=MANY)

    def seen(self, dropped_blocks: int, block_frames: int, now_s: float) -> str | None:
        """What to tell the musician, once for each MANY dropouts within WITHIN_S seconds."""
        grown = self._known is not None and dropped_blocks > self._known
        self._known = dropped_blocks
        if not grown:
            return None
        self._times_s.append(now_s)
        if len(self._times_s) < MANY or now_s - self._times_s[0] > WITHIN_S:
            return None
        self._times_s.clear()
        return (f"{MANY} dropouts in {WITHIN_S:g} s: use a larger buffer than {block_frames} frames "
                "(in JACK, or --block).")
