"""The curves are read where the hits are, on a circular loop."""

import numpy as np

from models.naming.evidence import evidence_of, log_odds, logits_at
from models.plugins import Curves
from tests.models.naming.loops import curves_of, heard, solved


def test_the_largest_logit_within_30_ms_counts() -> None:
    curves = curves_of({("ride", 0.52): 3.0})
    found = logits_at(curves, np.array([0.5, 0.56]))
    assert found[0, 4] == 3.0
    assert found[1, 4] == -6.0


def test_a_drum_that_the_curves_lack_has_the_lowest_logit() -> None:
    curves = Curves(("kick",), np.zeros((10, 1)), 0.0, 100)
    assert logits_at(curves, np.array([0.05])).tolist() == [[0.0, -8.0, -8.0, -8.0, -8.0, -8.0]]


def test_added_hits_have_even_odds_and_hits_meet_across_the_loops_end() -> None:
    hits = solved(("kick", 0.0, 0.0), ("snare", 1.99, 0.0), added=(1,))
    evidence = evidence_of(hits, heard(("kick", 0.0, 0.9)), curves_of({}))
    assert evidence.odds[1] == 0.0
    assert np.isclose(evidence.odds[0], log_odds(np.array([0.9]))[0])
    assert evidence.together.all()
    assert evidence.added.tolist() == [False, True]
