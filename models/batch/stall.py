"""Whether a job has stopped or is merely slow: a time limit is for what makes no progress."""

import time
from dataclasses import dataclass, field

STALL_S = 180.0
BUSY_FACTOR = 5  # a process that computes may be on a long step: so many times the limit, in its own processor time
MOVED_CPU_S = 0.5  # less than this is the beat itself


@dataclass(slots=True)
class Stall:
    """Two limits since the last progress: `limit_s` by the clock for a process that uses no processor time, and
    BUSY_FACTOR times as much of its own processor time for one that does. On a busy computer, which gives it little
    time, neither runs out."""

    limit_s: float = STALL_S
    cpu_s: float = 0.0
    _advanced_cpu_s: float = 0.0
    _moved_cpu_s: float = 0.0
    _moved_s: float = field(default_factory=time.monotonic)

    def advance(self, now_s: float) -> None:
        """The job has made progress."""
        self._advanced_cpu_s = self._moved_cpu_s = self.cpu_s
        self._moved_s = now_s

    def beat(self, cpu_s: float, now_s: float) -> None:
        """The process says how much processor time it has used in all."""
        self.cpu_s = cpu_s
        if cpu_s - self._moved_cpu_s >= MOVED_CPU_S:
            self._moved_cpu_s, self._moved_s = cpu_s, now_s

    def is_over(self, now_s: float) -> bool:
        """Whether the job has stopped."""
        return (now_s - self._moved_s > self.limit_s
                or self.cpu_s - self._advanced_cpu_s > BUSY_FACTOR * self.limit_s)
