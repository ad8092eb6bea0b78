"""A freeze sentinel: a process on each processor that sleeps 1 ms at a time and notes every wake that came late.

Virtual machines stop for tens of milliseconds, whatever a program's priority, and one processor may stop alone: an
xrun inside such a window is the machine's, not ours. A timing test asserts on what lies outside the windows, and says
so when they cover too much of it.
"""

import contextlib
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from types import TracebackType

NOTED_S, LATE_S, BEFORE_S, AFTER_S = 0.0005, 0.002, 0.003, 0.060
PRIORITY = 80

WATCH = f"""
import ctypes, os, sys, time
if sys.argv[2]:
    os.sched_setaffinity(0, {{int(sys.argv[2])}})
try:
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param({PRIORITY}))
except OSError:
    pass
print("watching", flush=True)
next_s = time.monotonic()
while os.getppid() == int(sys.argv[1]):
    next_s += 0.001
    time.sleep(max(0.0, next_s - time.monotonic()))
    now = time.monotonic()
    if now - next_s > {NOTED_S}:
        print(next_s, now, flush=True)
        next_s = now
"""


@dataclass(frozen=True)
class Freezes:
    """Windows (start, end) in CLOCK_MONOTONIC seconds in which the machine stood still, with their margins."""

    windows: tuple[tuple[float, float], ...]
    watched_s: float

    def outside(self, times_s: list[float]) -> list[float]:
        """Those of `times_s` that lie in no window."""
        return [t for t in times_s if not any(start <= t <= end for start, end in self.windows)]

    @property
    def a_minute(self) -> float:
        """How many there were a minute."""
        return 60.0 * len(self.windows) / self.watched_s if self.watched_s else 0.0

    @property
    def share(self) -> float:
        """The share of the watched time that lies in windows."""
        covered, reached = 0.0, 0.0
        for start, end in sorted(self.windows):
            covered += max(0.0, end - max(start, reached))
            reached = max(reached, end)
        return covered / self.watched_s if self.watched_s else 0.0


class Sentinel:
    """Watches while it is entered; `freezes()` afterwards."""

    def __enter__(self) -> "Sentinel":
        processors = [str(one) for one in os.sched_getaffinity(0)] if hasattr(os, "sched_getaffinity") else [""]
        self._processes = [subprocess.Popen([sys.executable, "-c", WATCH, str(os.getpid()), processor],
                                            stdout=subprocess.PIPE, text=True) for processor in processors]
        for process in self._processes:
            assert process.stdout is not None
            process.stdout.readline()
        self._began_s = time.monotonic()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._watched_s = time.monotonic() - self._began_s
        for process in self._processes:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        self._output = "".join(process.communicate()[0] for process in self._processes)

    def freezes(self, late_s: float = LATE_S) -> Freezes:
        """The wakes that came more than `late_s` late, NOTED_S at least."""
        pairs = [tuple(map(float, line.split())) for line in self._output.splitlines() if len(line.split()) == 2]
        late = [(due_s, woke_s) for due_s, woke_s in pairs if woke_s - due_s > late_s]
        return Freezes(tuple((due_s - BEFORE_S, woke_s + AFTER_S) for due_s, woke_s in late), self._watched_s)
