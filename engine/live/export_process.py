"""The process of one export: an exporter that fails, hangs or takes too much memory costs this process alone.

    python -m engine.live.export_process JOB

JOB is a file with one ExportJob; what becomes of each format goes out on stdout. When stdin ends, because the engine
has, the process ends with all that exporters have started, and leaves nothing half-written.
"""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from engine.bridge.children import step_back
from engine.bridge.codec import Codec
from engine.bridge.segments import map_segment
from engine.bridge.wire import write_frame
from engine.core.errors import TaoError
from engine.core.kit import sample_id
from engine.core.loop import PlayedLoop
from engine.core.names import readable
from engine.library.exporting import export, remark, remove_staging
from engine.library.files import safe_name
from engine.library.kits.as_it_sounds import as_it_sounds, with_heard_hits, with_stems
from engine.library.kits.decomposition import StoredDecomposition
from engine.library.kits.kit_folder import read_folder
from engine.live.export_messages import JOBS, ExportJob, FormatBegun, FormatDone, FormatFailed, News

MEMORY_BYTES = 4 << 30
LETTERS, MOST_TRIED = 40, 8  # of a kept kit's name that are compared; kits that are opened
WITH_STEMS = ("stems", "dawproject")


def write_all(job: ExportJob, say: Callable[[News], None]) -> None:
    """Write every format; one that fails does not keep the others from being written. Raises TaoError when there is
    nothing to write."""
    stored, folder = _content(job), Path(os.fsdecode(job.folder))
    for name in job.formats:
        say(FormatBegun(name))
        try:
            made = export(stored, name, folder, job.settings)
            say(FormatDone(name, tuple(readable(path.name) for path in made), remark(stored, name) or ""))
        except TaoError as error:
            say(FormatFailed(name, readable(str(error), 400)))
        except MemoryError:
            say(FormatFailed(name, f"{name}: there is not enough memory for this format."))


def _content(job: ExportJob) -> StoredDecomposition:
    samples = {name: map_segment(ref.segment, ref.frames, 2, ref.offset_frames) for name, ref in job.samples.items()}
    stored, loop = as_it_sounds(job.machine, samples), job.machine.loop
    if job.settings.heard and loop is not None and loop.beats == stored.pattern.beats:
        kept = _kept(loop, Path(os.fsdecode(job.kits)))
        stored = stored if kept is None else with_heard_hits(stored, loop, kept)
    return with_stems(stored) if set(WITH_STEMS) & set(job.formats) else stored


def _kept(loop: PlayedLoop, kits: Path) -> StoredDecomposition | None:
    """The kit that was kept of this very recording: the newest, None if there is none."""
    begins = safe_name(loop.name)[:LETTERS].strip()
    folders = [path.parent for path in kits.glob("*/kit.json") if path.parent.name.startswith(begins)]
    for folder in sorted(folders, key=lambda path: path.stat().st_mtime, reverse=True)[:MOST_TRIED]:
        with contextlib.suppress(TaoError):
            found = read_folder(folder)
            if sample_id(found.loop) == loop.sample:
                return found
    return None


def _serve(job: ExportJob, stdout: BinaryIO) -> None:
    codec = Codec(())
    with stdout as sink:

        def say(news: News) -> None:
            signal.alarm(job.stall_s)  # for an exporter that holds the interpreter while the engine ends
            write_frame(sink, codec.encode(news))

        try:
            write_all(job, say)
        except (TaoError, OSError) as error:
            say(FormatFailed("", readable(f"Nothing was exported. {error}", 400)))
        except MemoryError:
            say(FormatFailed("", "Nothing was exported: there is not enough memory for this kit."))


def _end_with_the_engine(folder: Path) -> None:
    """Wait for the engine to hang up; then end this process, what exporters have started, and what they half wrote."""
    while os.read(0, 4096):
        pass
    remove_staging(folder, os.getpid())
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def main() -> None:
    """Do the job, within the limits. What libraries print goes to stderr."""
    sink = step_back(MEMORY_BYTES)
    job: ExportJob = Codec(JOBS).decode(Path(sys.argv[1]).read_bytes()).message
    threading.Thread(target=_end_with_the_engine, args=(Path(os.fsdecode(job.folder)),), daemon=True).start()
    with contextlib.suppress(BrokenPipeError):  # the engine is gone
        _serve(job, sink)


if __name__ == "__main__":
    main()
