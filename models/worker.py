"""The worker process: jobs come in on stdin, stages go out on stdout, and the music does not depend on it.

    python -m models.worker

It does one job at a time, with the plugins that the job names. A job ends with one JobDone, or one JobFailed with a
sentence for the musician.
"""

import logging
import os
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from engine.bridge import messages
from engine.bridge.codec import Codec
from engine.bridge.messages import (
    CancelWork,
    DecomposeFile,
    DecomposeJob,
    JobDone,
    JobFailed,
    JobNotice,
    OpenFolder,
    Progress,
    SampleRef,
    StageReady,
)
from engine.bridge.segments import map_segment, write_segment
from engine.bridge.wire import read_frame, write_frame
from engine.core.candidates import TrackCandidates
from engine.core.commands.reading import read_alike
from engine.core.errors import InvalidValue, TaoError
from engine.core.kit import SampleId
from engine.core.loop import Loop, Reading
from engine.core.methods import USUAL, Methods
from engine.core.pattern import Pattern
from engine.library.audio_files import check_usable, read_loop
from engine.library.kits.decomposition import StoredDecomposition
from engine.library.kits.kit_folder import UnwritableFolder, read_folder
from models import plugins
from models.correct import correct, played_as
from models.decompose import Decomposition, Tools, decompose, recording_of
from models.hearing.readings import Wishes
from models.keeping import keep_kit
from models.naming.candidates import candidates_of
from models.plugins import Extractor
from models.storing import made_with, opened
from models.torch_device import LOGGER
from models.words import told_feel, told_part, told_unnamed

LAST_S = 2.0
Job = DecomposeJob | DecomposeFile | OpenFolder


class _Notices(logging.Handler):
    """Passes on what is logged for the musician."""

    def __init__(self, on_notice: Callable[[str], None]) -> None:
        super().__init__()
        self._on_notice = on_notice

    def emit(self, record: logging.LogRecord) -> None:
        """Pass one line on."""
        self._on_notice(record.getMessage())


class Stopped(TaoError):
    """The job was cancelled while it ran."""


@dataclass(frozen=True, slots=True, eq=False)
class _Last:
    """The kit of the last job that brought one, and the plugins that made it."""

    kit: Decomposition
    by: Methods


