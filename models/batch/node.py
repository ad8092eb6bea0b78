"""What runs on a node of a Ray cluster: a file comes as bytes, its kit goes back as bytes; nodes share no disk."""

import os
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from engine.core.errors import TaoError
from engine.core.names import MAX_NOTICE, readable
from models.batch.jobs import Job
from models.batch.pool import Pool
from models.batch.settings import Settings

Files = dict[str, bytes]  # by relative path


def decomposed(files: Files, name: str, settings: Mapping[str, Any]) -> tuple[str, Files]:
    """The kit of the file `name` among `files`, and words about it; no kit, and why, if there is none.

    A process of its own does the work, so that a file that kills it, or with which it makes no progress, costs itself
    alone, as on one computer.
    """
    with tempfile.TemporaryDirectory(prefix="tao-") as folder:
        for one, data in files.items():
            Path(folder, one).write_bytes(data)
        kit = Path(folder, "kit of tao")
        job = Job(0, os.fsencode(Path(folder, name)), os.fsencode(kit))
        try:
            (outcome,) = _pool(Settings(**settings)).outcomes([job])
        except TaoError as error:
            return readable(str(error), MAX_NOTICE), {}
        if outcome.folder is None:
            return outcome.words, {}
        return outcome.words, {str(path.relative_to(kit)): path.read_bytes() for path in kit.rglob("*")
                               if path.is_file()}


@lru_cache(maxsize=1)
def _pool(settings: Settings) -> Pool:
    """One process, kept for the next file: it takes seconds to start. It ends when Ray ends the process it belongs
    to."""
    return Pool(settings, 1)
