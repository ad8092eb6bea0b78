"""Exporters, found by name: plugins that write a decomposition in the format of another program, Tao's own included.

An exporter is a callable without arguments that returns an object with `name` and `export`. Third parties add one as
an entry point in the group `tao.exporters`.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Protocol, runtime_checkable

from engine.core.errors import TaoError, UsageError
from engine.core.kit import OneShot, SampleId
from engine.core.names import readable
from engine.library.export_settings import AS_RECORDED, ExportSettings
from engine.library.files import move_in, safe_name, sync_folder
from engine.library.folder_swap import beside, part_prefix, sync_tree
from engine.library.kits.decomposition import StoredDecomposition
from engine.library.losses import features_lost

EXPORTERS = "tao.exporters"
STAGED = "export"  # names the folders in which exports are written before they are whole


class NotExported(TaoError):
    """Files of an export format that could not be written."""


class Exporter(Protocol):
    """Writes one format."""

    name: str

    def export(self, stored: StoredDecomposition, folder: Path) -> list[Path]:
        """Write into `folder`, which is empty, and return the files or folders made; they are moved to where the user
        wants them. Raises OSError, and TaoError when the format cannot express this decomposition."""


@runtime_checkable
class TakesSettings(Protocol):
    """An exporter that the user's choices of bits, rate, channels and timing concern. Optional."""

    def with_settings(self, settings: ExportSettings) -> Exporter:
        """The same exporter with these choices."""


def installed() -> dict[str, EntryPoint]:
    """Every exporter by name."""
    return {point.name: point for point in entry_points(group=EXPORTERS)}


def exporter(name: str, settings: ExportSettings = AS_RECORDED) -> Exporter:
    """The exporter called `name`. Raises UsageError, listing those that are installed."""
    points = installed()
    if name not in points:
        raise UsageError(f"No export format is called {name!r}; there are {', '.join(sorted(points)) or 'none'}.")
    made: Exporter = points[name].load()()
    return made.with_settings(settings) if isinstance(made, TakesSettings) else made


def export(stored: StoredDecomposition, name: str, folder: Path,
           settings: ExportSettings = AS_RECORDED) -> list[Path]:
    """Write one format into `folder`, which is created; what it made there. It is written beside its place and moved in
    once it is whole, with -2, -3 ... where a name is taken: so nothing is replaced, and nothing half-written stays.
    Raises NotExported, and UsageError for an unknown format."""
    with _answering(name, folder):
        writer = exporter(name, settings)
        if getattr(writer, "needs_sounds", False) and not stored.kit.one_shots:
            raise NotExported(f"{name}: {stored.kit.name} has no sounds yet. Decompose its loop first.")
        with beside(folder / STAGED) as staging:
            writer.export(stored, staging)
            made = sorted(staging.iterdir())
            if not made:
                raise NotExported(f"{name}: the exporter wrote no file. Choose another format.")
            sync_tree(staging)
            placed = [move_in(path, folder) for path in made]
            staging.rmdir()
        sync_folder(folder)
        return placed


def remove_staging(folder: Path, pid: int) -> None:
    """Remove what a process that was killed has left half-written in `folder`."""
    for path in folder.glob(f"{part_prefix(folder / STAGED)}{pid}-*"):
        shutil.rmtree(path, ignore_errors=True)


def remark(stored: StoredDecomposition, name: str) -> str | None:
    """What to tell the user about an export in this format, in one line: what the format cannot hold, and whether it
    is experimental. None if all is well. Raises NotExported."""
    with _answering(name, Path()):
        writer = exporter(name)
        lost = features_lost(stored, getattr(writer, "cannot_hold", ()))
        parts = [f"{name} is experimental: no other program has been seen to open it"] \
            if getattr(writer, "experimental", False) else []
        parts += [f"{name} cannot hold {lost}"] if lost else []
        return "; ".join(parts) + "." if parts else None


@contextmanager
def _answering(name: str, folder: Path) -> Iterator[None]:
    """Turn whatever an exporter raises into one sentence that names it."""
    try:
        yield
    except (TaoError, MemoryError):
        raise
    except OSError as error:
        raise NotExported(f"{name}: {error.filename or folder} could not be written ({error.strerror or error}). Name "
                          "a folder you may write to, on a disk with room.") from None
    except (Exception, SystemExit) as error:
        reason = readable(f"{type(error).__name__}: {error}", 200)
        raise NotExported(f"{name}: the exporter failed ({reason}). The other formats are not concerned.") from error


def recording_names(track: str, shot: OneShot) -> dict[SampleId, str]:
    """A WAV name for each recording of a track's one-shot; the first is named after the track."""
    names: dict[SampleId, str] = {}
    for sample in shot.samples:
        number = f".{len(names)}" if names else ""
        names.setdefault(sample, f"{file_name(track)}{number}.wav")
    return names


def file_name(name: str) -> str:
    """A file name for `name` that every file system accepts."""
    return safe_name(name).strip() or "kit"
