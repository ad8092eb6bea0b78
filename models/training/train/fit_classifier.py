"""Fit the hit classifier on loops with known answers: how much each feature counts, and the threshold of confidence."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from engine.core.pattern import TRACK_NAMES
from models.hearing.ensemble import Ensemble
from models.hearing.hit_classifier import FEATURES, HitClassifier, candidates_of, features_of
from models.hearing.peak_picking import matched
from models.hearing.spectrogram import STFT_FRAMES_PER_S
from models.training.evaluate.loops import KnownLoop

_WITHIN_S = 0.05
_RIDGE = 100.0                 # shrinkage: best on kits left out; crashes, which are few, suffer from more
_MOST_WEIGHT = 3.0             # loops count equally, but a hit of a sparse loop at most this many times
_MOST_KIT_WEIGHT = 3.0         # likewise a loop of a kit that has few
_CLOSE_F = 0.004
_FOLDS = 5
_NEWTON_STEPS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Candidates of many loops, (hits,) each: drums; features (hits, FEATURES); true, whether they are hits; loop, the
    index of their loop. missed (drums,): true hits without a candidate. loops: how many there are."""

    drums: np.ndarray
    features: np.ndarray
    true: np.ndarray
    loop: np.ndarray
    missed: np.ndarray
    loops: int


def evidence_of(ensemble: Ensemble, loops: Sequence[KnownLoop]) -> Evidence:
    """The networks' candidates on these loops, compared with the truth."""
    drums, features, true, number = [], [], [], []
    missed = np.zeros(len(TRACK_NAMES))
    for index, loop in enumerate(loops):
        activations = ensemble.activations(loop.audio.mean(axis=0), loop.sample_rate, circular=True)
        offered = candidates_of(activations)
        times_s = np.maximum(offered.places - activations.first, 0) / STFT_FRAMES_PER_S
        right = np.zeros(len(times_s), bool)
        for drum in range(len(TRACK_NAMES)):
            mine = np.nonzero(offered.drums == drum)[0]
            mine = mine[np.argsort(times_s[mine])]
            pairs = matched(loop.onsets[drum][:, 0], times_s[mine], _WITHIN_S)
            right[mine[[found for _, found in pairs]]] = True
            missed[drum] += len(loop.onsets[drum]) - len(pairs)
        drums.append(offered.drums)
        features.append(features_of(activations, offered))
        true.append(right)
        number.append(np.full(len(times_s), index))
    return Evidence(np.concatenate(drums), np.concatenate(features), np.concatenate(true), np.concatenate(number),
                    missed, len(loops))


def pooled(parts: Sequence[Evidence]) -> Evidence:
    """Several sets of evidence as one, their loops renumbered."""
    starts = np.cumsum([0, *(part.loops for part in parts)])
    return Evidence(np.concatenate([part.drums for part in parts]), np.concatenate([part.features for part in parts]),
                    np.concatenate([part.true for part in parts]),
                    np.concatenate([part.loop + start for part, start in zip(parts, starts, strict=False)]),
                    np.sum([part.missed for part in parts], axis=0), int(starts[-1]))


def fit_classifier(evidence: Evidence, kits: Sequence[str]) -> HitClassifier:
    """A classifier fitted on loops that were played on `kits` (one name per loop).

    Its threshold is about the best by F over all drums, with each loop's confidences from a classifier that has not
    seen its kit. One threshold serves all drums: confidences are calibrated, and some drums have too few kits for one
    of their own.
    """
    counts = _counting(evidence, kits)
    weights = _weights(evidence, np.ones(len(evidence.drums), bool), counts)
    unseen = out_of_fold(evidence, kits)
    return HitClassifier(weights, _best_threshold(unseen, evidence.true, float(evidence.missed.sum())))


def out_of_fold(evidence: Evidence, kits: Sequence[str]) -> np.ndarray:
    """(hits,) the confidence of each candidate, from classifiers fitted on loops of other kits."""
    names = sorted(set(kits))
    folds = max(min(_FOLDS, len(names)), 2)
    fold = np.array([names.index(kit) % folds for kit in kits])[evidence.loop]
    confidences, counts = np.zeros(len(evidence.drums)), _counting(evidence, kits)
    for held in range(folds):
        out = fold == held
        classifier = HitClassifier(_weights(evidence, ~out, counts), 0.0)
        confidences[out] = classifier.confidences(evidence.drums[out], evidence.features[out])
    return confidences


def _counting(evidence: Evidence, kits: Sequence[str]) -> np.ndarray:
    """(hits,) how much each candidate counts: loops alike, and loops of kits that have many less, by the root of how
    many, so that a kit that is in the data often does not decide alone."""
    hits = np.bincount(evidence.loop, minlength=evidence.loops)
    usual_hits = hits.sum() / max(np.count_nonzero(hits), 1)
    by_loop = np.minimum(usual_hits / np.maximum(hits, 1), _MOST_WEIGHT)
    many = Counter(kits)
    usual = len(kits) / len(many)
    by_kit = np.minimum(np.sqrt([usual / many[kit] for kit in kits]), _MOST_KIT_WEIGHT)
    return np.asarray((by_loop * by_kit)[evidence.loop])


def _weights(evidence: Evidence, chosen: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """(drums, FEATURES + 1) regression weights from the chosen candidates."""
    rows = []
    for drum in range(len(TRACK_NAMES)):
        mine = chosen & (evidence.drums == drum)
        rows.append(_regression(evidence.features[mine], evidence.true[mine].astype(float), counts[mine]))
    return np.stack(rows)


def _regression(features: np.ndarray, true: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """(FEATURES + 1,) weighted ridge logistic regression by Newton's method, shrunk towards passing the drum's logit
    on."""
    x = np.column_stack([features, np.ones(len(features))])
    prior = np.zeros(FEATURES + 1)
    prior[0] = 1.0
    strength = np.full(FEATURES + 1, _RIDGE)
    strength[-1] = _RIDGE / 30

    weights = prior.copy()
    for _ in range(_NEWTON_STEPS):
        chance = expit(x @ weights)
        gradient = x.T @ (weight * (chance - true)) + strength * (weights - prior)
        hessian = (x * (weight * chance * (1 - chance))[:, None]).T @ x + np.diag(strength)
        weights = weights - np.linalg.solve(hessian, gradient)
    return weights


def _best_threshold(confidences: np.ndarray, true: np.ndarray, missed: float) -> float:
    """The lowest threshold whose F, smoothed over 0.07, is close to the largest: a second look leaves false hits out
    once a loop is solved, but nobody looks for missed ones."""
    grid = np.arange(0.25, 0.65, 0.01)
    f = np.array([2 * (true & (confidences >= t)).sum() / max((confidences >= t).sum() + true.sum() + missed, 1)
                  for t in grid])
    smooth = np.convolve(np.pad(f, 3, mode="edge"), np.ones(7) / 7, mode="valid")
    return float(grid[int(np.argmax(smooth >= smooth.max() - _CLOSE_F))])


def calibration(confidences: np.ndarray, true: np.ndarray, bins: int = 10) -> list[tuple[float, float, int]]:
    """(mean confidence, share that is true, number of hits) in each of `bins` equal slices of confidence."""
    slices = np.clip((confidences * bins).astype(int), 0, bins - 1)
    return [(float(confidences[slices == part].mean()), float(true[slices == part].mean()), int((slices == part).sum()))
            for part in range(bins) if (slices == part).any()]
