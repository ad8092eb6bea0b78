"""The second look is fitted on loops with known answers, and learns what false hits look like."""

import numpy as np

from engine.core.pattern import TRACK_NAMES
from models.naming.evidence import evidence_of
from models.naming.second_look import NO_DRUM, looked_at
from models.training.train.fit_naming import JudgedLoop, fit_naming, real_hits, true_name
from tests.models.naming.loops import curves_of, hats_on_kicks, heard, solved


def truth_of(**times: list[float]) -> tuple[np.ndarray, ...]:
    return tuple(np.array(times.get(name, []), float) for name in TRACK_NAMES)


def known_loop(kit: str) -> JudgedLoop:
    hits, transcription, curves = hats_on_kicks()
    truth = truth_of(kick=[0.0, 0.5, 1.0, 1.5], hihat=[0.25, 0.75, 1.25, 1.75])
    return JudgedLoop(evidence_of(hits, transcription, curves), truth, kit)


def test_what_was_fitted_leaves_out_the_false_hits_and_nothing_else() -> None:
    loops = [known_loop(f"kit {number}") for number in range(12)]
    weights = fit_naming(loops)
    assert looked_at(loops[0].evidence, weights).names.tolist() == ["kick"] * 4 + ["hihat"] * 4 + ["", ""]
    assert weights.hits[3] > 0                       # louder hits are likelier


def test_a_track_is_called_by_the_hits_that_only_it_finds() -> None:
    times = [0.0, 0.5, 1.0, 1.5]
    hits = solved(*(("kick", time_s, 0.0) for time_s in times), *(("ride", time_s, -10.0) for time_s in times),
                  ("crash", 0.3, -20.0))
    transcription = heard(*((str(track), float(time_s), 0.5) for track, time_s in zip(hits.tracks, hits.times_s,
                                                                                     strict=True)))
    loop = JudgedLoop(evidence_of(hits, transcription, curves_of({})), truth_of(kick=times, hihat=times), "kit")
    assert true_name(loop, "kick") == TRACK_NAMES.index("kick")
    assert true_name(loop, "ride") == TRACK_NAMES.index("hihat")
    assert true_name(loop, "crash") == NO_DRUM


def test_a_true_hit_makes_one_hit_real() -> None:
    hits = solved(("kick", 0.5, 0.0), ("kick", 0.52, -3.0), ("snare", 0.5, 0.0))
    evidence = evidence_of(hits, heard(("kick", 0.5, 0.9), ("kick", 0.52, 0.9), ("snare", 0.5, 0.9)), curves_of({}))
    loop = JudgedLoop(evidence, truth_of(kick=[0.5]), "kit")
    assert real_hits(loop, hits.tracks).sum() == 1


def test_a_hit_that_was_moved_across_the_start_is_the_first_one() -> None:
    hits = solved(("kick", 1.999, 0.0), ("kick", 1.0, 0.0))
    evidence = evidence_of(hits, heard(("kick", 0.0, 0.9), ("kick", 1.0, 0.9)), curves_of({}))
    loop = JudgedLoop(evidence, truth_of(kick=[0.0, 1.0]), "kit")
    assert real_hits(loop, hits.tracks).all()
    assert true_name(loop, "kick") == TRACK_NAMES.index("kick")
