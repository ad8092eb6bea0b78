"""Hits that were left out become steps where the pattern has none."""

from engine.core.candidates import CandidateStep, TrackCandidates
from engine.core.pattern import Pattern, Step, Track
from engine.core.timeline import Ticks
from models.naming.candidates import candidates_of
from models.plugins import Onset

HAT = Track("hihat", (Step(1.0), *(None,) * 15), 4)
PATTERN = Pattern((HAT,), 4, 0.5)


def test_a_hit_becomes_the_nearest_step_with_its_microtiming() -> None:
    found = candidates_of(PATTERN, [Onset("hihat", 0.3755, 0.2, 0.3)], {"hihat": "ride"}, 4, 2.0)
    assert found == (TrackCandidates("hihat", "ride", (CandidateStep(3, Step(0.2, Ticks(1), confidence=0.3)),)),)


def test_a_step_that_sounds_is_left_alone_and_the_loudest_of_two_hits_is_kept() -> None:
    hits = [Onset("hihat", 0.0, 0.5), Onset("hihat", 0.5, 0.3), Onset("hihat", 0.51, 0.1), Onset("snare", 0.25, 0.4)]
    (mine,) = candidates_of(PATTERN, hits, {}, 4, 2.0)
    assert [(hit.index, hit.step.velocity) for hit in mine.steps] == [(4, 0.3)]


def test_a_hit_just_before_the_end_belongs_to_the_first_step() -> None:
    empty = Pattern((Track("hihat", (None,) * 16, 4),), 4, 0.5)
    (mine,) = candidates_of(empty, [Onset("hihat", 1.99, 0.5)], {}, 4, 2.0)
    assert mine.steps[0].index == 0
    assert mine.steps[0].step.microtiming < 0


def test_a_track_without_candidates_is_not_mentioned() -> None:
    assert candidates_of(PATTERN, [], {}, 4, 2.0) == ()
