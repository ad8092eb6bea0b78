"""What a decomposition is not sure of: the next best name of a track, and soft hits that it left out."""

from dataclasses import dataclass

from engine.core.step import Step


@dataclass(frozen=True, slots=True)
class CandidateStep:
    """A hit that was left out, as the step that it would be."""

    index: int
    step: Step


@dataclass(frozen=True, slots=True)
class TrackCandidates:
    """What is not sure about a track. second_name: what else it may be, empty if there is nothing; steps: hits that
    are more likely false than real."""

    track: str
    second_name: str = ""
    steps: tuple[CandidateStep, ...] = ()
