"""Which files are meant: files, folders with all that is in them, and lists."""

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.core.errors import TaoError, UsageError
from engine.core.names import readable
from engine.library.audio_files import AUDIO_SUFFIXES


@dataclass(frozen=True, slots=True)
class Input:
    """A file, and the place of its kit below the output folder."""

    path: Path
    place: Path


@dataclass(slots=True)
class Inputs:
    """files: each once; passed_over: how many files in folders are not audio by their names, or belong to kits;
    unreadable: what is wrong with folders that cannot be read, by folder."""

    files: list[Input] = field(default_factory=list)
    passed_over: int = 0
    unreadable: dict[Path, str] = field(default_factory=dict)


def inputs_of(named: Sequence[Path], listed: Sequence[Path], out: Path) -> Inputs:
    """The files that the user means.

    named: a file's kit is called after it, files in a folder keep their places below it. listed: every file keeps the
    path that the list gives it. So a place never depends on what else is named, and a later call finds it again.
    Nothing below `out` and no part of a kit is an input. Raises TaoError when nothing is left.
    """
    inputs, seen = Inputs(), set[Path]()
    folder_of = [*((path, Path()) for path in named), *((path, _above(path)) for path in listed)]
    for path, above in folder_of:
        for one in _files(path, above, out, inputs):
            if (whole := _whole(one.path)) not in seen:
                seen.add(whole)
                inputs.files.append(one)
    if not inputs.files and not inputs.unreadable:
        what = ", ".join(repr(str(path)) for path in (*named, *listed)) or "the list"
        raise TaoError(f"There is no audio file in {readable(what, 300)}: no WAV, FLAC, AIFF, OGG or MP3. Name "
                       "files, or folders that hold some.")
    return inputs


def listed_in(source: str) -> list[Path]:
    """The paths in a file, or on stdin for "-": one a line, or with a NUL after each, as `find -print0` writes them.
    Raises UsageError when it cannot be read."""
    try:
        data = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except OSError as error:
        raise UsageError(f"The list {source!r} cannot be read: {error.strerror}. Name a text file with a path on each "
                         "line.") from None
    parts = data.split(b"\0") if b"\0" in data else [line.removesuffix(b"\r") for line in data.split(b"\n")]
    return [Path(os.fsdecode(part)) for part in parts if part.strip()]


def _above(path: Path) -> Path:
    """The folders that a list names around a path, or for a folder that path itself, without the root, "." and ".."."""
    around = path if path.is_dir() else path.parent
    return Path(*(part for part in around.parts if part not in (path.anchor, "..")))


def _files(path: Path, above: Path, out: Path, inputs: Inputs) -> Iterator[Input]:
    """A file; or the audio files in a folder, in the order of their names, without hidden ones and kits."""
    if path.is_dir():
        yield from _files_in(path, above, out, inputs)
    else:
        yield Input(path, above / _stem(path))


def _files_in(folder: Path, above: Path, out: Path, inputs: Inputs) -> Iterator[Input]:
    for path, folders, names in os.walk(folder, onerror=lambda error: _note(inputs, error)):
        here = Path(path)
        if "kit.json" in names:
            inputs.passed_over += len(names)
            folders.clear()
            continue
        folders[:] = sorted(name for name in folders if not name.startswith(".") and not _same(here / name, out))
        for name in sorted(names):
            file = here / name
            if name.startswith(".") or file.suffix.lower() not in AUDIO_SUFFIXES:
                inputs.passed_over += not name.startswith(".")
            else:
                yield Input(file, above / here.relative_to(folder) / _stem(file))


def _stem(path: Path) -> str:
    """The name without its ending; "...wav" keeps it, for "..", which is left, is a folder's name."""
    return path.stem if path.stem.strip(".") else path.name


def _note(inputs: Inputs, error: OSError) -> None:
    inputs.unreadable[Path(error.filename)] = f"The folder cannot be read: {error.strerror}. Change its permissions."


def _same(one: Path, other: Path) -> bool:
    return _whole(one) == _whole(other)


def _whole(path: Path) -> Path:
    return Path(os.path.realpath(path))
