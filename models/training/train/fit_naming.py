"""Fit the weights of the second look on loops with known answers: what tracks are called, and which hits are real.

Each part is a regression with few weights, shrunk towards those of an earlier study. The hits are judged on tracks that
were named by weights fitted on other kits, and the threshold is chosen on hits that were judged so too: fitted on what
it is measured on, either part looks better than it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, logsumexp

from engine.core.pattern import TRACK_NAMES
from models.hearing.peak_picking import matched
from models.naming.evidence import Evidence
from models.naming.hits import chances, hit_features
from models.naming.second_look import NO_DRUM, merged, named
from models.naming.tracks import track_features
from models.naming.weights import NamingWeights

_WITHIN_S = 0.05
_EARLY_S = 0.02                 # a hit this little before the end is the first one of the loop
_FOLDS = 6
_REAL = 0.4                     # the least share of a track's hits that a name must explain
_NAME_RIDGE, _HIT_RIDGE = 3.0, 50.0    # few kits: on kits not seen, strong shrinkage is best
_PLATEAU = 0.003
_THRESHOLDS = np.arange(0.2, 0.7, 0.02)
EARLIER = NamingWeights(np.array([1.41, -0.75, 2.18, 1.25, -0.68, 1.59]),
                        np.array([-1.53, 0.89, 0.86, 0.24, 0.24, -0.79]),
                        np.array([1.05, 0.62, -0.18, 1.31, 0.34, 0.0, 0.0]), 0.36)


@dataclass(frozen=True, slots=True, eq=False)
class JudgedLoop:
    """The evidence of a loop, its true hits in seconds by drum, and the name of its kit."""

    evidence: Evidence
    truth: tuple[np.ndarray, ...]
    kit: str


def fit_naming(loops: Sequence[JudgedLoop]) -> NamingWeights:
    """The weights fitted on all these loops."""
    kits = sorted({loop.kit for loop in loops})
    folds = max(min(_FOLDS, len(kits)), 2)
    unseen = []
    for held in range(folds):
        mine = [loop for loop in loops if kits.index(loop.kit) % folds == held]
        others = [loop for loop in loops if kits.index(loop.kit) % folds != held] or mine
        names = fit_names(others)
        unseen += [(loop, merged(loop.evidence, named(loop.evidence, names)[0]), held) for loop in mine]
    parts = [_hits_of(loop, names) for loop, names, _ in unseen]
    fold = np.concatenate([np.full(len(real), held) for (_, _, held), (_, real) in zip(unseen, parts, strict=True)])
    features, real = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    chance = np.zeros(len(real))
    for held in range(folds):
        out = fold == held
        chance[out] = chances(features[out], _logistic(features[~out], real[~out]))
    missed = sum(len(onsets) for loop in loops for onsets in loop.truth) - real.sum()
    fitted = fit_names(loops)
    return NamingWeights(fitted.drums, fitted.none, _logistic(features, real), _best_threshold(chance, real, missed))


def fit_names(loops: Sequence[JudgedLoop]) -> NamingWeights:
    """EARLIER with names fitted on these loops: a multinomial logit by maximum likelihood, with a ridge."""
    rows, none, labels = [], [], []
    for loop in loops:
        found = track_features(loop.evidence)
        rows.append(found.drums)
        none.append(found.none)
        labels += [true_name(loop, track) for track in found.tracks]
    drums, nothing, label = np.concatenate(rows), np.concatenate(none), np.array(labels)
    split = drums.shape[-1]
    start = np.concatenate([EARLIER.drums, EARLIER.none])

    def cost(weights: np.ndarray) -> float:
        suits = np.column_stack([drums @ weights[:split], nothing @ weights[split:]])
        chosen = suits[np.arange(len(label)), label]
        return float((logsumexp(suits, axis=1) - chosen).sum() + _NAME_RIDGE * np.square(weights - start).sum())

    weights = minimize(cost, start, method="L-BFGS-B").x
    return NamingWeights(weights[:split], weights[split:], EARLIER.hits, EARLIER.threshold)


def true_name(loop: JudgedLoop, track: str) -> int:
    """The name that finds the most true hits which no other track of that name finds, as an index; NO_DRUM where that
    is less than two fifths of the track's hits."""
    hits = loop.evidence.hits
    times_s = _from_the_start(loop)
    own = np.sort(times_s[hits.tracks == track])
    gained = []
    for drum, name in enumerate(TRACK_NAMES):
        others = np.sort(times_s[hits.tracks == name]) if name != track else np.zeros(0)
        taken = {index for index, _ in matched(loop.truth[drum], others, _WITHIN_S)}
        free = np.array([time for index, time in enumerate(loop.truth[drum]) if index not in taken])
        gained.append(len(matched(free, own, _WITHIN_S)) + 0.01 * (name == track))
    best = int(np.argmax(gained))
    return best if gained[best] >= _REAL * len(own) else NO_DRUM


def _hits_of(loop: JudgedLoop, names: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Features of the hits that have a name, and whether each is real."""
    there = names != ""
    return hit_features(loop.evidence, names)[there], real_hits(loop, names)[there]


def real_hits(loop: JudgedLoop, names: np.ndarray) -> np.ndarray:
    """(hits,) bool: whether a true hit of that name lies within 50 ms, one to one."""
    real, times_s = np.zeros(len(names), bool), _from_the_start(loop)
    for drum, name in enumerate(TRACK_NAMES):
        mine = np.flatnonzero(names == name)
        mine = mine[np.argsort(times_s[mine], kind="stable")]
        pairs = matched(loop.truth[drum], times_s[mine], _WITHIN_S)
        real[mine[[found for _, found in pairs]]] = True
    return real


def _from_the_start(loop: JudgedLoop) -> np.ndarray:
    """(hits,) times in seconds; of hits that the solver has moved across the loop's start, just below 0."""
    hits = loop.evidence.hits
    return np.where(hits.times_s > hits.length_s - _EARLY_S, hits.times_s - hits.length_s, hits.times_s)


def _logistic(features: np.ndarray, real: np.ndarray) -> np.ndarray:
    """Ridge logistic regression by Newton's method, shrunk towards EARLIER."""
    weights = EARLIER.hits.copy()
    for _ in range(15):
        chance = expit(features @ weights)
        gradient = features.T @ (chance - real) + _HIT_RIDGE * (weights - EARLIER.hits)
        hessian = (features * (chance * (1 - chance))[:, None]).T @ features + _HIT_RIDGE * np.eye(len(weights))
        weights = weights - np.linalg.solve(hessian, gradient)
    return weights


def _best_threshold(chance: np.ndarray, real: np.ndarray, missed: float) -> float:
    """The middle of the thresholds at which F, smoothed, is as large as it gets, but for 0.003."""
    f = [2 * (real & (chance >= least)).sum() / ((chance >= least).sum() + real.sum() + missed)
         for least in _THRESHOLDS]
    smooth = np.convolve(np.pad(f, 1, mode="edge"), np.ones(3) / 3, mode="valid")
    return float(_THRESHOLDS[smooth >= smooth.max() - _PLATEAU].mean())
