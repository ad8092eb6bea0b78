"""Exports of what plays now: one after the other, each in a process of its own, told in notices. The music does not
wait for them, and they do not wait for a decomposition."""

import contextlib
import os
import queue
import select
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from engine.bridge.children import environment, kill_group
from engine.bridge.codec import Codec
from engine.bridge.messages import SampleRef
from engine.bridge.segments import unlink_segment, write_segment
from engine.bridge.wire import FrameReader
from engine.core.errors import InvalidValue, TaoError
from engine.core.kit import SampleId
from engine.core.loop import Audio
from engine.core.machine import Machine
from engine.core.names import check_path, path_of, readable
from engine.core.requests import ExportKit
from engine.core.snapshot import Notice
from engine.library.exporting import installed, remove_staging
from engine.live.bank import samples_of
from engine.live.conductor import Conductor
from engine.live.export_messages import NEWS, ExportJob, FormatBegun, FormatDone, FormatFailed
from engine.live.notices import Notices

EXPORTER = (sys.executable, "-m", "engine.live.export_process")
REAP_S = 5.0
MOST_WAITING = 4


@dataclass
class _Outcome:
    """What has become of an export so far: how many formats are done, names of what was made, remarks, and a sentence
    for each failure."""

    done: int = 0
    made: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


class Exports:
    """One thread waits for the process of an export; the control thread calls the rest.

    A format that takes longer than `stall_s` is given up, and the others are written by another process. kits_folder:
    where solved kits are kept.
    """

    def __init__(self, conductor: Conductor, memory_folder: Path, kits_folder: Path, notices: Notices, stall_s: float,
                 argv: tuple[str, ...] = EXPORTER) -> None:
        self._conductor, self._notices, self._stall_s, self._argv = conductor, notices, stall_s, argv
        self._memory_folder, self._kits_folder = memory_folder / "exports", kits_folder
        self._helper = ThreadPoolExecutor(1, "export")
        self._waiting: list[Future[None]] = []
        self._told: queue.SimpleQueue[Notice] = queue.SimpleQueue()
        self._process: subprocess.Popen[bytes] | None = None
        self._starting = threading.Lock()
        self._closed = False

    def begin(self, request: ExportKit) -> None:
        """Export what plays now. Raises InvalidValue when nothing does, or for what no folder is called."""
        check_path(request.folder)
        machine = replace(self._conductor.machine, audition=None)
        if not machine.kit.one_shots and machine.loop is None:
            raise InvalidValue("There is nothing to export yet. Record a loop with r, or open one with ctrl+o.")
        self._waiting = [task for task in self._waiting if not task.done()]
        if len(self._waiting) >= MOST_WAITING:
            raise InvalidValue(f"{MOST_WAITING} exports are waiting already. Try again when they are done.")
        samples = {name: self._conductor.bank[name] for name in samples_of(machine)}
        task = self._helper.submit(self._export, request, machine, samples)
        task.add_done_callback(self._check)
        self._waiting.append(task)

    def step(self) -> None:
        """Pass on what the thread has to say."""
        with contextlib.suppress(queue.Empty):
            while True:
                self._notices(self._told.get_nowait())

    def close(self) -> None:
        """End the process and the thread; what is half-written goes."""
        with self._starting:
            self._closed = True
            if self._process is not None:
                kill_group(self._process)
        self._helper.shutdown(cancel_futures=True)

    def _export(self, request: ExportKit, machine: Machine, samples: Mapping[SampleId, Audio]) -> None:
        """Write every format, in as many processes as it takes, and say what came of it."""
        folder, outcome = path_of(request.folder), _Outcome()
        try:
            formats = request.formats or tuple(sorted(installed()))
            self._memory_folder.mkdir(parents=True, exist_ok=True)
            segment, offsets = write_segment(self._memory_folder, list(samples.values()))
        except (TaoError, OSError) as error:
            self._warn(f"Nothing was exported. {error}")
            return
        refs = {name: SampleRef(segment, offset, len(audio))
                for (name, audio), offset in zip(samples.items(), offsets, strict=True)}
        job = ExportJob(machine, refs, formats, os.fsencode(folder), request.settings, os.fsencode(self._kits_folder),
                        max(1, round(2 * self._stall_s)))
        left = formats
        try:
            while left and not self._closed:
                left = self._written(replace(job, formats=left), len(formats), outcome)
        finally:
            unlink_segment(segment)
        if not self._closed:
            self._sum_up(machine.kit.name, folder, len(formats), outcome)

    def _written(self, job: ExportJob, of: int, outcome: _Outcome) -> tuple[str, ...]:
        """Let one process write these formats; those that another one still has to write."""
        left, begun, how = list(job.formats), "", "ended unexpectedly"
        process = self._start(job)
        if process is None:
            outcome.failures.append("The exporter does not start: free some memory.")
            return ()
        try:
            for news in self._news(process):
                match news:
                    case FormatBegun():
                        begun = news.format
                        self._say(f"Exporting {job.machine.kit.name}: {begun}, {of - len(left) + 1} of {of}.")
                    case FormatDone():
                        left = [name for name in left if name != news.format]
                        outcome.done, outcome.made = outcome.done + 1, outcome.made + list(news.names)
                        outcome.remarks += [news.remark] if news.remark else []
                    case FormatFailed():
                        outcome.failures.append(news.sentence)
                        left = [name for name in left if name != news.format] if news.format else []
                if not left:
                    break  # what exporters have started may still hold the pipe
        except TimeoutError:
            how = f"made no progress for {self._stall_s:g} s and was stopped"
        except (TaoError, OSError, ValueError):
            how = "said something that makes no sense"
        finally:
            self._end(process, Path(os.fsdecode(job.folder)))
        if left and not self._closed:
            outcome.failures.append(f"{begun or 'The export'}: the exporter {how}.")
            left = [name for name in left if name != begun] if begun else []
        return tuple(left)

    def _news(self, process: "subprocess.Popen[bytes]") -> Iterator[Any]:
        """What the process says, to its end. Raises TimeoutError when it is silent for too long."""
        assert process.stdout is not None
        frames, codec = FrameReader(), Codec(NEWS)
        heard_s = time.monotonic()
        while True:
            wait_s = heard_s + self._stall_s - time.monotonic()
            ready, _, _ = select.select([process.stdout], [], [], max(0.0, wait_s))
            if not ready:
                raise TimeoutError
            piece = os.read(process.stdout.fileno(), 1 << 16)
            if not piece:
                return
            for data in frames.feed(piece):
                heard_s = time.monotonic()
                yield codec.decode(data).message

    def _start(self, job: ExportJob) -> "subprocess.Popen[bytes] | None":
        file = self._memory_folder / "job"
        with self._starting:
            if self._closed:
                return None
            try:
                file.write_bytes(Codec(()).encode(job))
                self._process = subprocess.Popen((*self._argv, str(file)), stdin=subprocess.PIPE,
                                                 stdout=subprocess.PIPE, bufsize=0, start_new_session=True,
                                                 env=environment())
            except OSError:
                return None
            return self._process

    def _end(self, process: "subprocess.Popen[bytes]", folder: Path) -> None:
        """End the process with all that exporters have started, and remove what is half-written."""
        with self._starting:
            self._process = None
            kill_group(process)
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):  # what it has not read
                    stream.close()
        with contextlib.suppress(subprocess.TimeoutExpired):  # a disk that hangs: it ends later
            process.wait(REAP_S)
        remove_staging(folder, process.pid)

    def _sum_up(self, kit: str, folder: Path, of: int, outcome: _Outcome) -> None:
        for sentence in outcome.failures:
            self._warn(sentence)
        if outcome.remarks:
            self._say(" ".join(outcome.remarks))
        if outcome.made:
            what = f"{outcome.done} of {of} formats of {kit}" if outcome.failures else kit
            self._say(f"Exported {what} to {readable(str(folder), 120)}: {', '.join(outcome.made)}.")

    def _check(self, task: "Future[None]") -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._warn(f"The export failed ({type(error).__name__}: {error}). Try again.")

    def _say(self, text: str) -> None:
        self._told.put(Notice(text))

    def _warn(self, text: str) -> None:
        self._told.put(Notice(text, urgent=True))
