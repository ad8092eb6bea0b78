"""What the worker is asked to do, and what comes back, stage by stage, as a kit that replaces the running one."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.bridge.messages import (
    DecomposeJob,
    JobDone,
    JobFailed,
    JobNotice,
    OpenFolder,
    Progress,
    StageReady,
)
from engine.bridge.segments import forget_segments
from engine.core.candidates import TrackCandidates
from engine.core.commands import Boundary, DoubleReading, HalveReading, SetTimeSignature, target_frames
from engine.core.commands.merging import EarlierStage
from engine.core.commands.reading import as_recorded, doublings
from engine.core.errors import InvalidValue, TaoError
from engine.core.loop import Audio, PlayedLoop, Reading
from engine.core.methods import USUAL, Methods
from engine.core.pattern import Pattern
from engine.core.snapshot import Heard
from engine.core.snapshot import Job as JobStatus
from engine.core.time_signature import Quarters, TimeSignature
from engine.core.timeline import MAX_BPM, MIN_BPM, Ticks
from engine.live.conductor import Conductor
from engine.live.notices import Notices
from engine.worker.findings import Findings, TempoCandidates, same_cut
from engine.worker.job import (
    AGAIN,
    CORRECTION,
    FIRST_STAGE,
    FREE_TAKE,
    LAST_STAGE,
    RECOUNT,
    TAKE,
    Job,
    Kind,
    KitOnDisk,
    bpm_of,
)
from engine.worker.orders import Orders
from engine.worker.process import WorkerProcess


class Jobs:
    """Owns the job that the worker does and the one that waits. The control thread alone calls it.

    memory_folder, kits_folder, methods: as `Orders` has them.
    """

    def __init__(self, conductor: Conductor, worker: WorkerProcess, memory_folder: Path, kits_folder: Path,
                 notices: Notices, methods: Methods = USUAL) -> None:
        self.orders = Orders(conductor.sample_rate, memory_folder, kits_folder, methods)
        self._conductor, self._worker, self._notices = conductor, worker, notices
        self._job: Job | None = None
        self._next: Job | None = None
        self.status: JobStatus | None = None
        self._findings = Findings()
        self._on_disk: list[KitOnDisk] = []

    @property
    def heard(self) -> Heard | None:
        """What was heard in the loop that plays, as far as its kit is still there."""
        return self._findings.heard(self._conductor.machine)

    @property
    def readings(self) -> tuple[Reading, ...]:
        """Ways to count the loop that is loaded, while its tempo is not sure."""
        return self._findings.tempo.about(self._conductor.machine.loop)

    @property
    def candidates(self) -> tuple[TrackCandidates, ...]:
        """What the decomposition of the loop that is loaded is not sure of."""
        return self._findings.candidates(self._conductor.machine.loop)

    @property
    def running(self) -> bool:
        """Whether the worker has something to do."""
        return self._job is not None

    def works_on(self, loop: PlayedLoop | None) -> bool:
        """Whether the worker is still making the kit of this loop."""
        return self._job is not None and self._job.works_on(loop)

    def take_kits_on_disk(self) -> list[KitOnDisk]:
        """The kits that jobs have brought since the last call, and their folders."""
        found, self._on_disk = self._on_disk, []
        return found

    def decompose(self) -> None:
        """Decompose the loop that is loaded. Raises InvalidValue when there is none."""
        loop = self._conductor.schedule.latest.loop
        if loop is None:
            raise InvalidValue("There is no loop to decompose. Record one with r, or open a file.")
        self._begin(self._about(AGAIN, loop))

    def correct(self) -> None:
        """Re-solve the kit from your edited steps. Raises InvalidValue without a loop whose pattern they are."""
        machine = self._conductor.schedule.latest
        if machine.loop is None:
            raise InvalidValue("There is no loop to re-solve the kit from. Record one with r, or open a file.")
        if machine.pattern.beats != machine.loop.beats:
            raise InvalidValue(f"The loop has {machine.loop.beats:g} beats, this pattern {machine.pattern.beats:g}. Go "
                               "back to the loop's own pattern, or decompose the loop again with d.")
        wanted = as_recorded(machine.pattern, machine.loop)
        job = self._about(CORRECTION, machine.loop, wanted=wanted)
        job.after = EarlierStage(machine.kit, wanted, machine.listen, machine.loop)
        self._begin(job)

    def count_as(self, beats: Quarters, signature: TimeSignature | None = None) -> None:
        """Count the loop as so many quarter notes, in this metre if one is given. Halves and doubles sound no
        different; for other numbers the loop is decomposed again. Raises InvalidValue when that is not possible."""
        loop = self._conductor.machine.loop
        if loop is None:
            raise InvalidValue("There is no loop to read another way. Record one with r, or open a file.")
        recounted = replace(loop, beats=beats, downbeat_ticks=Ticks(0))
        bpm = bpm_of(recounted, self._conductor.sample_rate)
        if not MIN_BPM <= bpm <= MAX_BPM:
            raise InvalidValue(f"{beats:g} beats would be {bpm:.0f} BPM; a tempo lies between {MIN_BPM:g} and "
                               f"{MAX_BPM:g}.")
        times = doublings(loop, recounted)
        if times is None:
            self._begin(self._about(RECOUNT, recounted))
        else:
            self._double(times)
        if signature is not None and signature != self._conductor.machine.pattern.time_signature:
            self._conductor.perform(SetTimeSignature(signature))
        self._findings.tempo = TempoCandidates()

    def choose_reading(self, number: int) -> None:
        """Read the recording of the loop as the reading of that number. One that cuts it elsewhere is decomposed again;
        else the loop is counted as it says; all readings stay on offer, this one first. Raises InvalidValue when there
        is none."""
        before = self._findings.tempo
        if not self.readings:
            raise InvalidValue("The tempo of this loop is certain. Halve or double it, or decompose the loop again.")
        readings = before.chosen(number)
        if number == 0:
            return
        now = readings[0]
        if same_cut(now, before.readings[0]):
            self.count_as(now.beats, now.time_signature)
            self._findings.tempo = replace(before, beats=now.beats, readings=readings)
            return
        self._begin(self.orders.file(before.path, readings=readings))

    def decompose_take(self, loop: PlayedLoop, sure: bool = True) -> None:
        """Decompose what was just recorded; undo takes take and kit back together. sure: whether its beats are known;
        else the worker finds the loop in it, and its tempo. Raises TaoError."""
        job = self._about(TAKE if sure else FREE_TAKE, loop, sure=sure)
        job.recut = not sure
        self._begin(job)

    def open_audio(self, path: str, beats: Quarters | None) -> None:
        """Decompose a file; the worker reads it. Raises InvalidValue for what no file is called."""
        self._begin(self.orders.file(path, beats))

    def load_folder(self, path: str) -> None:
        """Load a decomposition; the worker reads it. Raises InvalidValue for what no folder is called."""
        self._begin(self.orders.folder(path))

    def cancel(self) -> None:
        """Stop the job. Raises InvalidValue when there is none."""
        if self._job is None:
            raise InvalidValue("No job is running.")
        self._let_wait(None)
        self._notices.say(f"Stopped {self._job.words}.")
        self._drop(self._job)

    def was_undone(self) -> None:
        """Something was undone: a job about that ends."""
        if self._next is not None and self._next.is_gone(self._conductor.schedule.latest):
            self._let_wait(None)
        job = self._job
        if job is not None and not job.dropped and job.is_gone(self._conductor.schedule.latest):
            self._drop(job)
            self._notices.say(f"{job.name} was undone, so its decomposition was stopped.")

    def step(self) -> None:
        """Take what the worker has said; stop a job that makes no progress."""
        for message in self._worker.read():
            self._take(message)

    def _take(self, message: Any) -> None:
        """One message of the worker's."""
        job = self._job
        match message:
            case Progress() if job is not None:
                self.status = JobStatus(message.job_id, job.name, message.stage, message.fraction)
            case StageReady() if job is not None:
                self._take_stage(job, message)
            case JobNotice():
                self._notices.say(message.sentence)
            case JobDone() if job is not None:
                self._note_folder(job, message)
                self._end()
            case JobFailed():
                mine = job is not None and job.message.job_id == message.job_id
                if job is None or not mine or not job.dropped:
                    self._notices.warn(message.sentence)
                if mine:
                    self._end()

    def _note_folder(self, job: Job, done: JobDone) -> None:
        """Remember where the kit that the job has brought lies."""
        opened = isinstance(job.message, OpenFolder)
        folder = job.message.path if isinstance(job.message, OpenFolder) else done.kept
        if job.newest is not None and not job.dropped and folder:
            self._on_disk.append(KitOnDisk(job.newest, job.first, Path(folder), done.fresh, opened))

    def _about(self, kind: Kind, loop: PlayedLoop, wanted: Pattern | None = None, sure: bool = True) -> Job:
        """A job about a loop that is in the bank, its audio in shared memory. Raises TaoError."""
        audio: Audio = self._conductor.bank[loop.sample][: loop.frames]
        return self.orders.about(kind, loop, audio, wanted, sure)

    def _begin(self, job: Job) -> None:
        """Hand it to the worker; a job that is still running gives way."""
        if self._job is not None:
            self._let_wait(job)
            self._notices.say(f"Stopped {self._job.words} to begin with {job.name}.")
            self._drop(self._job)
            return
        problem = self._worker.submit(job.message, job.name)
        if problem is not None:
            self._notices.warn(problem)
            job.forget()
            return
        self._job = job
        self.status = JobStatus(job.message.job_id, job.name, "starting", 0.0)

    def _let_wait(self, job: Job | None) -> None:
        """The job that comes next; one that waited is forgotten."""
        if self._next is not None:
            self._next.forget()
        self._next = job

    def _drop(self, job: Job) -> None:
        """Ask the worker to stop; a stage that is on its way already is not used."""
        job.dropped = True
        self._worker.cancel()

    def _take_stage(self, job: Job, stage: StageReady) -> None:
        """Load a stage on the next bar line. One that cannot be loaded is a notice."""
        conductor = self._conductor
        try:
            conductor.bank.attach(stage.samples)
            if job.dropped or job.is_gone(conductor.schedule.latest):
                return
            for name in stage.samples:
                conductor.save_sample(name)
            self._findings.tempo = TempoCandidates.of(stage, self.orders.recording_of(job)) or self._findings.tempo
            if job.recut and stage.stage == FIRST_STAGE:  # its slices would begin at another tempo than the loop
                return
            command = job.command(stage, conductor.schedule.latest.listen, self._bar_ticks)
            if job.staged:  # one undo takes the whole job back
                conductor.refine(command, job.first)
            elif job.kind.undone_with_the_loop:
                conductor.follow_up(command, Boundary.BAR)
            else:
                conductor.perform(command, Boundary.BAR)
                job.first = command
        except TaoError as error:
            self._notices.warn(f"The stage {stage.stage} of {job.name} was not loaded: {error}")
            return
        job.has_brought(command)
        self._findings.take(command, stage, job.kind)
        if isinstance(job.message, OpenFolder):
            self._notices.say(f"The kit {stage.kit.name} plays from the next bar line on.")
        elif stage.stage == LAST_STAGE and stage.match is not None:
            self._notices.say(f"{job.name} is a kit now; it matches the recording by {stage.match:.0%}.")

    def _double(self, times: int) -> None:
        """Count twice as many beats so often, half as many where `times` is negative; one undo takes all back."""
        command = DoubleReading() if times > 0 else HalveReading()
        for nth in range(abs(times)):
            if nth:
                self._conductor.follow_up(command, Boundary.NOW)
            else:
                self._conductor.perform(command)

    def _bar_ticks(self) -> Ticks:
        """The song tick of the bar line on which something loaded now will begin."""
        machine = self._conductor.schedule.latest
        if not machine.playing:
            return Ticks(0)
        return machine.timeline.ticks_at(target_frames(machine, Boundary.BAR, self._conductor.earliest_frames))

    def _end(self) -> None:
        """The job has ended: let go of its audio, and begin the one that waits."""
        job, self._job, self.status = self._job, None, None
        if job is not None:
            job.forget()
        following, self._next = self._next, None
        about = None if following is None else following.message
        forget_segments(self.orders.memory_folder, {about.segment} if isinstance(about, DecomposeJob) else ())
        if following is not None:
            self._begin(following)
