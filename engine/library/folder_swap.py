"""Writing whole folders safely: a reader finds the old folder or the new one, never a mixture, and files that are not
part of what is replaced stay.

The new folder is written beside its place, made durable and swapped in, on Linux and macOS in one step of the system.
"""

import contextlib
import ctypes
import errno
import fcntl
import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.library.files import TAKEN, free_path, sync_folder

PART, ASIDE = ".part", ".old"
_NO_SWAP = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM)

Write = Callable[[Path], None]  # writes a folder's content into the folder it is given
Members = Callable[[Path], Collection[str]]  # the relative paths that belong to the content of a folder


def add_folder(folder: Path, write: Write) -> Path:
    """Write a folder where nothing is yet, or an empty folder; its path, which gets -2, -3 ... if something has come
    there meanwhile. Raises OSError, and then leaves nothing behind."""
    place = folder = folder.resolve()
    with beside(folder) as part:
        write(part)
        sync_tree(part)
        while True:
            try:
                part.rename(place)
                break
            except OSError as error:
                if error.errno not in TAKEN:
                    raise
                place = free_path(folder.parent, folder.name)
        sync_folder(place.parent)
    return place


def replace_folder(folder: Path, write: Write, members: Members) -> None:
    """Write a folder in the place of another, or where there is none.

    `members` names what belongs to the old content and goes. All other files stay where they are, or get a free name
    where the new content needs theirs. Raises OSError, and then leaves the old folder as it was.
    """
    folder = folder.resolve()
    if os.path.ismount(folder):
        raise OSError(errno.EBUSY, "it is where a disk is mounted; name a folder in it", str(folder))
    restore_aside(folder)
    _clear(folder, ASIDE)
    if not os.path.lexists(folder):
        add_folder(folder, write)
        return
    with _locked(folder), beside(folder) as part:
        write(part)
        part.chmod(folder.stat().st_mode & 0o7777)
        kept = _keep(folder, part, members(folder))
        sync_tree(part)
        old = _swap(part, folder)
        sync_folder(folder.parent)
        with contextlib.suppress(OSError):  # the new folder is in place; what is left of the old one does no harm
            _move_over(old, folder, kept, members(old))
            _remove(old, members(old))


def restore_aside(folder: Path) -> None:
    """Put back a folder that was about to be replaced when the writer was killed. Only needed where the system cannot
    swap two folders in one step."""
    if not os.path.lexists(folder):
        for old in _leftovers(folder, ASIDE):
            old.rename(folder)
            return


def clear_parts(folder: Path) -> None:
    """Remove what a writer of this folder left beside it when it was killed; what one is still writing stays."""
    _clear(folder.resolve(), PART)


@contextmanager
def beside(folder: Path) -> Iterator[Path]:
    """A new, locked folder beside `folder`; its name begins with the `part_prefix` and this process's id. It is removed
    if the block fails. Those that killed processes left are removed first."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    _clear(folder, PART)
    number = 0
    while True:
        part = folder.parent / f"{part_prefix(folder)}{os.getpid()}-{number}{PART}"
        try:
            part.mkdir()
            break
        except FileExistsError:
            number += 1
    with _locked(part):
        try:
            yield part
        except BaseException:  # Ctrl-C too: nothing half-written may stay
            shutil.rmtree(part, ignore_errors=True)
            raise


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, so that no other writer takes it for abandoned. Raises OSError when another has it."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OSError(errno.EBUSY, "another program is writing it", str(folder)) from None
        except OSError:  # a file system without locks
            pass
        yield
    finally:
        os.close(handle)


def _keep(old: Path, new: Path, members: Collection[str]) -> dict[str, Path]:
    """Let `new` have every file of `old` that is not one of the members; where each has gone, relative to `new`."""
    kept: dict[str, Path] = {}
    for relative in _others(old, members):
        target = new / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        if os.path.lexists(target):
            target = free_path(target.parent, target.stem, target.suffix)
        source = old / relative
        if source.is_dir() and not source.is_symlink():
            target.mkdir()
        elif not _linked(source, target):
            continue  # moved once the folders are swapped
        kept[relative] = target.relative_to(new)
    return kept


def _linked(source: Path, target: Path) -> bool:
    """Give a file a second name, or copy it where the file system has no links. False for what cannot be copied."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        if not source.is_file():
            return False
        shutil.copy2(source, target, follow_symlinks=False)
    return True


