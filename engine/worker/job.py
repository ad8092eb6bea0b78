"""One job of the worker's: what it is about, and what has come of it so far."""

from dataclasses import dataclass

from engine.bridge.messages import DecomposeFile, DecomposeJob, OpenFolder
from engine.bridge.segments import unlink_segment
from engine.core.commands.loading import LoadDecomposition, holds
from engine.core.commands.merging import EarlierStage
from engine.core.loop import PlayedLoop, same_recording
from engine.core.machine import Machine


@dataclass
class Work:
    """What to say to the worker, the loop it is about where we have it, whether a stage has come, whether the loop is a
    take that has just been recorded, and whether its beats are others than it plays with; what the last stage brought;
    the first stage, where undo ends; whether what still comes is not wanted."""

    message: DecomposeJob | DecomposeFile | OpenFolder
    name: str
    loop: PlayedLoop | None = None
    staged: bool = False
    recorded: bool = False
    recounted: bool = False
    brought: EarlierStage | None = None
    first: LoadDecomposition | None = None
    dropped: bool = False

    def is_gone(self, machine: Machine) -> bool:
        """Whether nothing is left in `machine` of what the job is about."""
        if self.loop is not None and not same_recording(self.loop, machine.loop):
            return True
        return self.brought is not None and not holds(machine, self.brought)

    def forget(self) -> None:
        """Let go of the audio that was handed over."""
        if isinstance(self.message, DecomposeJob):
            unlink_segment(self.message.segment)
