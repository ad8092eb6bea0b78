"""The hit classifier: the loop as a whole outweighs one moment."""

import numpy as np
import pytest

from engine.core.errors import WeightsMissing
from models.hearing.ensemble import LoopActivations
from models.hearing.hit_classifier import FEATURES, HitClassifier, candidates_of, features_of, similarity
from models.training.train.fit_classifier import Evidence, fit_classifier, out_of_fold, pooled


def activations(logits: np.ndarray) -> LoopActivations:
    """A loop of as many STFT frames as logits, without context."""
    onsets = 1 / (1 + np.exp(-logits))
    frames = len(logits)
    return LoopActivations(onsets, logits, np.full_like(logits, 0.5), np.zeros_like(logits), np.full(6, 0.5),
                  np.abs(np.random.default_rng(1).standard_normal((frames, 162))), 0, frames)


def two_hits() -> LoopActivations:
    logits = np.full((60, 6), -9.0)
    logits[10, 0], logits[30, 3] = 3.0, 0.5
    return activations(logits)


def test_without_a_classifier_the_networks_decide() -> None:
    hits = HitClassifier.from_metadata(None).hits(two_hits())
    assert hits.drums.tolist() == [0, 3]
    assert np.allclose(hits.times_s, [0.1, 0.3], atol=0.002)
    assert np.allclose(hits.confidences, 1 / (1 + np.exp([-3.0, -0.5])), atol=1e-6)
    assert hits.velocities.max() == 1.0


def test_a_hit_just_before_the_end_is_the_first_one() -> None:
    logits = np.full((60, 6), -9.0)
    logits[59, 0], logits[0, 0] = -2.0, -1.0
    assert (candidates_of(activations(logits)).places < 59.6).all()


def test_features_are_as_many_as_weights() -> None:
    found = two_hits()
    assert features_of(found, candidates_of(found)).shape == (2, FEATURES)


def test_equal_sounds_are_alike_and_others_are_not(rng: np.random.Generator) -> None:
    sound = np.abs(rng.standard_normal((40, 162)))
    sound[20:30] = sound[5:15]
    alike = similarity(sound, np.array([6, 21, 33]), slice(0, 81))
    assert alike[0, 1] == pytest.approx(1.0)
    assert alike[0, 2] < 0.5


def test_a_classifier_survives_its_metadata() -> None:
    classifier = HitClassifier.from_metadata(None)
    again = HitClassifier.from_metadata(classifier.metadata())
    assert np.allclose(classifier.weights, again.weights)
    with pytest.raises(WeightsMissing, match="features"):
        HitClassifier.from_metadata({"weights": [[1.0, 0.0]] * 6, "thresholds": [0.5] * 6})


@pytest.mark.slow
def test_a_fitted_classifiers_confidence_is_the_share_that_is_right(rng: np.random.Generator) -> None:
    hits = 72_000
    features = np.zeros((hits, FEATURES))
    features[:, 0] = rng.normal(0, 2, hits)
    features[:, 7] = rng.normal(0, 1, hits)
    chance = 1 / (1 + np.exp(-(0.5 * features[:, 0] + 1.5 * features[:, 7] - 1)))
    evidence = Evidence(rng.integers(0, 6, hits), features, rng.random(hits) < chance, rng.integers(0, 50, hits),
                        np.zeros(6), 50)
    classifier = fit_classifier(evidence, [str(number) for number in range(50)])
    believed = classifier.confidences(evidence.drums, features)
    assert np.abs(believed - chance).mean() < 0.05


@pytest.mark.slow
def test_a_classifier_is_tested_on_kits_that_it_has_not_seen(rng: np.random.Generator) -> None:
    """Kit b's hats are named wrongly throughout: only a classifier that has seen kit b can know."""
    hits = 8000
    features = np.zeros((2 * hits, FEATURES))
    features[:, 0] = 1.0
    features[hits:, 9] = 1.0
    loop = np.repeat([0, 1, 2, 3], hits // 2)
    evidence = Evidence(np.full(2 * hits, 3), features, loop < 2, loop, np.zeros(6), 4)
    met, unmet = fit_classifier(evidence, ["a", "a", "b", "b"]), out_of_fold(evidence, ["a", "a", "b", "b"])
    assert met.confidences(evidence.drums, features)[hits:].max() < 0.2
    assert unmet[hits:].min() > 0.8


def test_pooled_evidence_keeps_its_loops_apart() -> None:
    one = Evidence(np.array([0, 1]), np.zeros((2, FEATURES)), np.array([True, False]), np.array([0, 2]), np.ones(6), 3)
    both = pooled([one, one])
    assert both.loop.tolist() == [0, 2, 3, 5]
    assert both.loops == 6
    assert both.missed.tolist() == [2.0] * 6


@pytest.mark.slow
def test_a_kit_with_many_loops_does_not_decide_alone() -> None:
    """Hats are real on each of nine kits, and false on a tenth that has eighteen times their loops: together they
    outweigh it."""
    loops = [f"kit {number}" for number in range(9)] + ["the tenth"] * 18
    hits = 200
    features = np.zeros((hits * len(loops), FEATURES))
    loop = np.repeat(np.arange(len(loops)), hits)
    evidence = Evidence(np.full(len(loop), 3), features, loop < 9, loop, np.zeros(6), len(loops))
    by_loop = (loop < 9).mean()
    assert by_loop < 0.4 < fit_classifier(evidence, loops).confidences(np.array([3]), features[:1])[0]
