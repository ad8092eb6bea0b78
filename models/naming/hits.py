"""Whether a hit is real: a logistic regression whose telling feature is how loud the hit is once the loop is solved.

False hits sit on top of true hits of other drums. The transcriber takes those for the real thing, but a solved loop
leaves nothing for them to explain: they come out soft.
"""

import numpy as np
from scipy.special import expit

from engine.core.pattern import TRACK_NAMES
from models.naming.evidence import Evidence

HIT_FEATURES = ("constant", "odds", "added", "level", "correlation", "logit", "rival", "beside", "softer", "log_count")
_SOFTEST_DB = -40.0


def hit_features(evidence: Evidence, names: np.ndarray) -> np.ndarray:
    """(hits, HIT_FEATURES) of hits on the tracks `names` (hits,): the transcriber's log-odds, whether the solver added
    it, its solved velocity in units of 10 dB, how much it resembles its one-shot, the logit of its drum and by how much
    another drum's is larger, whether another track has a hit there and by how many 10 dB it is softer than that, how
    many hits its track has."""
    hits, count = evidence.hits, len(names)
    same = names[:, None] == names[None]
    loudest = np.where(same, hits.levels_db[None], -np.inf).max(axis=1)
    drums = np.array([TRACK_NAMES.index(name) if name in TRACK_NAMES else 0 for name in names])
    logits = evidence.logits[np.arange(count), drums]
    beside = evidence.together & ~same & (names != "")[None]
    louder = np.where(beside, hits.levels_db[None], -np.inf).max(axis=1, initial=-np.inf)
    softer = np.where(np.isfinite(louder), louder - hits.levels_db, 0.0)
    return np.column_stack([
        np.ones(count), evidence.odds, evidence.added, np.maximum(hits.levels_db - loudest, _SOFTEST_DB) / 10,
        np.clip(hits.correlations, 0.0, 1.0), logits, evidence.logits.max(axis=1) - logits, beside.any(axis=1),
        np.clip(softer, -20, 40) / 10, np.log(same.sum(axis=1)) - 2.0])


def chances(features: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(hits,) the chance that each hit is real."""
    return np.asarray(expit(features @ weights))
