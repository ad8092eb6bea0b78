"""Doubt: which steps the transcriber was not sure of, and where the next one is."""

from engine.core.pattern import Pattern, Step

DOUBTFUL_BELOW = 0.5


def is_doubtful(step: Step) -> bool:
    """Whether more speaks against the step than for it."""
    return step.confidence < DOUBTFUL_BELOW


def next_doubtful(pattern: Pattern, track_index: int, step_index: int) -> tuple[int, int] | None:
    """Track and step of the next doubtful step after this one, in time and then down the tracks; it wraps.

    None where nothing is in doubt.
    """
    found = [(index * track.step_ticks, lane, index)
             for lane, track in enumerate(pattern.tracks)
             for index, step in enumerate(track.steps) if step is not None and is_doubtful(step)]
    if not found:
        return None
    here = (step_index * pattern.tracks[track_index].step_ticks, track_index, step_index)
    _, lane, index = min((place for place in found if place > here), default=min(found))
    return lane, index
