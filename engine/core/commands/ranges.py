"""Ranges of steps: what a musician marks on the grid, copies, clears, moves and puts elsewhere."""

from dataclasses import dataclass

from engine.core.commands import SetStep
from engine.core.errors import InvalidValue
from engine.core.pattern import Pattern, Step, Track

Slot = tuple[int, int]  # a track, from 0, and a step of it


@dataclass(frozen=True, slots=True)
class StepRange:
    """The slots of the tracks first_lane to last_lane that begin from start_ticks up to before end_ticks of the
    pattern, on the grid before swing."""

    first_lane: int
    last_lane: int
    start_ticks: int
    end_ticks: int

    def tracks(self, pattern: Pattern) -> tuple[Track, ...]:
        """The tracks that it lies on."""
        return pattern.tracks[self.first_lane : self.last_lane + 1]

    def indices(self, track: Track) -> range:
        """Its steps on one of them; none where the track's steps are too coarse, or it has ended."""
        first, end = (-(-ticks // track.step_ticks) for ticks in (self.start_ticks, self.end_ticks))
        return range(min(first, len(track.steps)), min(end, len(track.steps)))


@dataclass(frozen=True, slots=True)
class Row:
    """The steps of one track that were copied, and how many of them make a beat."""

    steps: tuple[Step | None, ...]
    steps_per_beat: int


def range_between(pattern: Pattern, one: Slot, other: Slot) -> StepRange:
    """The range that has these two slots in its corners, both within it."""
    starts = [(index * pattern.tracks[lane].step_ticks, (index + 1) * pattern.tracks[lane].step_ticks)
              for lane, index in (one, other)]
    return StepRange(min(one[0], other[0]), max(one[0], other[0]), min(starts)[0], max(end for _, end in starts))


def copied(pattern: Pattern, marked: StepRange) -> tuple[Row, ...]:
    """What lies in a range, silence included, a row a track."""
    return tuple(Row(tuple(track.steps[index] for index in marked.indices(track)), track.steps_per_beat)
                 for track in marked.tracks(pattern))


def cleared(pattern: Pattern, marked: StepRange) -> tuple[SetStep, ...]:
    """What silences a range."""
    return tuple(SetStep(track.name, index, None) for track in marked.tracks(pattern)
                 for index in marked.indices(track) if track.steps[index] is not None)


def toggled(pattern: Pattern, marked: StepRange, velocity: float = 0.8) -> tuple[SetStep, ...]:
    """What strikes every silent slot of a range, or, where none is silent, silences them all."""
    silent = tuple(SetStep(track.name, index, Step(velocity)) for track in marked.tracks(pattern)
                   for index in marked.indices(track) if track.steps[index] is None)
    return silent or cleared(pattern, marked)


def pasted(pattern: Pattern, rows: tuple[Row, ...], onto: StepRange) -> tuple[SetStep, ...]:
    """What puts rows where a range begins and on the tracks below, step for step. Cut off at the last track and at
    each track's end, not at that of the range; microtiming keeps its share of a step."""
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
    """What moves a range later (earlier below 0); the steps that lay there come to its other side, so that nothing
    is lost. Raises InvalidValue at a track's end, or where a track has no step there."""
    found: list[SetStep] = []
    for track in marked.tracks(pattern):
        places, by = marked.indices(track), by_ticks // track.step_ticks
        if not places:
            continue
        if by_ticks % track.step_ticks:
            raise InvalidValue(f"{track.name} has no step there; give it the same resolution, or move it alone.")
        first, end = places.start + min(by, 0), places.stop + max(by, 0)
        if first < 0 or end > len(track.steps):
            raise InvalidValue(f"{track.name} ends there.")
        old = track.steps[first:end]
        new = (*old[-by:], *old[:-by])  # by < 0: the first ones go to the end
        found += [SetStep(track.name, first + offset, step) for offset, step in enumerate(new) if step != old[offset]]
    return tuple(found)
