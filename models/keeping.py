"""Keeping what was solved live: every kit becomes a folder of its own, beside its take."""

import contextlib
import hashlib
from dataclasses import replace
from pathlib import Path

from engine.bridge.messages import DecomposeFile, DecomposeJob
from engine.core.methods import Methods
from engine.core.names import readable
from engine.library.files import folder_name, free_path
from engine.library.kits.decomposition import Source
from engine.library.kits.kit_folder import write_new_folder
from models.batch.made import made_in
from models.decompose import Decomposition
from models.storing import source_of, stored


def keep_kit(job: DecomposeJob | DecomposeFile, done: Decomposition, by: Methods) -> tuple[Path | None, bool]:
    """Write a solved kit into the job's folder of kits, under a free name, which becomes the kit's. by: the plugins.

    Returns its folder, and whether it is new: the same file's kit by the same plugins may be there already, perhaps
    with edits; one that is read in another way is another kit. None when the job names no folder of kits. Raises
    UnwritableFolder.
    """
    if not job.kits:
        return None, False
    name = Path(job.path).stem if isinstance(job, DecomposeFile) else job.name
    place = Path(job.kits) / folder_name(name, "kit")
    source = _source(job, done)
    if isinstance(job, DecomposeFile) and not job.readings and _is_there(place, source, by):
        return place, False
    place = free_path(place.parent, place.name)
    named = replace(done, kit=replace(done.kit, name=readable(place.name)))
    return write_new_folder(place, stored(named, source, by)), True


def _is_there(place: Path, source: Source, by: Methods) -> bool:
    made = made_in(place)
    return (made is not None and made.sha256 == source.sha256
            and all(made.made_by.get(kind) == name for kind, name in by.items()))


def _source(job: DecomposeJob | DecomposeFile, done: Decomposition) -> Source:
    """The file that was decomposed: the one opened, or the take of this name; else the audio itself."""
    file = Path(job.path if isinstance(job, DecomposeFile) else f"{job.kits}/{job.name}.wav")
    if file.parent == Path(job.kits) or isinstance(job, DecomposeFile):  # a name may hold anything
        with contextlib.suppress(OSError, ValueError):
            return source_of(file)
    return Source(readable(file.name), hashlib.sha256(done.audio.tobytes()).hexdigest())
