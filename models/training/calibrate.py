"""Fit the judge: how much to believe each candidate, and from which chance on, told by validation loops."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from engine.core.pattern import TRACK_NAMES
from models.events import matched
from models.judging import FEATURES, Judge, candidates_of, features_of
from models.listening import Ears
from models.spectrogram import STFT_FRAMES_PER_S
from models.training.loops import KnownLoop

_WITHIN_S = 0.05
_RIDGE = 3.0
_FOLDS = 5
_NEWTON_STEPS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Candidates of many loops: drums, features, whether true (hits,), which of the `loops`; missed (drums,):
    true hits that were no candidate."""

    drums: np.ndarray
    features: np.ndarray
    true: np.ndarray
    loop: np.ndarray
    missed: np.ndarray
    loops: int


def evidence_of(ears: Ears, loops: Sequence[KnownLoop]) -> Evidence:
    """What the networks offer on these loops, against the truth."""
    drums, features, true, number = [], [], [], []
    missed = np.zeros(len(TRACK_NAMES))
    for index, loop in enumerate(loops):
        curves = ears.curves(loop.audio.mean(axis=0), loop.sample_rate, circular=True)
        offered = candidates_of(curves)
        times_s = np.maximum(offered.places - curves.first, 0) / STFT_FRAMES_PER_S
        right = np.zeros(len(times_s), bool)
        for drum in range(len(TRACK_NAMES)):
            mine = np.nonzero(offered.drums == drum)[0]
            mine = mine[np.argsort(times_s[mine])]
            pairs = matched(loop.onsets[drum][:, 0], times_s[mine], _WITHIN_S)
            right[mine[[heard for _, heard in pairs]]] = True
            missed[drum] += len(loop.onsets[drum]) - len(pairs)
        drums.append(offered.drums)
        features.append(features_of(curves, offered))
        true.append(right)
        number.append(np.full(len(times_s), index))
    return Evidence(np.concatenate(drums), np.concatenate(features), np.concatenate(true), np.concatenate(number),
                    missed, len(loops))


def pooled(parts: Sequence[Evidence]) -> Evidence:
    """The evidence of several lots of loops, numbered on."""
    starts = np.cumsum([0, *(part.loops for part in parts)])
    return Evidence(np.concatenate([part.drums for part in parts]), np.concatenate([part.features for part in parts]),
                    np.concatenate([part.true for part in parts]),
                    np.concatenate([part.loop + start for part, start in zip(parts, starts, strict=False)]),
                    np.sum([part.missed for part in parts], axis=0), int(starts[-1]))


def fit_judge(evidence: Evidence, kits: Sequence[str]) -> Judge:
    """A judge for the evidence of loops played on `kits` (one name a loop).

    Thresholds are those of the largest F of chances given to each loop by a judge that has not met its kit.
    """
    weights = np.stack([_regression(evidence, drum, np.ones(len(evidence.drums), bool))
                        for drum in range(len(TRACK_NAMES))])
    unseen = out_of_fold(evidence, kits)
    thresholds = np.array([_best_threshold(unseen[evidence.drums == drum], evidence.true[evidence.drums == drum],
                                           float(evidence.missed[drum])) for drum in range(len(TRACK_NAMES))])
    return Judge(weights, thresholds)


def out_of_fold(evidence: Evidence, kits: Sequence[str]) -> np.ndarray:
    """(hits,) chances of every candidate by judges fitted on loops of other kits."""
    names = sorted(set(kits))
    folds = max(min(_FOLDS, len(names)), 2)
    fold = np.array([names.index(kit) % folds for kit in kits])[evidence.loop]
    chances = np.zeros(len(evidence.drums))
    for held in range(folds):
        rest, out = fold != held, fold == held
        weights = np.stack([_regression(evidence, drum, rest) for drum in range(len(TRACK_NAMES))])
        judge = Judge(weights, np.zeros(len(TRACK_NAMES)))
        chances[out] = judge.chances(evidence.drums[out], evidence.features[out])
    return chances


def _regression(evidence: Evidence, drum: int, chosen: np.ndarray) -> np.ndarray:
    """(FEATURES + 1,) ridge logistic regression, shrunk towards believing the drum's own logit."""
    mine = chosen & (evidence.drums == drum)
    x = np.column_stack([evidence.features[mine], np.ones(int(mine.sum()))])
    y = evidence.true[mine].astype(float)
    prior = np.zeros(FEATURES + 1)
    prior[0] = 1.0
    strength = np.full(FEATURES + 1, _RIDGE)
    strength[-1] = 0.01

    weights = prior.copy()
    for _ in range(_NEWTON_STEPS):
        chance = expit(x @ weights)
        slope = x.T @ (chance - y) + strength * (weights - prior)
        bend = (x * (chance * (1 - chance))[:, None]).T @ x + np.diag(strength)
        weights = weights - np.linalg.solve(bend, slope)
    return weights


def _best_threshold(chances: np.ndarray, true: np.ndarray, missed: float) -> float:
    """The chance from which on believing gives the largest F; a plateau's middle."""
    grid = np.arange(0.15, 0.8, 0.01)
    f = np.array([2 * (true & (chances >= t)).sum() / max((chances >= t).sum() + true.sum() + missed, 1)
                  for t in grid])
    smooth = np.convolve(np.pad(f, 3, mode="edge"), np.ones(7) / 7, mode="valid")
    return float(grid[int(np.argmax(smooth))])


def calibration(chances: np.ndarray, true: np.ndarray, bins: int = 10) -> list[tuple[float, float, int]]:
    """(mean confidence, share that is right, hits) of hits in equal slices of confidence."""
    slices = np.clip((chances * bins).astype(int), 0, bins - 1)
    return [(float(chances[slices == part].mean()), float(true[slices == part].mean()), int((slices == part).sum()))
            for part in range(bins) if (slices == part).any()]
