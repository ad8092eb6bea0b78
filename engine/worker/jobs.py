"""Jobs: what the worker is asked, and what comes back, stage by stage, as a kit that replaces the running one."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.bridge.messages import (
    DecomposeFile,
    DecomposeJob,
    JobDone,
    JobFailed,
    JobNotice,
    OpenFolder,
    Progress,
    StageReady,
)
from engine.bridge.segments import write_segment
from engine.core.commands import Boundary, DoubleReading, HalveReading, LoadDecomposition, target_frames
from engine.core.commands.merging import EarlierStage
from engine.core.commands.reading import as_recorded, doublings
from engine.core.errors import InvalidValue, TaoError
from engine.core.loop import Audio, PlayedLoop, Reading
from engine.core.machine import Listen
from engine.core.snapshot import Job, Notice
from engine.core.timeline import MAX_BPM, MIN_BPM, Ticks
from engine.live.bank import SampleBank
from engine.live.conductor import Conductor
from engine.live.journal import Journal
from engine.worker.job import Work
from engine.worker.process import Decomposer
from engine.worker.tempo_candidates import Doubt

LAST_STAGE = "kit"


class Jobs:
    """Owns the worker's job and the one that waits for it. `tell` takes a line for the musician."""

    def __init__(self, conductor: Conductor, decomposer: Decomposer, bank: SampleBank, journal: Journal,
                 memory_folder: Path, sample_rate: int, tell: Callable[[Notice], None]) -> None:
        self._conductor, self._decomposer = conductor, decomposer
        self._bank, self._journal, self._tell = bank, journal, tell
        self._memory_folder, self._sample_rate = memory_folder, sample_rate
        self._work: Work | None = None
        self._next: Work | None = None
        self._last_job = 0
        self.job: Job | None = None
        self._doubt = Doubt()

    @property
    def readings(self) -> tuple[Reading, ...]:
        """Ways to count the loop that is loaded, while that is in doubt."""
        return self._doubt.about(self._conductor.machine.loop)

    @property
    def running(self) -> bool:
        """Whether the worker has something to do."""
        return self._work is not None

    def decompose(self) -> None:
        """Decompose the loop that is loaded. Raises InvalidValue when there is none."""
        loop = self._conductor.schedule.latest.loop
        if loop is None:
            raise InvalidValue("There is no loop to decompose; record one with r, or open a file.")
        self._begin(self._loop_work(loop, self._bank[loop.sample][: loop.frames]))

    def correct(self) -> None:
        """Make the kit anew from the steps as they are now. Raises InvalidValue without a loop whose pattern it is."""
        machine = self._conductor.schedule.latest
        if machine.loop is None:
            raise InvalidValue("There is no loop to make the kit from; record one with r, or open a file.")
        if machine.pattern.beats != machine.loop.beats:
            raise InvalidValue(f"The loop has {machine.loop.beats} beats, this pattern {machine.pattern.beats}: go "
                               "back to the loop's own pattern, or take the loop apart again with d.")
        work = self._loop_work(machine.loop, self._bank[machine.loop.sample][: machine.loop.frames])
        wanted = as_recorded(machine.pattern, machine.loop)
        work.message = replace(work.message, wanted=wanted)  # type: ignore[arg-type]
        work.brought = EarlierStage(machine.kit, wanted, machine.listen, machine.loop)
        self._begin(work)

    def count_as(self, beats: int) -> None:
        """Count the loop as so many quarter notes: where that is a matter of halves and doubles nothing sounds
        different; else it goes to the decomposer once more. Raises InvalidValue when it cannot be."""
        loop = self._conductor.machine.loop
        if loop is None:
            raise InvalidValue("There is no loop to count; record one with r, or open a file.")
        again = replace(loop, beats=beats, downbeat_ticks=Ticks(0))
        if not MIN_BPM <= self._bpm(again) <= MAX_BPM:
            raise InvalidValue(f"{beats} beats would be {self._bpm(again):.0f} BPM; a tempo lies between {MIN_BPM:g} "
                               f"and {MAX_BPM:g}.")
        times = doublings(loop, again)
        if times is None:
            work = self._loop_work(again, self._bank[loop.sample][: loop.frames])
            work.recounted = True
            self._begin(work)
        else:
            self._read(times)
        self._doubt = Doubt()

    def open_audio(self, path: str, beats: int | None) -> None:
        """Decompose a file; the worker reads it."""
        self._last_job += 1
        self._begin(Work(DecomposeFile(self._last_job, path, beats, self._sample_rate, str(self._memory_folder)),
                          Path(path).stem))

    def load_folder(self, path: str) -> None:
        """Load a decomposition; the worker reads it."""
        self._last_job += 1
        self._begin(Work(OpenFolder(self._last_job, path, self._sample_rate, str(self._memory_folder)),
                          Path(path).name))

    def cancel_job(self) -> None:
        """Stop the job. Raises InvalidValue when there is none."""
        if self._work is None:
            raise InvalidValue("No job is running.")
        self._let_wait(None)
        self._drop(self._work)

    def was_undone(self) -> None:
        """Something was taken back: where that was what the job is about, it ends."""
        if self._next is not None and self._next.is_gone(self._conductor.schedule.latest):
            self._let_wait(None)
        work = self._work
        if work is not None and not work.dropped and work.is_gone(self._conductor.schedule.latest):
            self._drop(work)
            self._tell(Notice(f"{work.name} was taken back, so it is not taken apart any further."))

    def decompose_take(self, loop: PlayedLoop, audio: Audio, sure: bool = True) -> None:
        """Decompose what was just recorded; undo takes take and kit back together. sure: whether its beats are known.
        Raises TaoError."""
        work = self._loop_work(loop, audio)
        work.message = replace(work.message, sure=sure)  # type: ignore[arg-type]
        work.recorded = True
        self._begin(work)

    def check(self) -> None:
        """Look whether a job must be ended."""
        for message in self._decomposer.check():
            self.hear(message)

    def hear(self, message: Any) -> None:
        """One message of the worker's."""
        work = self._work
        match message:
            case Progress() if work is not None:
                self.job = Job(message.job_id, work.name, message.stage, message.fraction)
            case StageReady() if work is not None:
                self._take_stage(work, message)
            case JobNotice():
                self._tell(Notice(message.sentence))
            case JobDone() if work is not None:
                self._over()
            case JobFailed():
                self._tell(Notice(message.sentence, urgent=True))
                if work is not None and work.message.job_id == message.job_id:
                    self._over()

    def _loop_work(self, loop: PlayedLoop, audio: Audio) -> Work:
        self._last_job += 1
        try:
            segment, _ = write_segment(self._memory_folder, [audio])
        except OSError as error:
            raise TaoError(f"The loop cannot be handed to the decomposer: {error}. Free some memory.") from None
        return Work(DecomposeJob(self._last_job, segment, len(audio), 2, self._sample_rate, loop.name, loop.beats,
                                  self._sample_rate, str(self._memory_folder)), loop.name, loop)

    def _begin(self, work: Work) -> None:
        """Hand it to the worker; a job that is still running gives way."""
        if self._work is not None:
            self._let_wait(work)
            self._drop(self._work)
            return
        problem = self._decomposer.submit(work.message)
        if problem is not None:
            self._tell(Notice(problem, urgent=True))
            work.forget()
            return
        self._work = work
        self.job = Job(work.message.job_id, work.name, "starting", 0.0)

    def _let_wait(self, work: Work | None) -> None:
        """The job that comes next; one that waited is forgotten."""
        if self._next is not None:
            self._next.forget()
        self._next = work

    def _drop(self, work: Work) -> None:
        """Ask the worker to stop; a stage that is on its way already is not taken."""
        work.dropped = True
        self._decomposer.cancel()

    def _take_stage(self, work: Work, stage: StageReady) -> None:
        """Take a stage over on the next bar line; one that is no good costs a sentence."""
        try:
            self._bank.attach(stage.samples)
            if work.dropped or work.is_gone(self._conductor.schedule.latest):
                return
            for name in stage.samples:
                self.save_sample(name)
            command = self._command(work, stage)
            if work.staged:  # one undo takes the whole job back
                self._conductor.refine(command, work.first)
            elif work.recorded:
                self._conductor.follow_up(command, Boundary.BAR)
            else:
                self._conductor.perform(command, Boundary.BAR)
                work.first = command
        except TaoError as error:
            self._tell(Notice(f"The stage {stage.stage} of {work.name} was not taken: {error}", urgent=True))
            return
        work.staged = True
        work.brought = EarlierStage(command.kit, command.pattern, command.listen, command.loop)
        self._doubt = Doubt.of(stage) or self._doubt
        if stage.stage == LAST_STAGE and stage.match is not None:
            self._tell(Notice(f"{work.name} is a kit now; it matches the recording by {stage.match:.0%}."))

    def _command(self, work: Work, stage: StageReady) -> LoadDecomposition:
        """The stage as a command. What we recorded keeps its own audio and phase; a file brings its tempo."""
        latest = self._conductor.schedule.latest
        loop, bpm, phase = stage.loop, None, None
        if work.loop is not None:
            residual = stage.loop.residual if stage.loop is not None else None
            loop = replace(work.loop, residual=residual)
        before = work.brought.loop if work.brought is not None else None
        changed = work.loop is None and stage.loop is not None and (before is None or stage.loop.beats != before.beats)
        if changed or ((work.loop is None or work.recounted) and not work.staged):
            told = stage.bpm if work.loop is None else self._bpm(work.loop)
            bpm = told if told is not None and MIN_BPM <= told <= MAX_BPM else None
            phase = self._bar_ticks()
        if isinstance(work.message, DecomposeJob) and work.message.wanted is not None:
            listen = latest.listen
        elif stage.stage == LAST_STAGE:
            listen = Listen.KIT_AND_RESIDUAL if loop is not None and loop.residual is not None else Listen.KIT
        elif loop is None:
            listen = Listen.KIT
        else:
            listen = latest.listen if work.staged or work.loop is not None else Listen.ORIGINAL
        return LoadDecomposition(stage.kit, stage.pattern, loop, listen, bpm, phase, work.brought)

    def _read(self, times: int) -> None:
        """Count twice as many beats so often, or half as many below 0; undo takes it back at once."""
        command = DoubleReading() if times > 0 else HalveReading()
        for nth in range(abs(times)):
            if nth:
                self._conductor.follow_up(command, Boundary.NOW)
            else:
                self._conductor.perform(command)

    def _bpm(self, loop: PlayedLoop) -> float:
        """The tempo that its beats make."""
        return 60.0 * loop.beats * self._sample_rate / loop.frames

    def _bar_ticks(self) -> Ticks:
        """The song tick of the bar line on which something loaded now will begin."""
        machine = self._conductor.schedule.latest
        if not machine.playing:
            return Ticks(0)
        frame = target_frames(machine, Boundary.BAR, self._conductor.earliest_frames)
        return machine.timeline.ticks_at(frame)

    def save_sample(self, name: str) -> None:
        """Put a sample into the journal."""
        problem = self._journal.add_sample(name, self._bank[name])
        if problem is not None:
            self._tell(Notice(problem, urgent=True))

    def _over(self) -> None:
        """The job has ended: let go of its audio, and begin the one that waits."""
        work, self._work, self.job = self._work, None, None
        if work is not None:
            work.forget()
        following, self._next = self._next, None
        if following is not None:
            self._begin(following)
