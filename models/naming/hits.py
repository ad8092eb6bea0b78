"""Whether a hit is real: a logistic regression whose telling feature is how loud the hit is once the loop is solved.

False hits sit on top of true hits of other drums. The transcriber takes those for the real thing, but a solved loop
leaves nothing for them to explain: they come out soft.
"""

import numpy as np
from scipy.special import expit

from engine.core.pattern import TRACK_NAMES
from models.naming.evidence import Evidence

HIT_FEATURES = ("constant", "odds", "added", "velocity", "correlation", "logit", "level")
_SOFTEST_DB = -40.0


def hit_features(evidence: Evidence, names: np.ndarray) -> np.ndarray:
    """(hits, HIT_FEATURES) of hits on the tracks `names` (hits,): the transcriber's log-odds, whether the solver added
    it, its level below its track's loudest in units of 10 dB, how much it resembles its one-shot, the logit of its
    drum, and its level below the loop's loudest."""
    hits = evidence.hits
    loudest = np.where(names[:, None] == names[None], hits.levels_db[None], -np.inf).max(axis=1)
    drums = np.array([TRACK_NAMES.index(name) if name in TRACK_NAMES else 0 for name in names])
    return np.column_stack([
        np.ones(len(names)), evidence.odds, evidence.added,
        np.maximum(hits.levels_db - loudest, _SOFTEST_DB) / 10, np.clip(hits.correlations, 0.0, 1.0),
        evidence.logits[np.arange(len(names)), drums], np.maximum(hits.levels_db, 2 * _SOFTEST_DB) / 10])


def chances(features: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(hits,) the chance that each hit is real."""
    return np.asarray(expit(features @ weights))
