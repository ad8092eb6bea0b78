"""What lies in the library's folders: kits, audio files and MIDI files, each with a signature that differs once it has
been changed. Nothing is opened here."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from engine.library.audio_files import AUDIO_SUFFIXES

MIDI_SUFFIXES = (".mid", ".midi")
LICENCE_NAMES = frozenset({"license", "licence", "copying"})
DEEPEST = 16
SETS = "sets"  # what is in them is looked at last: mostly second names of what is elsewhere
_AUDIO_OF_SESSIONS = "samples"  # beside a journal; they have no names of their own


class UnitKind(Enum):
    """What is read at once."""

    KIT = "kit"
    AUDIO = "audio"
    MIDI = "midi"


@dataclass(frozen=True, slots=True)
class Unit:
    """A kit's folder, or a file. signature: of everything that is read for it; licence_file: the nearest one above."""

    kind: UnitKind
    path: Path
    signature: str
    licence_file: Path | None = None


def units(folders: Iterable[Path]) -> Iterator[Unit]:
    """Every unit in these folders and below, each once. Folders that are missing or closed hold none; hidden ones and
    links to folders are not entered. A set's second name of a file outside it, or in another set, is no unit."""
    entered: set[tuple[int, int]] = set()
    seen: set[tuple[int, int]] = set()
    for folder in folders:
        for unit in _below(folder, None, 0, entered):
            file = unit.path / "kit.json" if unit.kind is UnitKind.KIT else unit.path
            if not _was_seen(file, seen):
                yield unit


def _was_seen(file: Path, seen: set[tuple[int, int]]) -> bool:
    """Whether a file with several names was found under another one; now it is."""
    try:
        status = file.stat()
    except OSError:
        return False
    if status.st_nlink == 1:
        return False
    was = (status.st_dev, status.st_ino) in seen
    seen.add((status.st_dev, status.st_ino))
    return was


def _below(folder: Path, licence: Path | None, depth: int, entered: set[tuple[int, int]]) -> Iterator[Unit]:
    try:
        status = folder.stat()
        if (status.st_dev, status.st_ino) in entered or depth > DEEPEST:
            return
        entered.add((status.st_dev, status.st_ino))
        with os.scandir(folder) as found:
            entries = sorted((entry for entry in found), key=lambda entry: (entry.name == SETS, entry.name))
    except OSError:
        return
    names = {entry.name for entry in entries}
    if "kit.json" in names:
        yield from _kit(folder)
        return
    licence = next((Path(entry.path) for entry in entries if entry.name.partition(".")[0].lower() in LICENCE_NAMES),
                   licence)
    for entry in entries:
        if entry.name.startswith(".") or (entry.name == _AUDIO_OF_SESSIONS and "log" in names):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _below(Path(entry.path), licence, depth + 1, entered)
        else:
            yield from _file(entry, names, licence)


def _file(entry: os.DirEntry[str], names: set[str], licence: Path | None) -> Iterator[Unit]:
    """The unit that a file is, if it is one. A take that is being recorded is none yet."""
    suffix = os.path.splitext(entry.name)[1].lower()  # noqa: PTH122  thousands of them: no Path for what is no unit
    kind = UnitKind.AUDIO if suffix in AUDIO_SUFFIXES else UnitKind.MIDI if suffix in MIDI_SUFFIXES else None
    if kind is None or f".{entry.name}.recording" in names:
        return
    path = Path(entry.path)
    beside = (path.with_suffix(".json"), *([licence] if licence else ())) if kind is UnitKind.AUDIO else ()
    signature = _signature([path, *(file for file in beside if file == licence or file.name in names)])
    if signature is not None:
        yield Unit(kind, path, signature, licence)


def _kit(folder: Path) -> Iterator[Unit]:
    """The kit in a folder; its signature is of kit.json and of every one-shot."""
    files = [folder / "kit.json"]
    try:
        with os.scandir(folder / "oneshots") as found:
            files += sorted(Path(entry.path) for entry in found)
    except OSError:
        pass  # its one-shots may be elsewhere in the folder
    signature = _signature(files)
    if signature is not None:
        yield Unit(UnitKind.KIT, folder, signature)


def _signature(files: list[Path]) -> str | None:
    """Names, times and sizes of the files; None when one of them is gone or is no file."""
    parts = []
    for file in files:
        try:
            status = file.stat()
        except OSError:
            return None
        parts.append(f"{os.fsencode(file.name).hex()}:{status.st_mtime_ns}:{status.st_size}")
    return " ".join(parts)
