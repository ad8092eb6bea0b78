"""Whether a hit is real: a logistic regression whose telling feature is how loud the hit is once the loop is solved.

False hits sit on top of true hits of other drums. The transcriber takes those for the real thing, but a solved loop
leaves nothing for them to explain: they come out soft.
"""

import numpy as np
from scipy.special import expit

from models.naming.evidence import Evidence

HIT_FEATURES = ("constant", "odds", "added", "level", "correlation", "logit", "rival", "beside", "softer", "log_count")
_SOFTEST = 0.01


def hit_features(evidence: Evidence, names: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """(hits, HIT_FEATURES) of hits on the tracks `names`, with the transcriber's logits of their own drum (hits,):
    its log-odds, whether the solver added it, its solved velocity in units of 10 dB, how much it resembles its one-shot,
    the logit of its drum and the largest of another, whether another track has a hit there and by how many 10 dB it is
    softer, how many hits its track has."""
    hits = evidence.hits
    same = names[:, None] == names[None]
    beside = evidence.together & ~same
    louder = np.where(beside, hits.levels_db, -np.inf).max(axis=1, initial=-np.inf)
    softer = np.where(np.isfinite(louder), louder - hits.levels_db, 0.0)
    level = 2 * np.log10(np.maximum(hits.velocities, _SOFTEST))
    return np.column_stack([
        np.ones(len(names)), evidence.odds, evidence.added, level, np.clip(hits.correlations, 0.0, 1.0), logits,
        rivals(evidence, logits), beside.any(axis=1), np.clip(softer, -20, 40) / 10, np.log(same.sum(axis=1)) - 2.0])


def rivals(evidence: Evidence, logits: np.ndarray) -> np.ndarray:
    """(hits,) the largest logit at each hit, of any drum, less that of its own."""
    return evidence.logits.max(axis=1) - logits


def chances(features: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(hits,) the chance that each hit is real."""
    return np.asarray(expit(features @ weights))
