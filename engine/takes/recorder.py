"""A take is cut here: frames are read from a ring as they arrive, moved back by the latency, and written to disk."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import numpy as np

from engine.core.errors import TaoError
from engine.core.loop import Audio
from engine.core.recording import INPUT
from engine.core.snapshot import RecordState
from engine.core.time_signature import Quarters, quarters_of
from engine.core.timeline import PPQN, Ticks, Timeline
from engine.dsp.ring import FrameRing
from engine.library.syncing import Syncer
from engine.takes.take_file import TakeFile

PIECE_S = 0.25  # so much is gathered before it is written to the disk


class Use(Enum):
    """What becomes of a take: the loop; the loop and the tempo; a layer over the loop; a loop that only holds."""

    LOOP = "loop"
    TEMPO = "tempo"
    LAYER = "layer"
    HOLD = "hold"


@dataclass
class Take:
    """What is recorded: engine frames [start, end), beginning on song tick `start_ticks` where it has one.

    With ticks the frames follow the timeline until they are reached. end_frames None: not known yet.
    made_from: what played while Tao recorded itself.
    """

    start_frames: int
    end_frames: int | None
    beats: Quarters | None = None
    start_ticks: Ticks | None = None
    end_ticks: Ticks | None = None
    source: str = INPUT
    use: Use = Use.LOOP
    made_from: tuple[str, ...] = ()

    @property
    def endless(self) -> bool:
        """Whether it goes on until it is ended."""
        return self.end_frames is None and self.end_ticks is None


@dataclass(frozen=True, slots=True)
class Finished:
    """A complete take: its audio (frames, 2), its file, and, where that could not be written, why.

    begun: whether the file holds a part of it.
    """

    take: Take
    audio: Audio
    path: Path
    problem: str | None
    begun: bool = True


class Recorder:
    """At most one take. `latency_frames`: how much later than it was played a sound arrives in the ring."""

    def __init__(self, sample_rate: int) -> None:
        self._sample_rate = sample_rate
        self.take: Take | None = None
        self._pieces: list[Audio] = []
        self._file: TakeFile | None = None
        self._problem: str | None = None
        self._syncer = Syncer()

    def arm(self, take: Take, ring: FrameRing, latency_frames: int, path: Path) -> None:
        """Record this one from `ring` into a new file at `path`."""
        self.take, self._ring, self._latency_frames = take, ring, latency_frames
        self._path, self._pieces, self._at = path, [], 0
        self._file, self._problem, self._begun, self._has_file = None, None, False, False

    @property
    def state(self) -> RecordState:
        """Whether a take is armed or running."""
        if self.take is None:
            return RecordState.OFF
        return RecordState.RECORDING if self._ring.newest_frame >= self.take.start_frames else RecordState.ARMED

    @property
    def frames(self) -> int:
        """How long the take is by now."""
        return 0 if self.take is None else max(0, self._ring.newest_frame - self.take.start_frames)

    def cancel(self) -> None:
        """Discard the take and its file."""
        self.take = None
        if self._file is not None:
            self._file.discard()

    def recount(self, before: Timeline, after: Timeline) -> None:
        """The song's ticks have other numbers from now on. The take keeps its frames, and its beats become those
        that the frames have now."""
        take = self.take
        if take is None or take.start_ticks is None:
            return
        start = take.start_frames if self._begun else before.frames_at(take.start_ticks)
        take.start_ticks = after.ticks_at(start)
        if take.end_ticks is None:
            return
        end = before.frames_at(take.end_ticks)
        ticks = after.ticks_at(end) - take.start_ticks
        if take.beats is not None and (half_beats := round(2 * ticks / PPQN)):
            ticks = half_beats * PPQN // 2
            take.beats = quarters_of(ticks)
        take.end_ticks = Ticks(take.start_ticks + ticks)
        if self._begun and after.frames_at(take.start_ticks) != start:  # the song jumped to between two ticks
            take.end_ticks, take.end_frames = None, end

    def step(self, timeline_at: Callable[[int], Timeline]) -> Finished | None:
        """Read what has arrived; return the take once its last frame has. timeline_at: the one in force on a frame.

        Raises TaoError when the ring has lost some of it.
        """
        take = self.take
        if take is None:
            return None
        heard = self._ring.newest_frame - self._latency_frames
        if not self._begun:
            if take.start_ticks is not None and take.start_frames > heard:
                take.start_frames = int(timeline_at(take.start_frames).frames_at(take.start_ticks))
            if take.start_frames > heard:
                return None
            self._begin(take)
        if take.end_ticks is not None and (take.end_frames is None or take.end_frames > heard):
            near = take.start_frames if take.end_frames is None else take.end_frames
            take.end_frames = int(timeline_at(near).frames_at(take.end_ticks))
        end = heard if take.end_frames is None else min(take.end_frames, heard)
        complete = end == take.end_frames
        if complete or end - self._at >= PIECE_S * self._sample_rate:
            self._gather(end)
        return self._finish(take) if complete else None

    def close(self) -> Path | None:
        """Save what there is of a running take, for the engine ends; its file."""
        if self.take is None or not self._begun:
            return None
        end = self._ring.newest_frame - self._latency_frames
        self._gather(end if self.take.end_frames is None else min(end, self.take.end_frames))
        path = self._finish(self.take).path
        self._syncer.close()
        return path

    def _begin(self, take: Take) -> None:
        self._begun, self._at = True, take.start_frames
        self._try(self._open)

    def _gather(self, end: int) -> None:
        """Read frames up to `end`; what came before the ring's memory is silence."""
        first = max(self._at, self._ring.oldest_frame - self._latency_frames) if not self._pieces else self._at
        first = min(first, end)
        try:
            audio = self._ring.read(first + self._latency_frames, end - first)
        except TaoError:
            self.take = None
            if self._file is not None:
                self._try(self._file.close)
            kept = f" What came before is in {self._path.name}." if self._has_file else ""
            raise TaoError(f"A part of the take was overwritten before Tao could read it.{kept} Record it again."
                           ) from None
        silence = np.zeros((first - self._at, 2), np.float32)
        self._pieces.append(np.concatenate((silence, audio)))
        self._at = end
        self._try(self._append)

    def _open(self) -> None:
        self._file = TakeFile(self._path, self._sample_rate, self._syncer)
        self._path, self._has_file = self._file.path, True

    def _append(self) -> None:
        if self._file is not None:
            self._file.append(self._pieces[-1])

    def _try(self, write: Callable[[], None]) -> None:
        if self._problem is None:
            try:
                write()
            except OSError as error:
                self._problem = error.strerror or str(error)
                if self._file is not None:
                    self._file.close()
                self._file = None

    def _finish(self, take: Take) -> Finished:
        self.take = None
        if self._file is not None:
            self._try(self._file.close)
        return Finished(take, np.concatenate(self._pieces), self._path, self._problem, self._has_file)
