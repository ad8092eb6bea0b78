"""Fit the judge: how much to believe each candidate, and from which chance on, told by validation loops."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from engine.core.pattern import TRACK_NAMES
from models.hearing.ensemble import Ears
from models.hearing.judge import FEATURES, Judge, candidates_of, features_of
from models.hearing.peak_picking import matched
from models.hearing.spectrogram import STFT_FRAMES_PER_S
from models.training.evaluate.loops import KnownLoop

_WITHIN_S = 0.05
_RIDGE = 300.0                 # few kits speak for many features: out of kit, strong shrinking is best
_LOUDEST_LOOP = 3.0            # a loop's hits count as much as another loop's, up to so many times
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

    Its threshold is that of the largest F, all drums together, of chances given to each loop by a judge that
    has not met its kit. One threshold for all: chances are calibrated, and a drum of few kits cannot tell its own.
    """
    weights = _weights(evidence, np.ones(len(evidence.drums), bool))
    unseen = out_of_fold(evidence, kits)
    return Judge(weights, _best_threshold(unseen, evidence.true, float(evidence.missed.sum())))


def out_of_fold(evidence: Evidence, kits: Sequence[str]) -> np.ndarray:
    """(hits,) chances of every candidate by judges fitted on loops of other kits."""
    names = sorted(set(kits))
    folds = max(min(_FOLDS, len(names)), 2)
    fold = np.array([names.index(kit) % folds for kit in kits])[evidence.loop]
    chances = np.zeros(len(evidence.drums))
    for held in range(folds):
        out = fold == held
        judge = Judge(_weights(evidence, ~out), 0.0)
        chances[out] = judge.chances(evidence.drums[out], evidence.features[out])
    return chances


def _weights(evidence: Evidence, chosen: np.ndarray) -> np.ndarray:
    """(drums, FEATURES + 1) of the chosen candidates."""
    hits = np.bincount(evidence.loop, minlength=evidence.loops)
    say = np.minimum(hits[hits > 0].mean() / np.maximum(hits, 1), _LOUDEST_LOOP)[evidence.loop]
    rows = []
    for drum in range(len(TRACK_NAMES)):
        mine = chosen & (evidence.drums == drum)
        rows.append(_regression(evidence.features[mine], evidence.true[mine].astype(float), say[mine]))
    return np.stack(rows)


def _regression(features: np.ndarray, true: np.ndarray, say: np.ndarray) -> np.ndarray:
    """(FEATURES + 1,) ridge logistic regression with a weight a hit, shrunk towards believing the drum's own
    logit, by Newton's method."""
    x = np.column_stack([features, np.ones(len(features))])
    prior = np.zeros(FEATURES + 1)
    prior[0] = 1.0
    strength = np.full(FEATURES + 1, _RIDGE)
    strength[-1] = _RIDGE / 30

    weights = prior.copy()
    for _ in range(_NEWTON_STEPS):
        chance = expit(x @ weights)
        slope = x.T @ (say * (chance - true)) + strength * (weights - prior)
        bend = (x * (say * chance * (1 - chance))[:, None]).T @ x + np.diag(strength)
        weights = weights - np.linalg.solve(bend, slope)
    return weights


def _best_threshold(chances: np.ndarray, true: np.ndarray, missed: float) -> float:
    """The chance from which on believing gives the largest F; a plateau's middle."""
    grid = np.arange(0.25, 0.65, 0.01)
    f = np.array([2 * (true & (chances >= t)).sum() / max((chances >= t).sum() + true.sum() + missed, 1)
                  for t in grid])
    smooth = np.convolve(np.pad(f, 3, mode="edge"), np.ones(7) / 7, mode="valid")
    return float(grid[int(np.argmax(smooth))])


def calibration(chances: np.ndarray, true: np.ndarray, bins: int = 10) -> list[tuple[float, float, int]]:
    """(mean confidence, share that is right, hits) of hits in equal slices of confidence."""
    slices = np.clip((chances * bins).astype(int), 0, bins - 1)
    return [(float(chances[slices == part].mean()), float(true[slices == part].mean()), int((slices == part).sum()))
            for part in range(bins) if (slices == part).any()]
