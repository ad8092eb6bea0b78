"""Keeping what was solved live: every kit becomes a folder of its own, beside its take."""

import contextlib
import hashlib
from dataclasses import replace
from pathlib import Path

from engine.bridge.messages import DecomposeFile, DecomposeJob
from engine.core.names import readable
from engine.library.files import folder_name, free_path
from engine.library.kits.decomposition import Source
from engine.library.kits.kit_folder import write_new_folder
from models.batch.made import sha256_in
from models.decompose import Decomposition, Tools
from models.storing import source_of, stored


def keep_kit(job: DecomposeJob | DecomposeFile, done: Decomposition, tools: Tools) -> tuple[Path | None, bool]:
    """Write a solved kit into the job's folder of kits, under a free name, which becomes the kit's.

    Returns its folder, and whether it is new: the same file's kit may be there already, perhaps with edits; one that is
    read in another way is another kit. None when the job names no folder of kits. Raises UnwritableFolder.
    """
    if not job.kits:
        return None, False
    name = Path(job.path).stem if isinstance(job, DecomposeFile) else job.name
    place = Path(job.kits) / folder_name(name, "kit")
    source = _source(job, done)
    if isinstance(job, DecomposeFile) and not job.readings and sha256_in(place) == source.sha256:
        return place, False
    place = free_path(place.parent, place.name)
    named = replace(done, kit=replace(done.kit, name=readable(place.name)))
    return write_new_folder(place, stored(named, source, tools)), True


def _source(job: DecomposeJob | DecomposeFile, done: Decomposition) -> Source:
    """The file that was decomposed: the one opened, or the take of this name; else the audio itself."""
    file = Path(job.path if isinstance(job, DecomposeFile) else f"{job.kits}/{job.name}.wav")
    if file.parent == Path(job.kits) or isinstance(job, DecomposeFile):  # a name may hold anything
        with contextlib.suppress(OSError, ValueError):
            return source_of(file)
    return Source(readable(file.name), hashlib.sha256(done.audio.tobytes()).hexdigest())