def _move_over(old: Path, new: Path, kept: dict[str, Path], members: Collection[str]) -> None:
    """Move what `new` does not have yet: files that came into `old` in the last moment, or could not be linked."""
    for relative in _others(old, members):
        source, target = old / relative, new / kept.get(relative, Path(relative))
        if source.is_dir() and not source.is_symlink():
            continue
        if relative in kept and os.path.lexists(target) and os.path.samestat(source.lstat(), target.lstat()):
            source.unlink()
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        if relative not in kept and os.path.lexists(target):
            target = free_path(target.parent, target.stem, target.suffix)
        source.replace(target)


def _others(folder: Path, members: Collection[str], below: str = "") -> Iterator[str]:
    """Relative paths of all that is not a member: files, links, and folders with nothing in them."""
    for entry in sorted(os.scandir(folder / below), key=lambda entry: entry.name):
        relative = f"{below}{entry.name}"
        if relative in members:
            continue
        if not entry.is_dir(follow_symlinks=False):
            yield relative
        elif any(member.startswith(f"{relative}/") for member in members) or [*Path(entry.path).iterdir()]:
            yield from _others(folder, members, f"{relative}/")
        else:
            yield relative


def _remove(old: Path, members: Collection[str]) -> None:
    """Remove the members and the folders that are empty without them; what else is there stays."""
    for relative in members:
        (old / relative).unlink(missing_ok=True)
    for path, _, _ in os.walk(old, topdown=False):
        with contextlib.suppress(OSError):
            Path(path).rmdir()


def _swap(new: Path, folder: Path) -> Path:
    """Let the two change places; where the old folder is now."""
    try:
        _exchange(new, folder)
        return new
    except OSError as error:
        if error.errno not in _NO_SWAP:
            raise
    aside = new.with_suffix(ASIDE)
    folder.rename(aside)
    try:
        new.rename(folder)
    except BaseException:  # Ctrl-C too: the old folder must come back
        aside.rename(folder)
        raise
    return aside


def _exchange(one: Path, other: Path) -> None:
    """Exchange two paths in one step. Raises OSError, ENOSYS where the system cannot."""
    library = ctypes.CDLL(None, use_errno=True)
    names = os.fsencode(one), os.fsencode(other)
    try:
        if sys.platform == "darwin":
            failed = library.renamex_np(*names, 2)  # RENAME_SWAP
        else:
            failed = library.renameat2(-100, names[0], -100, names[1], 2)  # AT_FDCWD, RENAME_EXCHANGE
    except AttributeError:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS)) from None
    if failed:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(other))


def sync_tree(folder: Path) -> None:
    """Make every file and folder below durable."""
    for path, _, names in os.walk(folder):
        for name in names:
            file = Path(path, name)
            if file.is_file() and not file.is_symlink():
                with contextlib.suppress(PermissionError):  # kept from before, and not ours to open
                    _sync_file(file)
        sync_folder(Path(path))


def _sync_file(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def part_prefix(folder: Path) -> str:
    """What the names of folders beside this one begin with; short, however long its own name is."""
    return f".tao-{hashlib.sha256(os.fsencode(folder.name)).hexdigest()[:12]}-"


def _leftovers(folder: Path, suffix: str) -> list[Path]:
    """Folders beside this one that a writer left behind when it was killed."""
    found = [Path(entry.path) for entry in os.scandir(folder.parent) if entry.name.startswith(part_prefix(folder))
             and entry.name.endswith(suffix)] if folder.parent.is_dir() else []
    return [path for path in found if _is_abandoned(path)]


def _is_abandoned(path: Path) -> bool:
    try:
        with _locked(path):
            return True
    except OSError:
        return False


def _clear(folder: Path, suffix: str) -> None:
    """Remove what killed writers left behind beside the folder."""
    for path in _leftovers(folder, suffix):
        shutil.rmtree(path, ignore_errors=True)
