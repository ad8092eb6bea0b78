"""Writing files safely: a file is old or new, never half of each, and no file is overwritten unasked."""

import contextlib
import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LONGEST_FOLDER_NAME = 60  # characters, of which each may take four bytes
TAKEN = (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR)  # something has come to the place meanwhile


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path beside `path` to write to; after the block that file is made durable and takes the place of `path`.

    If the block fails, the new file is removed and `path` stays as it was. Raises OSError when the disk fails.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        yield part
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        part.replace(path)
    except BaseException:  # Ctrl-C too: nothing half-written may stay
        with contextlib.suppress(OSError):
            part.unlink()
        raise
    sync_folder(path.parent)


@contextmanager
def adding(path: Path) -> Iterator[Path]:
    """Like `replacing`, for a file that must not exist yet. Raises FileExistsError when it does, also after the
    block."""
    if os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    part = free_path(path.parent, f".{path.name[:200]}", ".part")
    try:
        with part.open("xb"):
            pass
        yield part
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        _add(part, path)
    finally:
        with contextlib.suppress(OSError):
            part.unlink()
    sync_folder(path.parent)


def _add(part: Path, path: Path) -> None:
    try:
        os.link(part, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
        part.rename(path)


def replace_file(path: Path, data: bytes) -> None:
    """Make `data` the content of `path`, as a whole or not at all; folders are created. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as part:
        part.write_bytes(data)


def free_path(folder: Path, name: str, suffix: str = "") -> Path:
    """A path in `folder` for NAME and suffix that nothing has yet: -2, -3 ... is added to a name that is taken."""
    path, number = folder / f"{name}{suffix}", 1
    while os.path.lexists(path):
        number += 1
        path = folder / f"{name}-{number}{suffix}"
    return path


def safe_name(name: str) -> str:
    """`name` with every character that a file system might refuse replaced by an underscore."""
    return "".join(letter if letter.isalnum() or letter in "-_ " else "_" for letter in name)


def folder_name(name: str, otherwise: str) -> str:
    """A folder's name for something called `name`: a dot inside it may stay. `otherwise`, where nothing is left."""
    kept = "".join(letter if letter == "." else safe_name(letter) for letter in name)
    return kept.lstrip(". ")[:LONGEST_FOLDER_NAME].rstrip(". ") or otherwise


def sync_folder(folder: Path) -> None:
    """Make the folder's new entries durable, where the system lets folders be opened."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def move_in(made: Path, folder: Path) -> Path:
    """Move a file or folder into `folder`, on the same disk: its new path, with -2, -3 ... if its name is taken.
    Raises OSError."""
    suffix = "" if made.is_dir() else made.suffix
    while True:
        path = free_path(folder, made.name.removesuffix(suffix), suffix)
        try:
            if made.is_dir():
                made.rename(path)
            else:
                _add(made, path)
                made.unlink(missing_ok=True)
            return path
        except OSError as error:
            if error.errno not in TAKEN:
                raise