class Worker:
    """Reads messages in one thread and does jobs in another, so that a cancelled job ends at its next progress report.

    Only the reading thread writes `_cancelled`; only the other one writes the rest.
    """

    def __init__(self, source: BinaryIO, sink: BinaryIO, on_hang_up: Callable[[], None] = lambda: None) -> None:
        self._source, self._sink, self._on_hang_up = source, sink, on_hang_up
        self._codec = Codec(messages.TO_WORKER)
        self._jobs: queue.Queue[Job | None] = queue.Queue()
        self._cancelled: set[int] = set()
        self._samples_sent: set[SampleId] = set()
        self._opened: tuple[Methods, Tools] | None = None
        self._by = USUAL  # who makes the kit of the present job, as the plugins call themselves
        self._last: _Last | None = None

    def run(self) -> None:
        """Do jobs until stdin ends."""
        threading.Thread(target=self._read, name="jobs", daemon=True).start()
        while (job := self._jobs.get()) is not None:
            self._do(job)

    def _read(self) -> None:
        try:
            while (data := read_frame(self._source)) is not None:
                message = self._codec.decode(data).message
                if isinstance(message, CancelWork):
                    self._cancelled.add(message.job_id)
                else:
                    self._jobs.put(message)
        except (TaoError, OSError) as error:
            print(f"The worker is stopping: {error}", file=sys.stderr)
        finally:
            self._jobs.put(None)
            self._on_hang_up()

    def _do(self, job: Job) -> None:
        self._samples_sent = set()
        notices = _Notices(lambda sentence: self._send(JobNotice(job.job_id, sentence)))
        logging.getLogger(LOGGER).addHandler(notices)
        try:
            for stage in self._stages(job):
                self._check(job)
                self._send(self._announced(job, stage))
                if stage.stage == "kit":
                    self._last = _Last(stage, self._by)
            self._send(self._kept(job))
        except TaoError as error:
            if isinstance(error.__cause__, Exception | SystemExit):
                traceback.print_exception(error.__cause__, file=sys.stderr)
            self._send(JobFailed(job.job_id, str(error)))
        except MemoryError:
            self._send(JobFailed(job.job_id, "There is not enough memory for this loop. Cut it shorter."))
        except (Exception, SystemExit) as error:  # noqa: BLE001  the outermost loop: a sentence for the musician, the rest in the log
            traceback.print_exc(file=sys.stderr)
            kind = type(error).__name__
            self._send(JobFailed(job.job_id, f"The decomposition failed ({kind}). The worker's log has the details."))
        finally:
            logging.getLogger(LOGGER).removeHandler(notices)

    def _kept(self, job: Job) -> JobDone:
        """Keep the solved kit as a folder, and say where it is. One that cannot be written plays all the same: the
        engine sees that it has no folder, says so, and tries again."""
        if isinstance(job, OpenFolder) or self._last is None:
            return JobDone(job.job_id)
        try:
            folder, fresh = keep_kit(job, self._last.kit, self._last.by)
        except UnwritableFolder as error:
            print(error, file=sys.stderr)
            return JobDone(job.job_id)
        return JobDone(job.job_id, str(folder or ""), fresh)

    def _stages(self, job: Job) -> Iterator[Decomposition]:
        self._report(job, "starting", 0.0)  # the tools are opened, and their libraries loaded, with the first job
        if isinstance(job, OpenFolder):
            self._report(job, "kit", 0.0)
            kept = read_folder(Path(job.path))
            self._by = _by(kept)
            yield opened(kept, job.engine_rate)
            return
        loop = _read(job) if isinstance(job, DecomposeFile) else _received(job)
        if isinstance(job, DecomposeJob) and job.wanted is not None:
            yield self._corrected(job, loop, job.wanted)
            return
        yield from self._decomposed(job, loop)

    def _decomposed(self, job: DecomposeJob | DecomposeFile, loop: Loop) -> Iterator[Decomposition]:
        tools = self._tools(job.methods)
        self._by = tools.names
        for stage in decompose(loop, tools, job.engine_rate,
                               lambda stage, fraction: self._report(job, stage, fraction), _wishes(job)):
            if stage.stage == "pattern":
                tracks = tuple(track.name for track in stage.pattern.tracks)
                whole = stage.audio if stage.recording is None else stage.recording
                part = told_part(stage.readings, stage.loop.beats, len(whole) / stage.sample_rate)
                for note in filter(None, (told_unnamed(tracks), part, told_feel(stage.pattern))):
                    self._send(JobNotice(job.job_id, note))
            yield stage

    def _corrected(self, job: DecomposeJob, loop: Loop, wanted: Pattern) -> Decomposition:
        """The kit solved again for the pattern `wanted`. It starts from the last kit, if that is of the same recording;
        the tempo may since have been halved or doubled. Only the extractor works."""
        if self._last is None or self._last.kit.loop.sample != recording_of(loop, job.engine_rate):
            *_, heard = self._decomposed(job, loop)
            self._last = _Last(heard, self._by)
        self._report(job, "kit", 0.0)
        last = self._last.kit
        reading = replace(last.loop, beats=loop.beats or last.loop.beats)
        as_solved, _ = read_alike(wanted, reading, last.loop)
        extractor = self._extractor(job.methods)
        self._by = self._last.by.changed("extractor", extractor.name)
        made = correct(last, as_solved, extractor,
                       lambda fraction: self._report(job, "kit", fraction))
        pattern, reading = read_alike(played_as(made.pattern, as_solved), made.loop, reading)
        return replace(made, pattern=pattern, loop=reading)

    def _tools(self, methods: Methods) -> Tools:
        """The plugins, opened; they stay so until others are asked for."""
        if self._opened is None or self._opened[0] != methods:
            self._opened = None
            self._opened = methods, Tools.of(methods)
        return self._opened[1]

    def _extractor(self, methods: Methods) -> Extractor:
        """The extractor alone, which need not be opened twice."""
        if self._opened is not None and self._opened[0].extractor == methods.extractor:
            return self._opened[1].extractor
        return plugins.extractor(methods.extractor)

    def _announced(self, job: Job, stage: Decomposition) -> StageReady:
        """The stage as a message; samples not yet sent go into one shared-memory segment."""
        fresh = {name: sample for name, sample in stage.samples.items() if name not in self._samples_sent}
        refs: dict[SampleId, SampleRef] = {}
        if fresh:
            segment, offsets = write_segment(job.folder, list(fresh.values()))
            refs = {name: SampleRef(segment, offset, len(sample))
                    for (name, sample), offset in zip(fresh.items(), offsets, strict=True)}
        self._samples_sent |= set(fresh)
        return StageReady(job.job_id, stage.stage, stage.kit, stage.pattern, stage.loop, refs, stage.match,
                          stage.as_played.bpm or stage.bpm, _readings(job, stage), stage.as_played.stored_patterns,
                          stage.as_played.slot, _candidates(stage), stage.track_match)

    def _report(self, job: Job, stage: str, fraction: float) -> None:
        self._check(job)
        self._send(Progress(job.job_id, stage, fraction if 0.0 <= fraction <= 1.0 else 0.0))

    def _check(self, job: Job) -> None:
        if job.job_id in self._cancelled:
            raise Stopped("The job was stopped.")

    def _send(self, message: Progress | StageReady | JobNotice | JobFailed | JobDone) -> None:
        write_frame(self._sink, self._codec.encode(message))


