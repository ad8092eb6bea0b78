"""A decomposition in the formats of others: exporters are plugins, found by name, Tao's own included.

An exporter is a callable without arguments whose result has `name` and `export`; third parties add one as an
entry point in the group `tao.exporters`.
"""

from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Protocol

from engine.core.errors import TaoError, UsageError
from engine.core.kit import OneShot, SampleId
from engine.library.decomposition import StoredDecomposition

EXPORTERS = "tao.exporters"


class NotExported(TaoError):
    """A format whose files could not be written."""


class Exporter(Protocol):
    """Writes one format."""

    name: str

    def export(self, stored: StoredDecomposition, folder: Path) -> list[Path]:
        """Write into `folder`, which is there; the files or folders made. No file is replaced. Raises OSError, and
        TaoError for what the format cannot say."""


def installed() -> dict[str, EntryPoint]:
    """Every exporter by name."""
    return {point.name: point for point in entry_points(group=EXPORTERS)}


def exporter(name: str) -> Exporter:
    """The exporter called `name`. Raises UsageError, naming those that there are."""
    points = installed()
    if name not in points:
        raise UsageError(f"No export format is called {name!r}; there are {', '.join(sorted(points)) or 'none'}.")
    made: Exporter = points[name].load()()
    return made


def export(stored: StoredDecomposition, name: str, folder: Path) -> list[Path]:
    """Write one format into `folder`, which is made. Raises NotExported, and UsageError for an unknown format."""
    writer = exporter(name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return writer.export(stored, folder)
    except OSError as error:
        raise NotExported(f"{name}: {error.filename or folder} could not be written ({error.strerror or error}). Name "
                          "a folder you may write to, on a disk with room.") from None


def recording_names(track: str, shot: OneShot) -> dict[SampleId, str]:
    """A WAV name for each recording of a track's one-shot, its first one under the track's own."""
    names: dict[SampleId, str] = {}
    for sample in shot.samples:
        number = f".{len(names)}" if names else ""
        names.setdefault(sample, f"{file_name(track)}{number}.wav")
    return names


def file_name(name: str) -> str:
    """`name` with nothing in it that a file system minds."""
    return "".join(letter if letter.isalnum() or letter in "-_ " else "_" for letter in name).strip() or "kit"


def free_place(folder: Path, name: str, suffix: str = "") -> Path:
    """A path in `folder` that nothing has yet: -2, -3 ... is added to a name that is taken."""
    path, number = folder / f"{name}{suffix}", 1
    while path.exists():
        number += 1
        path = folder / f"{name}-{number}{suffix}"
    return path
