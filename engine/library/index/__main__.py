"""Bring the library up to date in the background, while the music plays: at the lowest priority, and one at a time.

    python -m engine.library.index INDEX NAMED_FOLDERS OWN_FOLDER...
"""

import contextlib
import fcntl
import os
import sys
from pathlib import Path

from engine.core.errors import TaoError
from engine.library.index.building import update
from engine.library.index.database import Index
from engine.library.index.places import Places

NICEST = 19


def main(arguments: list[str]) -> int:
    """Update once, unless another process is at it."""
    index, named, *own = map(Path, arguments)
    places = Places(index, named, tuple(own))
    _give_way()
    index.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with index.with_suffix(".updating").open("ab") as turn:
        try:
            fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return 0
        folders = places.folders()
        Index(index).ask(lambda connection: update(connection, folders))
    return 0


def _give_way() -> None:
    """Use the processor only when nobody else wants it."""
    with contextlib.suppress(OSError):
        os.nice(NICEST)
    if hasattr(os, "SCHED_IDLE"):
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (TaoError, OSError) as problem:
        sys.exit(f"tao: {problem}")