def _by(kept: StoredDecomposition) -> Methods:
    """The plugins that made a kit that is opened; the usual ones where it holds no names."""
    try:
        return made_with(kept)
    except InvalidValue:
        return USUAL


def _read(job: DecomposeFile) -> Loop:
    loop = read_loop(Path(job.path), job.beats)
    return replace(loop, beats=None) if job.readings else loop


def _received(job: DecomposeJob) -> Loop:
    audio = map_segment(job.segment, job.frames, job.channels)
    check_usable(audio, job.sample_rate, job.name)
    return Loop(audio, job.sample_rate, job.name, job.beats if job.sure else None)


def _wishes(job: Job) -> Wishes:
    """What is known of a recording beforehand. A take whose beats are not known was begun and ended by hand."""
    if isinstance(job, DecomposeFile):
        return Wishes(readings=job.readings)
    return Wishes(free=isinstance(job, DecomposeJob) and not job.sure)


def _readings(job: Job, stage: Decomposition) -> tuple[Reading, ...]:
    """The possible readings of the loop, sent once, with the pattern."""
    return () if stage.stage != "pattern" or isinstance(job, OpenFolder) else stage.readings


def _candidates(stage: Decomposition) -> tuple[TrackCandidates, ...]:
    """What the decomposition is not sure of."""
    return candidates_of(stage.pattern, stage.candidates, stage.second_names, stage.loop.beats,
                        len(stage.audio) / stage.sample_rate)


def _leave() -> None:
    """The engine is gone: end soon, even if a plugin hangs, with all that plugins have started."""
    time.sleep(LAST_S)
    _end()


def _end() -> None:
    """End this process; as the first of its group, with the group."""
    sys.stderr.flush()
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(0)


def main() -> None:
    """Serve stdin and stdout. What libraries print goes to stderr."""
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        Worker(sys.stdin.buffer, sink, _leave).run()
    except BrokenPipeError:
        print("The engine has stopped. The worker is stopping.", file=sys.stderr)
    _end()


if __name__ == "__main__":
    main()
