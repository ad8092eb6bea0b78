"""One job for the worker: what it is about, and how its stages become commands."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from engine.bridge.messages import DecomposeFile, DecomposeJob, OpenFolder, StageReady
from engine.bridge.segments import unlink_segment
from engine.core.commands.loading import LoadDecomposition, holds
from engine.core.commands.merging import EarlierStage
from engine.core.loop import PlayedLoop, same_recording
from engine.core.machine import Listen, Machine
from engine.core.timeline import MAX_BPM, MIN_BPM, Ticks

LAST_STAGE = "kit"
FIRST_STAGE = "slices"


@dataclass(frozen=True, slots=True)
class Kind:
    """What the stages of a kind of job bring besides kit and pattern, and how undo takes them back.

    sets_tempo: the first stage sets the tempo and begins on the next bar line; else tempo and phase stay.
    switches_listen: the last stage turns from the recording to the kit; else you go on listening to what you chose.
    undone_with_the_loop: the first stage is no change of its own: one undo takes recording and kit back.
    """

    sets_tempo: bool = False
    switches_listen: bool = True
    undone_with_the_loop: bool = False


TAKE = Kind(undone_with_the_loop=True)
AGAIN = Kind()  # the loop that is loaded
RECOUNT = Kind(sets_tempo=True)  # the same, counted as other beats
CORRECTION = Kind(switches_listen=False)
FREE_TAKE = Kind(sets_tempo=True, undone_with_the_loop=True)
FILE = FOLDER = Kind(sets_tempo=True)


@dataclass
class Job:
    """loop: the one that it is about, where the engine has it (its audio and phase stay); None where the worker reads
    it from disk. recut: the worker finds the loop in that recording. after: what the newest stage brought, which the
    next one comes after. first: the command of the first stage, where undo ends; newest: that of the last one. staged:
    whether a stage has come; dropped: whether later ones are unwanted."""

    message: DecomposeJob | DecomposeFile | OpenFolder
    kind: Kind
    name: str
    loop: PlayedLoop | None = None
    recut: bool = False
    after: EarlierStage | None = None
    first: LoadDecomposition | None = None
    newest: LoadDecomposition | None = None
    staged: bool = False
    dropped: bool = False

    @property
    def words(self) -> str:
        """What it does, as in "decomposing amen"."""
        if isinstance(self.message, OpenFolder):
            return f"loading {self.name}"
        return f"{'re-solving the kit of' if self.kind is CORRECTION else 'decomposing'} {self.name}"

    def is_gone(self, machine: Machine) -> bool:
        """Whether nothing is left in `machine` of what the job is about."""
        if self.loop is not None and not (self.recut and self.staged) and not same_recording(self.loop, machine.loop):
            return True
        return self.after is not None and not holds(machine, self.after)

    def command(self, stage: StageReady, listen: Listen, bar_ticks: Callable[[], Ticks]) -> LoadDecomposition:
        """The stage as a command. listen: what you listen to now; bar_ticks: the song tick of the next bar line."""
        loop = self._loop(stage)
        bpm, phase = None, None
        if self._begins(stage):
            bpm, phase = self._bpm(stage), bar_ticks()
        return LoadDecomposition(stage.kit, stage.pattern, loop, self._listen(stage, loop, listen), bpm, phase,
                                 self.after, stage.stored_patterns, stage.slot)

    def has_brought(self, command: LoadDecomposition) -> None:
        """The stage that `command` loads has been taken."""
        self.staged, self.newest = True, command
        self.after = EarlierStage(command.kit, command.pattern, command.listen, command.loop)

    def works_on(self, loop: PlayedLoop | None) -> bool:
        """Whether a later stage of the kit made from this loop is still to come."""
        mine = self.loop if self.after is None else self.after.loop
        return mine is not None and not self.dropped and same_recording(mine, loop)

    def forget(self) -> None:
        """Let go of the audio that was handed over."""
        if isinstance(self.message, DecomposeJob):
            unlink_segment(self.message.segment)

    def _loop(self, stage: StageReady) -> PlayedLoop | None:
        if self.loop is None or self.recut:
            return stage.loop
        return replace(self.loop, residual=None if stage.loop is None else stage.loop.residual)

    def _begins(self, stage: StageReady) -> bool:
        """Whether the stage sets the tempo: the first may; a later one where the worker has changed its mind about
        where in a file the loop is, or how many beats it has."""
        if not self.staged:
            return self.kind.sets_tempo
        if (self.loop is not None and not self.recut) or stage.loop is None:
            return False
        before = None if self.after is None else self.after.loop
        return before is None or (stage.loop.beats, stage.loop.sample) != (before.beats, before.sample)

    def _bpm(self, stage: StageReady) -> float | None:
        bpm = stage.bpm
        if self.loop is not None and not self.recut and isinstance(self.message, DecomposeJob):
            bpm = bpm_of(self.loop, self.message.sample_rate)
        return bpm if bpm is not None and MIN_BPM <= bpm <= MAX_BPM else None

    def _listen(self, stage: StageReady, loop: PlayedLoop | None, now: Listen) -> Listen:
        if not self.kind.switches_listen:
            return now
        if stage.stage == LAST_STAGE and loop is not None and loop.residual is not None:
            return Listen.KIT_AND_RESIDUAL
        if stage.stage == LAST_STAGE or loop is None:
            return Listen.KIT
        return now if self.staged or self.loop is not None else Listen.ORIGINAL


@dataclass(frozen=True, slots=True)
class KitOnDisk:
    """Where the kit of a finished job is. command: what brought it; since: the command that began the job, where undo
    ends; fresh: whether the folder was written for this job; opened: whether the job was to read it."""

    command: LoadDecomposition
    since: LoadDecomposition | None
    folder: Path
    fresh: bool
    opened: bool


def bpm_of(loop: PlayedLoop, sample_rate: int) -> float:
    """The tempo at which the loop's beats fill its length."""
    return 60.0 * loop.beats * sample_rate / loop.frames
