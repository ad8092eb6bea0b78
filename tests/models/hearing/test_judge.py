"""The judge: what a loop says as a whole outweighs one moment."""

import numpy as np
import pytest

from engine.core.errors import WeightsMissing
from models.hearing.ensemble import Curves
from models.hearing.judge import FEATURES, Judge, candidates_of, features_of, likeness
from models.training.train.calibrate import Evidence, fit_judge, out_of_fold, pooled


def curves(logits: np.ndarray) -> Curves:
    """A loop of as many STFT frames as logits, without context."""
    chances = 1 / (1 + np.exp(-logits))
    frames = len(logits)
    return Curves(chances, logits, np.full_like(logits, 0.5), np.zeros_like(logits), np.full(6, 0.5),
                  np.abs(np.random.default_rng(1).standard_normal((frames, 162))), 0, frames)


def two_hits() -> Curves:
    logits = np.full((60, 6), -9.0)
    logits[10, 0], logits[30, 3] = 3.0, 0.5
    return curves(logits)


def test_without_a_judge_the_networks_are_believed() -> None:
    verdicts = Judge.told(None).verdicts(two_hits())
    assert verdicts.drums.tolist() == [0, 3]
    assert np.allclose(verdicts.times_s, [0.1, 0.3], atol=0.002)
    assert np.allclose(verdicts.confidences, 1 / (1 + np.exp([-3.0, -0.5])), atol=1e-6)
    assert verdicts.velocities.max() == 1.0


def test_a_hit_just_before_the_end_is_the_first_one() -> None:
    logits = np.full((60, 6), -9.0)
    logits[59, 0], logits[0, 0] = -2.0, -1.0
    assert (candidates_of(curves(logits)).places < 59.6).all()


def test_features_are_as_many_as_weights() -> None:
    heard = two_hits()
    assert features_of(heard, candidates_of(heard)).shape == (2, FEATURES)


def test_equal_sounds_are_alike_and_others_are_not(rng: np.random.Generator) -> None:
    sound = np.abs(rng.standard_normal((40, 162)))
    sound[20:30] = sound[5:15]
    alike = likeness(sound, np.array([6, 21, 33]), slice(0, 81))
    assert alike[0, 1] == pytest.approx(1.0)
    assert alike[0, 2] < 0.5


def test_a_told_judge_is_the_same_judge() -> None:
    judge = Judge.told(None)
    again = Judge.told(judge.telling())
    assert np.allclose(judge.weights, again.weights)
    with pytest.raises(WeightsMissing, match="features"):
        Judge.told({"weights": [[1.0, 0.0]] * 6, "thresholds": [0.5] * 6})


@pytest.mark.slow
def test_a_fitted_judges_confidence_is_the_share_that_is_right(rng: np.random.Generator) -> None:
    hits = 72_000
    features = np.zeros((hits, FEATURES))
    features[:, 0] = rng.normal(0, 2, hits)
    features[:, 7] = rng.normal(0, 1, hits)
    chance = 1 / (1 + np.exp(-(0.5 * features[:, 0] + 1.5 * features[:, 7] - 1)))
    evidence = Evidence(rng.integers(0, 6, hits), features, rng.random(hits) < chance, rng.integers(0, 50, hits),
                        np.zeros(6), 50)
    judge = fit_judge(evidence, [str(number) for number in range(50)])
    believed = judge.chances(evidence.drums, features)
    assert np.abs(believed - chance).mean() < 0.05


@pytest.mark.slow
def test_a_judge_is_tested_on_kits_that_it_has_not_met(rng: np.random.Generator) -> None:
    """Kit b's hats are named wrongly throughout: only who has met kit b can know."""
    hits = 8000
    features = np.zeros((2 * hits, FEATURES))
    features[:, 0] = 1.0
    features[hits:, 9] = 1.0
    loop = np.repeat([0, 1, 2, 3], hits // 2)
    evidence = Evidence(np.full(2 * hits, 3), features, loop < 2, loop, np.zeros(6), 4)
    met, unmet = fit_judge(evidence, ["a", "a", "b", "b"]), out_of_fold(evidence, ["a", "a", "b", "b"])
    assert met.chances(evidence.drums, features)[hits:].max() < 0.2
    assert unmet[hits:].min() > 0.8


def test_pooled_evidence_keeps_its_loops_apart() -> None:
    one = Evidence(np.array([0, 1]), np.zeros((2, FEATURES)), np.array([True, False]), np.array([0, 2]), np.ones(6), 3)
    both = pooled([one, one])
    assert both.loop.tolist() == [0, 2, 3, 5]
    assert both.loops == 6
    assert both.missed.tolist() == [2.0] * 6
