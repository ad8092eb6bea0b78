"""Hits that the second look left out, as steps that you can bring back."""

from collections.abc import Mapping, Sequence

from engine.core.candidates import CandidateStep, TrackCandidates
from engine.core.groove import grid_ticks
from engine.core.pattern import Pattern, Step, Track
from engine.core.time_signature import Quarters
from engine.core.timeline import PPQN, Ticks
from models.plugins import Onset


def candidates_of(pattern: Pattern, candidates: Sequence[Onset], second_names: Mapping[str, str], beats: Quarters,
                 length_s: float) -> tuple[TrackCandidates, ...]:
    """What is not sure about each track of a pattern: its next best name, and the hits left out, on steps that are
    empty. The recording lasts length_s, or `beats` quarter notes; of several hits on one step the loudest is kept."""
    found = []
    for track in pattern.tracks:
        steps = _steps(pattern, track, [onset for onset in candidates if onset.track == track.name],
                       beats * PPQN / length_s)
        mine = TrackCandidates(track.name, second_names.get(track.name, ""), steps)
        if mine != TrackCandidates(track.name):
            found.append(mine)
    return tuple(found)


def _steps(pattern: Pattern, track: Track, onsets: Sequence[Onset], ticks_per_s: float) -> tuple[CandidateStep, ...]:
    count, half = len(track.steps), track.step_ticks // 2
    whole = count * track.step_ticks
    found: dict[int, Step] = {}
    for onset in sorted(onsets, key=lambda one: one.velocity):
        tick = round(onset.time_s * ticks_per_s)
        index = min(range(count), key=lambda one: abs(_late(tick - grid_ticks(pattern, track, one), whole)))
        late = _late(tick - grid_ticks(pattern, track, index), whole)
        if track.steps[index] is None:
            found[index] = Step(onset.velocity, Ticks(max(-half, min(half, late))), confidence=onset.confidence)
    return tuple(CandidateStep(index, step) for index, step in sorted(found.items()))


def _late(ticks: int, whole: int) -> int:
    """Ticks on a circle of `whole` ticks, from minus a half of it on."""
    return (ticks + whole // 2) % whole - whole // 2
