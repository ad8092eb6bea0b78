"""What becomes of a finished take: it plays at once as a loop, and goes to the worker to be decomposed."""

from dataclasses import replace

import numpy as np

from engine.core.commands import Boundary, LoadLoop, PlaySince, SetEffects
from engine.core.loop import Audio, PlayedLoop, overview
from engine.core.machine import Listen
from engine.core.recording import INPUT, MASTER, tempo_of_take
from engine.core.time_signature import Quarters, ticks_of
from engine.core.timeline import Ticks
from engine.live.conductor import Conductor
from engine.live.notices import Notices
from engine.takes.recorder import Finished, Use
from engine.takes.unsaved import UnsavedTakes, lineage_problem
from engine.worker.jobs import Jobs

SILENT = 10.0 ** (-60.0 / 20.0)
CLIPPED = 0.999


class FinishedTakes:
    """Called with a complete take: loads it as the machine's loop, and lets the worker decompose it."""

    def __init__(self, conductor: Conductor, jobs: Jobs, notices: Notices) -> None:
        self._conductor, self._jobs, self._notices = conductor, jobs, notices
        self._unsaved = UnsavedTakes(conductor.sample_rate, notices)

    def save_again(self) -> None:
        """Once a second: save what the disk had no room for."""
        self._unsaved.step()

    def __call__(self, finished: Finished) -> None:
        """Play the take; it is on disk already, or kept for it. Raises TaoError when it cannot be loaded."""
        take, audio = finished.take, finished.audio
        if finished.problem is not None:
            self._unsaved.add(finished)
        elif take.made_from:
            self._notices.say(*lineage_problem(finished, self._conductor.sample_rate))
        if take.use is Use.TEMPO:
            bpm, take.beats = tempo_of_take(len(audio), self._conductor.sample_rate)
        if finished.problem is None:
            self._notices.say(_sentence(finished, self._conductor.sample_rate))
        else:
            sentence = _sentence(finished, self._conductor.sample_rate)
            self._notices.warn(f"{sentence} It is not saved: {finished.problem}. Tao saves it as soon as "
                               "there is room on the disk.")
        if take.use is Use.TEMPO:
            self._set_tempo(finished, bpm)
        elif take.use is Use.LAYER and self._is_the_loop_still(take.made_from):
            self._add_layer(finished)
        else:
            loop = self._loop(audio, take.beats or 1, finished.path.stem)
            self._conductor.perform(LoadLoop(loop, Listen.ORIGINAL, _phase(finished)), Boundary.BAR)
            if take.source == MASTER:  # its effects are in the take; applied again they would double
                effects = replace(self._conductor.schedule.latest.effects.released(), gain_db=0.0)
                self._conductor.follow_up(SetEffects(effects), Boundary.BAR)
            if take.use is not Use.HOLD:
                self._jobs.decompose_take(loop)

    def _set_tempo(self, finished: Finished, bpm: float) -> None:
        """A loop that sets the tempo. It has been playing since it began, at the tempo that its length suggests, until
        the worker has heard its tempo and cut it."""
        loop = self._loop(finished.audio, finished.take.beats or 1, finished.path.stem)
        frame = self._conductor.perform(PlaySince(bpm, finished.take.start_frames))
        self._conductor.perform(LoadLoop(loop, Listen.ORIGINAL, Ticks(0)), at_frames=frame)
        self._jobs.decompose_take(loop, sure=False)

    def _is_the_loop_still(self, made_from: tuple[str, ...]) -> bool:
        loop = self._conductor.schedule.latest.loop
        return loop is not None and (loop.sample,) == made_from

    def _add_layer(self, finished: Finished) -> None:
        """Mix the take into the loop, where it was played; its own file stays as it was."""
        machine = self._conductor.schedule.latest
        below, ticks = machine.loop, finished.take.start_ticks
        assert below is not None and ticks is not None
        since = (ticks - machine.phase_ticks) % below.ticks
        offset = round(since * machine.timeline.frames_per_tick)
        audio = laid_over(self._conductor.bank[below.sample][: below.frames], finished.audio, offset)
        loop = replace(self._loop(audio, below.beats, f"{below.name} +"), residual=None)
        self._conductor.perform(LoadLoop(loop, Listen.ORIGINAL))
        self._jobs.decompose_take(loop)

    def _loop(self, audio: Audio, beats: Quarters, name: str) -> PlayedLoop:
        return PlayedLoop(self._conductor.keep(audio), len(audio), beats, name, overview=overview(audio))


def _phase(finished: Finished) -> Ticks | None:
    """The song tick of a bar line on which the take begins a pass; None when it was taken while stopped."""
    ticks, beats = finished.take.start_ticks, finished.take.beats
    if ticks is None or beats is None:
        return None
    return ticks if ticks >= 0 else Ticks(ticks % ticks_of(beats))


def laid_over(loop: Audio, layer: Audio, offset_frames: int) -> Audio:
    """The loop with the layer added from `offset_frames` on, round and round; both float32 (frames, 2)."""
    audio = np.array(loop)
    for start in range(0, len(layer), len(loop)):
        piece = layer[start : start + len(loop)]
        places = (offset_frames + start + np.arange(len(piece))) % len(loop)
        audio[places] += piece
    return audio


def _sentence(finished: Finished, sample_rate: int) -> str:
    """The notice about a finished take."""
    take, audio = finished.take, finished.audio
    verb = "Held" if take.use is Use.HOLD else "Recorded"
    peaks = np.abs(audio)
    clipped = int((peaks >= CLIPPED).any(axis=1).sum()) if take.source == INPUT else 0
    fault = ""
    if peaks.max(initial=0.0) < SILENT:
        fault = " It is silent; check the input." if take.source == INPUT else " It is silent."
    elif clipped:
        fault = f" {clipped} frames are clipped; turn the input down."
    length = (f"{len(audio) / sample_rate:.1f} s, whose tempo is being found" if take.use is Use.TEMPO
              else f"{take.beats:g} beats")
    return f"{verb} {length}: {finished.path.name}.{fault}"
