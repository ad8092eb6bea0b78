"""Steps, one by one or in ranges: what you mark on the grid, copy, clear, move and paste.

The functions on ranges return the `SetStep`s that do it; `SetSteps` sends them as one change.
"""

from dataclasses import dataclass

from engine.core.commands.apply import apply
from engine.core.errors import InvalidValue
from engine.core.machine import Machine
from engine.core.pattern import Pattern, Step, Track

NORMAL_VELOCITY = 0.8
Slot = tuple[int, int]  # a track, from 0, and a step of it


@dataclass(frozen=True, slots=True)
class ToggleStep:
    """Put a hit on a silent step, or silence the step."""

    track: str
    index: int
    velocity: float = NORMAL_VELOCITY


@dataclass(frozen=True, slots=True)
class SetStep:
    """Put this step, or silence (None), at `index`."""

    track: str
    index: int
    step: Step | None


@dataclass(frozen=True, slots=True)
class SetSteps:
    """Set all these steps in one change, which one undo takes back."""

    steps: tuple[SetStep, ...]


@apply.register
def _(command: ToggleStep, machine: Machine, at_frames: int) -> Machine:
    track = machine.pattern.track(command.track)
    has_hit = 0 <= command.index < len(track.steps) and track.steps[command.index] is not None
    step = None if has_hit else Step(command.velocity)
    return machine.with_pattern(machine.pattern.with_track(track.with_step(command.index, step)))


@apply.register
def _(command: SetStep, machine: Machine, at_frames: int) -> Machine:
    return machine.with_pattern(_with_step(machine.pattern, command))


@apply.register
def _(command: SetSteps, machine: Machine, at_frames: int) -> Machine:
    pattern = machine.pattern
    for change in command.steps:
        pattern = _with_step(pattern, change)
    return machine.with_pattern(pattern)


@dataclass(frozen=True, slots=True)
class StepRange:
    """The steps of the tracks first_lane to last_lane that begin at or after start_ticks and before end_ticks of the
    pattern, on the grid before swing."""

    first_lane: int
    last_lane: int
    start_ticks: int
    end_ticks: int

    def tracks(self, pattern: Pattern) -> tuple[Track, ...]:
        """The tracks it covers."""
        return pattern.tracks[self.first_lane : self.last_lane + 1]

    def indices(self, track: Track) -> range:
        """Its steps on one track; none where the track's steps are too coarse, or the track has ended."""
        first, end = (-(-ticks // track.step_ticks) for ticks in (self.start_ticks, self.end_ticks))
        return range(min(first, len(track.steps)), min(end, len(track.steps)))


@dataclass(frozen=True, slots=True)
class Row:
    """Copied steps of one track, and how many of them make a beat."""

    steps: tuple[Step | None, ...]
    steps_per_beat: int


def range_between(pattern: Pattern, one: Slot, other: Slot) -> StepRange:
    """The range with these two slots at its corners, both inside."""
    starts = [(index * pattern.tracks[lane].step_ticks, (index + 1) * pattern.tracks[lane].step_ticks)
              for lane, index in (one, other)]
    return StepRange(min(one[0], other[0]), max(one[0], other[0]), min(starts)[0], max(end for _, end in starts))


def copied(pattern: Pattern, marked: StepRange) -> tuple[Row, ...]:
    """What lies in a range, silence included: one row for each track."""
    return tuple(Row(tuple(track.steps[index] for index in marked.indices(track)), track.steps_per_beat)
                 for track in marked.tracks(pattern))


def cleared(pattern: Pattern, marked: StepRange) -> tuple[SetStep, ...]:
    """The changes that silence a range."""
    return tuple(SetStep(track.name, index, None) for track in marked.tracks(pattern)
                 for index in marked.indices(track) if track.steps[index] is not None)


def toggled(pattern: Pattern, marked: StepRange, velocity: float = NORMAL_VELOCITY) -> tuple[SetStep, ...]:
    """The changes that put a hit on every silent step of a range or, if none is silent, silence them all."""
    silent = tuple(SetStep(track.name, index, Step(velocity)) for track in marked.tracks(pattern)
                   for index in marked.indices(track) if track.steps[index] is None)
    return silent or cleared(pattern, marked)


def pasted(pattern: Pattern, rows: tuple[Row, ...], onto: StepRange) -> tuple[SetStep, ...]:
    """The changes that paste rows from the start of a range on, one row a track, step for step.

    The last track and each track's end cut them off; the end of the range does not. Microtiming keeps its share of a
    step.
    """
    found: list[SetStep] = []
    for track, row in zip(pattern.tracks[onto.first_lane :], rows, strict=False):
        first = -(-onto.start_ticks // track.step_ticks)
        steps = row.steps[: max(0, len(track.steps) - first)]
        if steps:
            fitting = Track(track.name, steps, row.steps_per_beat).with_resolution(track.steps_per_beat).steps
            found += [SetStep(track.name, first + offset, step) for offset, step in enumerate(fitting)
                      if step != track.steps[first + offset]]
    return tuple(found)


def moved(pattern: Pattern, marked: StepRange, by_ticks: int) -> tuple[SetStep, ...]:
    """The changes that move a range later (earlier below 0). The steps it moves over come to its other side, so
    nothing is lost. Raises InvalidValue at a track's end, or where a track has no step at that distance."""
    found: list[SetStep] = []
    for track in marked.tracks(pattern):
        places, by = marked.indices(track), by_ticks // track.step_ticks
        if not places:
            continue
        if by_ticks % track.step_ticks:
            raise InvalidValue(f"{track.name} has no step there; give it the same resolution, or move it alone.")
        first, end = places.start + min(by, 0), places.stop + max(by, 0)
        if first < 0 or end > len(track.steps):
            raise InvalidValue(f"{track.name} has no step there; it ends earlier.")
        old = track.steps[first:end]
        new = (*old[-by:], *old[:-by])  # by < 0: the first ones go to the end
        found += [SetStep(track.name, first + offset, step) for offset, step in enumerate(new) if step != old[offset]]
    return tuple(found)


def _with_step(pattern: Pattern, change: SetStep) -> Pattern:
    return pattern.with_track(pattern.track(change.track).with_step(change.index, change.step))
