"""Programs that nobody here wrote, run beside Tao, and patience with them."""

import contextlib
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

PATIENCE_S = 30.0


@contextlib.contextmanager
def running(*argv: str, output: Path | None = None) -> Iterator[None]:
    """A program, its output line by line in a file."""
    with (output or Path("/dev/null")).open("w") as file:
        process = subprocess.Popen(["stdbuf", "-oL", *argv], stdin=subprocess.DEVNULL, stdout=file,
                                   stderr=subprocess.STDOUT)
        try:
            yield
        finally:
            process.kill()
            process.wait()


def until(true: Callable[[], object]) -> bool:
    """Whether it becomes true in time."""
    ends_s = time.monotonic() + PATIENCE_S
    while not true() and time.monotonic() < ends_s:
        time.sleep(0.02)
    return bool(true())
