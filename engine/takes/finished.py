"""The studio: what becomes of a finished take. It plays at once as a loop, and goes to the decomposer."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from engine.core.commands import Boundary, LoadLoop, PlaySince, SetEffects
from engine.core.errors import TaoError
from engine.core.loop import Audio, PlayedLoop, overview
from engine.core.machine import Listen
from engine.core.recording import INPUT, MASTER, tempo_of_take
from engine.core.snapshot import Notice
from engine.core.timeline import PPQN, Ticks
from engine.library.lineage import Lineage, write_lineage
from engine.live.bank import SampleBank
from engine.live.conductor import Conductor
from engine.takes.planner import Takes
from engine.takes.recorder import Finished, Use
from engine.worker.jobs import Jobs

SILENT = 10.0 ** (-60.0 / 20.0)
CLIPPED = 0.999


class Studio:
    """Takes from `takes` become loops of `conductor`'s machine and work for `jobs`."""

    def __init__(self, conductor: Conductor, takes: Takes, jobs: Jobs, bank: SampleBank, sample_rate: int,
                 tell: Callable[[Notice], None]) -> None:
        self._conductor, self.takes, self.jobs, self._bank = conductor, takes, jobs, bank
        self._sample_rate, self._tell = sample_rate, tell

    @property
    def waiting(self) -> bool:
        """Whether something will happen soon without anybody asking."""
        return self.takes.state.value != "off" or self.jobs.running

    def tick(self) -> None:
        """Look whether a take is complete or a job must be ended."""
        try:
            finished = self.takes.tick()
            if finished is not None:
                self._take_over(finished)
        except TaoError as error:
            self._tell(Notice(str(error), urgent=True))
        self.jobs.check()

    def _take_over(self, finished: Finished) -> None:
        """Let the take play; it is on the disk already."""
        take, audio = finished.take, finished.audio
        if finished.problem is not None:
            self._tell(Notice(f"The take is loaded but not saved: {finished.problem}. Make room, then export it.",
                              urgent=True))
        if take.made_from:
            self._keep_lineage(finished)
        if take.use is Use.TEMPO:
            bpm, take.beats = tempo_of_take(len(audio), self._sample_rate)
        self._tell(Notice(_words(finished)))
        if take.use is Use.TEMPO:
            self._take_tempo(finished, bpm)
        elif take.use is Use.LAYER and self._is_the_loop_still(take.made_from):
            self._lay_over(finished)
        else:
            loop = self._loop(audio, take.beats or 1, finished.path.stem)
            self._conductor.perform(LoadLoop(loop, Listen.ORIGINAL, _phase(finished)), Boundary.BAR)
            if take.source == MASTER:  # they are in the take: heard once more they would double
                effects = replace(self._conductor.schedule.latest.effects.released(), gain_db=0.0)
                self._conductor.follow_up(SetEffects(effects), Boundary.BAR)
            if take.use is not Use.HOLD:
                self.jobs.decompose_take(loop, audio)

    def _keep_lineage(self, finished: Finished) -> None:
        take = finished.take
        lineage = Lineage(take.source, take.made_from, take.beats, self._sample_rate)
        try:
            write_lineage(finished.path, lineage)
        except OSError as error:
            self._tell(Notice(f"{finished.path.name} is saved, but not where it comes from: {error.strerror}."))

    def _take_tempo(self, finished: Finished, bpm: float) -> None:
        """The first loop: it sets the tempo, and has been playing since it began."""
        loop = self._loop(finished.audio, finished.take.beats or 1, finished.path.stem)
        frame = self._conductor.perform(PlaySince(bpm, finished.take.start_frames))
        self._conductor.perform(LoadLoop(loop, Listen.ORIGINAL, Ticks(0)), at_frames=frame)
        self.jobs.decompose_take(loop, finished.audio, sure=False)

    def _is_the_loop_still(self, made_from: tuple[str, ...]) -> bool:
        loop = self._conductor.schedule.latest.loop
        return loop is not None and (loop.sample,) == made_from

    def _lay_over(self, finished: Finished) -> None:
        """Add the take to the loop, where it was played; its own file stays as it was."""
        machine = self._conductor.schedule.latest
        below, ticks = machine.loop, finished.take.start_ticks
        assert below is not None and ticks is not None
        since = (ticks - machine.phase_ticks) % (below.beats * PPQN)
        offset = round(since * machine.timeline.frames_per_tick)
        audio = laid_over(self._bank[below.sample][: below.frames], finished.audio, offset)
        loop = replace(self._loop(audio, below.beats, f"{below.name} +"), residual=None)
        self._conductor.perform(LoadLoop(loop, Listen.ORIGINAL))
        self.jobs.decompose_take(loop, audio)

    def _loop(self, audio: Audio, beats: int, name: str) -> PlayedLoop:
        sample = self._bank.add(audio)
        self.jobs.save_sample(sample)
        return PlayedLoop(sample, len(audio), beats, name, overview=overview(audio))


def _phase(finished: Finished) -> Ticks | None:
    """The song tick of a bar line on which the take begins a pass; None when it was taken while stopped."""
    ticks, beats = finished.take.start_ticks, finished.take.beats
    if ticks is None or beats is None:
        return None
    return ticks if ticks >= 0 else Ticks(ticks % (beats * PPQN))


def laid_over(loop: Audio, layer: Audio, offset_frames: int) -> Audio:
    """The loop with the layer added from `offset_frames` on, round and round; both float32 (frames, 2)."""
    audio = np.array(loop)
    for start in range(0, len(layer), len(loop)):
        piece = layer[start : start + len(loop)]
        places = (offset_frames + start + np.arange(len(piece))) % len(loop)
        audio[places] += piece
    return audio


def _words(finished: Finished) -> str:
    """What is said of a finished take."""
    take, audio = finished.take, finished.audio
    verb = "Held" if take.use is Use.HOLD else "Recorded"
    peaks = np.abs(audio)
    clipped = int((peaks >= CLIPPED).any(axis=1).sum()) if take.source == INPUT else 0
    fault = ""
    if peaks.max(initial=0.0) < SILENT:
        fault = " No sound came in: look at the input."
    elif clipped:
        fault = f" {clipped} frames are clipped: turn the input down."
    return f"{verb} {take.beats} beats: {finished.path.name}.{fault}"
