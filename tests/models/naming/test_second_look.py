"""A second look leaves out what explains nothing, and names whole tracks."""

import numpy as np

from models.naming.evidence import evidence_of
from models.naming.second_look import SecondLook, looked_at, merged, named, second_look
from models.naming.weights import shipped_weights
from models.plugins import TempoGuess, Transcription
from tests.models.naming.loops import curves_of, hats_on_kicks, heard, solved


def test_soft_hits_on_top_of_another_drum_are_left_out_and_kept_in_mind() -> None:
    hits, transcription, curves = hats_on_kicks()
    look = SecondLook(transcription, curves, shipped_weights())
    names = look(hits)
    assert names.tolist() == ["kick"] * 4 + ["hihat"] * 4 + ["", ""]
    assert [(onset.track, onset.time_s) for onset in look.candidates] == [("hihat", 0.0), ("hihat", 1.0)]
    assert all(0.0 < onset.velocity < 0.1 for onset in look.candidates)


def test_a_track_that_the_curves_call_something_else_gets_that_name() -> None:
    times = [0.25 * step for step in range(8)]
    hits = solved(*(("tom", time_s, 0.0) for time_s in times))
    transcription = heard(*(("tom", time_s, 0.2) for time_s in times))
    curves = curves_of({("snare", time_s): 6.0 for time_s in times} | {("tom", time_s): -1.0 for time_s in times})
    evidence = evidence_of(hits, transcription, curves)
    names, ranked = named(evidence, shipped_weights())
    assert set(names) == {"snare"}
    assert ranked["snare"][:2] == ["snare", "tom"]
    assert looked_at(evidence, shipped_weights()).second_names == {"snare": "tom"}


def test_hits_that_the_solver_added_say_nothing_about_the_name() -> None:
    times = [0.5 * beat for beat in range(4)]
    hits = solved(*(("kick", time_s, 0.0) for time_s in times),
                  *(("kick", 0.1 + 0.1 * number, -25.0) for number in range(16)), added=tuple(range(4, 20)))
    curves = curves_of({("kick", time_s): 5.0 for time_s in times})
    names, _ = named(evidence_of(hits, heard(*(("kick", time_s, 0.95) for time_s in times)), curves),
                     shipped_weights())
    assert set(names) == {"kick"}


def test_a_name_that_hardly_suits_is_not_offered() -> None:
    hits, transcription, curves = hats_on_kicks()
    assert looked_at(evidence_of(hits, transcription, curves), shipped_weights()).second_names == {}


def test_of_two_tracks_with_one_name_a_stroke_counts_once() -> None:
    hits = solved(("snare", 0.5, 0.0), ("tom", 0.51, -6.0), ("tom", 1.5, -6.0))
    evidence = evidence_of(hits, heard(("snare", 0.5, 0.9), ("tom", 0.51, 0.5), ("tom", 1.5, 0.5)), curves_of({}))
    assert merged(evidence, np.array(["snare", "snare", "snare"])).tolist() == ["snare", "", "snare"]


def test_at_least_one_hit_stays() -> None:
    hits = solved(("crash", 0.5, 0.0))
    verdict = looked_at(evidence_of(hits, heard(("crash", 0.5, 0.01)), curves_of({})), shipped_weights())
    assert (verdict.names != "").sum() == 1


def test_without_curves_there_is_no_second_look() -> None:
    assert second_look(Transcription((), (TempoGuess(120.0, 4.0),))) is None
