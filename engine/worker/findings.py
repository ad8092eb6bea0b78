"""What the worker has found out about the loop that plays, beyond its kit and pattern."""

from dataclasses import dataclass, replace

from engine.bridge.messages import StageReady
from engine.core.candidates import TrackCandidates
from engine.core.commands.loading import LoadDecomposition
from engine.core.commands.reading import read_alike
from engine.core.errors import InvalidValue
from engine.core.kit import SampleId
from engine.core.loop import PlayedLoop, Reading, is_doubtful, same_recording
from engine.core.machine import Machine
from engine.core.snapshot import Heard
from engine.core.time_signature import Quarters
from engine.worker.job import CORRECTION, Kind

SAME_CUT_S = 0.005
KEPT = 16  # recordings


class Findings:
    """Which tempi are likely, which hits and names are doubtful, and what was heard. tempo: the first of these."""

    def __init__(self) -> None:
        self.tempo = TempoCandidates()
        self._of_tracks: tuple[SampleId, tuple[TrackCandidates, ...]] = ("", ())  # by the recording
        self._heard: tuple[LastHeard, ...] = ()  # the newest first, one for each recording: undo brings loops back
        self._shown: tuple[Machine, Heard | None] | None = None  # for one machine; asked for many times a second

    def take(self, command: LoadDecomposition, stage: StageReady, kind: Kind) -> None:
        """Remember what a stage has found that `command` has loaded."""
        known = next((one for one in self._heard if same_recording(one.loop, command.loop)), None)
        newest = heard_in(command, stage) if known is None else known.after(command, stage, kind)
        if newest is not None:
            others = [one for one in self._heard if not same_recording(one.loop, newest.loop)]
            self._heard = (newest, *others)[:KEPT]
        self._shown = None
        if stage.loop is not None:
            self._of_tracks = (stage.loop.sample, stage.candidates)

    def heard(self, machine: Machine) -> Heard | None:
        """What was heard in the machine's loop, as far as its kit is still there."""
        if self._shown is None or self._shown[0] is not machine:
            self._shown = machine, next(filter(None, (one.about(machine) for one in self._heard)), None)
        return self._shown[1]

    def candidates(self, loop: PlayedLoop | None) -> tuple[TrackCandidates, ...]:
        """What is not sure about the tracks of this loop."""
        return self._of_tracks[1] if loop is not None and loop.sample == self._of_tracks[0] else ()


@dataclass(frozen=True, slots=True)
class TempoCandidates:
    """Ways to read one loop's recording, the present one first, while it has so many beats; none where its tempo is
    sure. path: the recording's file."""

    sample: SampleId = ""
    beats: Quarters = 0
    readings: tuple[Reading, ...] = ()
    path: str = ""

    @classmethod
    def of(cls, stage: StageReady, path: str) -> "TempoCandidates | None":
        """What a stage says about its loop's tempo; None where it says nothing."""
        if stage.loop is None or not stage.readings:
            return None
        if not is_doubtful(stage.readings):
            return cls()
        return cls(stage.loop.sample, stage.loop.beats, stage.readings, path)

    def about(self, loop: PlayedLoop | None) -> tuple[Reading, ...]:
        """The readings of this loop, if it is the one and you have not counted it otherwise."""
        asked = loop is not None and (loop.sample, loop.beats) == (self.sample, self.beats)
        return self.readings if asked else ()

    def chosen(self, number: int) -> tuple[Reading, ...]:
        """The readings with this one first. Raises InvalidValue when there is none."""
        if not 0 <= number < len(self.readings):
            raise InvalidValue(f"There is no reading {number + 1} of this loop; there are {len(self.readings)}.")
        return (self.readings[number], *self.readings[:number], *self.readings[number + 1 :])


def same_cut(one: Reading, other: Reading) -> bool:
    """Whether both make the same stretch of the recording a loop, so that only the counting differs."""
    return all(abs(a - b) < SAME_CUT_S for a, b in zip(one.cut_s, other.cut_s, strict=True))


@dataclass(frozen=True, slots=True)
class LastHeard:
    """What was heard in `loop`, and the sounds of the kit that came of it."""

    loop: PlayedLoop
    heard: Heard
    samples: frozenset[SampleId]

    def after(self, command: LoadDecomposition, stage: StageReady, kind: Kind) -> "LastHeard":
        """The same, once a later stage has come. A correction was told its pattern: it hears nothing new."""
        later = heard_in(command, stage)
        if later is None or kind is not CORRECTION or not same_recording(self.loop, later.loop):
            return later or self
        return replace(later, loop=self.loop, heard=replace(later.heard, pattern=self.heard.pattern))

    def about(self, machine: Machine) -> Heard | None:
        """What was heard, in the reading of the machine's loop; None where that is another, or its kit is gone."""
        loop, sounds = machine.loop, {name for shot in machine.kit.one_shots.values() for name in shot.samples}
        if loop is None or not same_recording(self.loop, loop) or not self.samples & sounds:
            return None
        try:
            pattern, _ = read_alike(self.heard.pattern, self.loop, loop)
        except InvalidValue:  # the grid of this reading cannot hold it
            return replace(self.heard, pattern=machine.pattern)
        return replace(self.heard, pattern=pattern)


def heard_in(command: LoadDecomposition, stage: StageReady) -> LastHeard | None:
    """What a stage says about its loop; None where it has none."""
    if command.loop is None:
        return None
    sounds = frozenset(name for shot in command.kit.one_shots.values() for name in shot.samples)
    return LastHeard(command.loop, Heard(command.pattern, stage.match, dict(stage.track_match)), sounds)
