"""Archives of strangers, read into memory and never unpacked to disk, within limits on their content: a small file may
unpack to a full disk."""

import gzip
import tarfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any, cast

from engine.core.errors import UnreadableKit

MOST_BYTES = 400_000_000  # of all files together, unpacked
MOST_FILES = 2000


class _Limited:
    """A stream that ends with TooLarge after MOST_BYTES, whatever the archive says about itself."""

    def __init__(self, stream: gzip.GzipFile, name: str) -> None:
        self._stream, self._name, self._left = stream, name, MOST_BYTES

    def read(self, size: int) -> bytes:
        """The next bytes."""
        data = self._stream.read(min(size, self._left + 1))
        self._left -= len(data)
        if self._left < 0:
            raise _too_large(self._name)
        return data


def files_in(path: Path) -> dict[str, bytes]:
    """The content of every file in a gzipped tar, by its name there. Raises UnreadableKit when it is damaged, or holds
    more than a kit can."""
    return dict(_files(path, lambda name: True))


def file_called(path: Path, wanted: str) -> tuple[str, bytes] | None:
    """(its folder with a slash, its content) of the first file called `wanted` in a gzipped tar; None if there is none,
    or it is no such archive. Raises TooLarge."""
    try:
        for name, content in _files(path, lambda name: PurePosixPath(name).name == wanted):
            return name.removesuffix(wanted), content
    except TooLarge:
        raise
    except UnreadableKit:
        return None
    return None


class TooLarge(UnreadableKit):
    """An archive with more in it than a kit can have."""


def _too_large(name: str) -> TooLarge:
    return TooLarge(f"{name} unpacks to more than {MOST_BYTES // 1_000_000} MB, which no drumkit does; it is not read.")


def _files(path: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    """(name, content) of each file whose name is wanted. The archive is a stream here: nothing is skipped uncounted."""
    try:
        with gzip.GzipFile(path) as unpacked, _archive(_Limited(unpacked, path.name)) as archive:
            unpacked_bytes = 0
            for number, member in enumerate(archive):
                if number >= MOST_FILES:
                    raise TooLarge(f"{path.name} holds more than {MOST_FILES} files, which no drumkit does; it is not "
                                   "read.")
                unpacked_bytes += member.size  # a sparse file takes less room in the archive
                if unpacked_bytes > MOST_BYTES:
                    raise _too_large(path.name)
                file = archive.extractfile(member) if member.isreg() and wanted(member.name) else None
                if file is not None:
                    yield member.name, file.read()
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error, ValueError) as error:
        raise UnreadableKit(f"{path.name} is damaged; copy or download it again.") from error


def _archive(stream: _Limited) -> tarfile.TarFile:
    return tarfile.open(fileobj=cast(Any, stream), mode="r|")  # all that it asks of its stream is to be read
