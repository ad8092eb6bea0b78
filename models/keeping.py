"""Keeping what was solved live: every kit becomes a folder of its own, beside its take."""

import contextlib
import hashlib
from dataclasses import replace
from pathlib import Path

from engine.bridge.messages import DecomposeFile, DecomposeJob
from engine.core.names import readable
from engine.library.decomposition import Source
from engine.library.files import free_path, safe_name
from engine.library.kit_folder import write_new_folder
from models.batch.made import sha256_in
from models.decompose import Decomposition, Tools
from models.storing import source_of, stored

LONGEST_NAME = 60  # characters of the loop's name in the folder's


def keep_kit(job: DecomposeJob | DecomposeFile, done: Decomposition, tools: Tools) -> Path | None:
    """Write a solved kit into the job's folder of kits, under a free name; the folder written.

    None when the job names no such folder, or the same file's kit is there already. Raises UnwritableFolder.
    """
    if not job.kits:
        return None
    name = Path(job.path).stem if isinstance(job, DecomposeFile) else job.name
    place = Path(job.kits) / (safe_name(name)[:LONGEST_NAME].strip() or "kit")
    source = _source(job, done)
    if isinstance(job, DecomposeFile) and sha256_in(place) == source.sha256:
        return None
    named = replace(done, kit=replace(done.kit, name=readable(name)))
    return write_new_folder(free_path(place.parent, place.name), stored(named, source, tools))


def _source(job: DecomposeJob | DecomposeFile, done: Decomposition) -> Source:
    """The file that was decomposed: the one opened, or the take of this name; else the audio itself."""
    file = Path(job.path if isinstance(job, DecomposeFile) else f"{job.kits}/{job.name}.wav")
    if file.parent == Path(job.kits) or isinstance(job, DecomposeFile):  # a name may hold anything
        with contextlib.suppress(OSError, ValueError):
            return source_of(file)
    return Source(readable(file.name), hashlib.sha256(done.audio.tobytes()).hexdigest())
