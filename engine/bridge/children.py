"""What the processes that Tao starts have in common: they get out of the way of an engine that plays.

One thread, so that each takes one core, and low priority; limits, so that what they read costs them and nothing else.
"""

import contextlib
import os
import resource
import signal
import subprocess
from typing import BinaryIO

NICE = 10
THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS",
                         "VECLIB_MAXIMUM_THREADS"), "1")


def environment() -> dict[str, str]:
    """The environment to start one with."""
    return {**os.environ, **THREADS}


def step_back(memory_bytes: int | None = None) -> BinaryIO:
    """In such a process: lower its priority, limit its memory if asked, and return the stream that was stdout. What
    libraries print goes to stderr."""
    limits = () if memory_bytes is None else ((resource.RLIMIT_AS, memory_bytes), (resource.RLIMIT_CORE, 0))
    for what, most in limits:
        with contextlib.suppress(OSError, ValueError):  # not every system has every limit
            resource.setrlimit(what, (most, most))
    os.nice(NICE)
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return sink


def kill_group(process: "subprocess.Popen[bytes]") -> None:
    """End a process that leads a group, with all that it has started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):  # all of them have ended
        os.killpg(process.pid, signal.SIGKILL)
