"""Audio in shared memory: files mapped by both processes, in memory where the system offers a folder for that.

Plain files in a private folder, not `multiprocessing.shared_memory`, whose resource tracker (Python 3.11)
unlinks what another process still uses. The reader removes the file as soon as it has mapped it; the memory lives
until the last array over it is gone.
"""

import mmap
import os
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np

from engine.core.errors import TaoError
from engine.core.loop import Audio

SHARED_MEMORY = Path("/dev/shm")
PREFIX = "audio-"


class NoSharedMemory(TaoError):
    """Shared memory is full."""


class SegmentMissing(TaoError):
    """Shared audio that is missing or incomplete."""


def memory_folder() -> Path:
    """This user's folder for shared memory, private (0700); every engine has its own folder inside."""
    base = SHARED_MEMORY if SHARED_MEMORY.is_dir() else Path(tempfile.gettempdir())
    folder = base / f"tao-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise TaoError(f"{folder} belongs to another user; remove it and start again.")
    folder.chmod(0o700)
    return folder


def write_segment(folder: str | Path, arrays: Sequence[Audio]) -> tuple[str, list[int]]:
    """Put float32 arrays (frames, channels), all with the same number of channels, into one new segment.

    Returns the segment's name and the offset in frames of each array. Raises NoSharedMemory, and leaves nothing
    behind, when there is no room.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=PREFIX, dir=folder)
    except OSError as error:
        raise NoSharedMemory(f"No shared audio can be made in {folder}: {error.strerror}. Make room there.") from None
    offsets, at = [], 0
    try:
        with os.fdopen(handle, "wb") as file:
            for array in arrays:
                file.write(np.ascontiguousarray(array, dtype=np.float32).data)
                offsets.append(at)
                at += len(array)
    except BaseException as error:
        unlink_segment(name)
        if not isinstance(error, OSError):
            raise
        size = sum(array.size for array in arrays) * 4 / 1e6
        raise NoSharedMemory(f"There is no room in shared memory for {size:.1f} MB of audio ({error.strerror}). Make "
                             f"room in {SHARED_MEMORY}, then try again; nothing is lost.") from None
    return name, offsets


def forget_segments(folder: str | Path, wanted: Collection[str] = ()) -> None:
    """Remove every segment in `folder` but the `wanted` ones: a process that died may have left some."""
    for path in Path(folder).glob(f"{PREFIX}*"):
        if str(path) not in wanted:
            path.unlink(missing_ok=True)


def map_segment(name: str, frames: int, channels: int = 2, offset_frames: int = 0) -> Audio:
    """A read-only view, float32 (frames, channels), of a segment. Does not copy, nor touch the pages.

    Raises SegmentMissing when it is missing or too short.
    """
    try:
        handle = os.open(name, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a pipe would have to be waited for
        try:
            memory = mmap.mmap(handle, 0, access=mmap.ACCESS_READ)
        finally:
            os.close(handle)
    except (OSError, ValueError) as error:
        raise SegmentMissing(f"Shared audio {name} cannot be mapped: {error}. Try again.") from None
    start = offset_frames * channels * 4
    if frames < 1 or channels < 1 or offset_frames < 0 or start + frames * channels * 4 > len(memory):
        raise SegmentMissing(f"Shared audio {name} is incomplete: {len(memory)} bytes.")
    return np.frombuffer(memory, np.float32, frames * channels, start).reshape(frames, channels)


def touch(audio: Audio) -> None:
    """Fault every page in, so that the audio thread never has to (200 ns a page)."""
    audio.reshape(-1)[::1024].sum()


def unlink_segment(name: str) -> None:
    """Remove the segment's name; mappings stay."""
    Path(name).unlink(missing_ok=True)
