"""A freeze sentinel: a process on each processor that sleeps 1 ms at a time and notes every wake that came late.

Virtual machines stop for tens of milliseconds, whatever a program's priority, and one processor may stop alone: an
xrun inside such a window is the machine's, not ours. A timing test asserts on what lies outside the windows, and says
so when they cover too much of it. A test of exact frames that saw some dropped says which stall it saw, or fails.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from types import TracebackType
from typing import NoReturn

import pytest

NOTED_S, LATE_S, BEFORE_S, AFTER_S = 0.0005, 0.002, 0.003, 0.060
PRIORITY = 80
HALF_A_BLOCK_S = 64 / 48000  # of the tests' JACK server: a processor that stalls so long can cost a block

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
        print(next_s, now, file=sys.stderr, flush=True)
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


@dataclass(frozen=True)
class Stall:
    """A processor that did not run what was due, in CLOCK_MONOTONIC seconds."""

    processor: str
    due_s: float
    woke_s: float

    @property
    def lasted_s(self) -> float:
        """How long it stood still."""
        return self.woke_s - self.due_s


class Sentinel:
    """Watches while it is entered; `freezes()` and `stalls()` then and afterwards."""

    def __enter__(self) -> "Sentinel":
        self._processors = [str(one) for one in os.sched_getaffinity(0)] if hasattr(os, "sched_getaffinity") else [""]
        self._files = [tempfile.TemporaryFile() for _ in self._processors]  # noqa: SIM115 (read after the end)
        self._processes = [subprocess.Popen([sys.executable, "-c", WATCH, str(os.getpid()), processor],
                                            stdout=subprocess.PIPE, stderr=file)
                           for processor, file in zip(self._processors, self._files, strict=True)]
        for process in self._processes:
            assert process.stdout is not None
            process.stdout.readline()
        self._began_s, self._ended_s = time.monotonic(), float("inf")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._ended_s = time.monotonic()
        for process in self._processes:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            process.communicate()

    def stalls(self, late_s: float = LATE_S) -> list[Stall]:
        """The wakes so far that came more than `late_s` late, NOTED_S at least, by time."""
        found = []
        for processor, file in zip(self._processors, self._files, strict=True):
            lines = os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0).decode().splitlines()
            pairs = [line.split() for line in lines if len(line.split()) == 2]
            found += [Stall(processor, float(due_s), float(woke_s)) for due_s, woke_s in pairs]
        return sorted((one for one in found if one.lasted_s > late_s), key=lambda one: one.due_s)

    def freezes(self, late_s: float = LATE_S) -> Freezes:
        """The same with a margin before and after each."""
        windows = tuple((one.due_s - BEFORE_S, one.woke_s + AFTER_S) for one in self.stalls(late_s))
        return Freezes(windows, min(time.monotonic(), self._ended_s) - self._began_s)

    def inconclusive(self, since_s: float, seen: str) -> NoReturn:
        """Skip the test because of the stalls since then; without one, fail it. seen: what is excused by them."""
        stalls = [one for one in self.stalls(HALF_A_BLOCK_S) if one.woke_s >= since_s]
        if not stalls:
            pytest.fail(f"{seen}, though no processor stalled for half a block: the fault is Tao's own.")
        worst = max(stalls, key=lambda one: one.lasted_s)
        pytest.skip(f"Inconclusive: {seen}. Stalls of this machine meanwhile: {len(stalls)}; the longest was "
                    f"{1000 * worst.lasted_s:.1f} ms on processor {worst.processor or '?'}, "
                    f"{worst.due_s - since_s:.2f} s into the test.")
