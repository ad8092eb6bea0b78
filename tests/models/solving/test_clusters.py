"""Hits of one drum are divided by their sound."""

import numpy as np
import pytest
import torch

from models.plugins import Onset, TempoGuess, Transcription
from models.solving.clusters import MOST_CLUSTERS, SOFTEST_STROKE, VelocityBand, correlations, grouped, velocity_bands
from models.solving.solve import Solve

RATE = 44100


def sounds(count: int, frames: int = 3000) -> torch.Tensor:
    """That many different noises that decay, (count, frames)."""
    fall = torch.exp(-torch.arange(frames) / 800)
    return torch.randn(count, frames, generator=torch.Generator().manual_seed(5)) * fall


def likeness_of(kinds: list[int], same: float = 0.9, other: float = 0.1) -> np.ndarray:
    names = np.array(kinds)
    found = np.where(names[:, None] == names, same, other)
    np.fill_diagonal(found, 1.0)
    return found


def test_copies_of_a_sound_are_alike_and_others_are_not():
    one, other = sounds(2)
    late = torch.roll(one, 20)
    found = correlations(torch.stack([one, 0.3 * late, other]), torch.ones(3, 513), reach=44)
    assert found[0, 1] > 0.9
    assert abs(found[0, 2]) < 0.3
    assert found[0, 0] == pytest.approx(1.0, abs=1e-3)


def test_each_sound_that_returns_is_a_group_the_strongest_first():
    groups = grouped(likeness_of([0, 0, 1, 1, 1, 0]), np.array([0.2, 0.2, 1.0, 1.0, 1.0, 0.2]))
    assert groups.tolist() == [1, 1, 0, 0, 0, 1]


def test_a_hit_like_no_other_goes_with_its_nearest():
    found = likeness_of([0, 0, 1, 1, 2])
    found[4, 2] = found[2, 4] = 0.3
    assert grouped(found, np.ones(5))[4] == grouped(found, np.ones(5))[2]


def test_without_sounds_that_return_all_are_one():
    assert grouped(likeness_of([0, 1, 2, 3]), np.ones(4)).tolist() == [0, 0, 0, 0]
    assert grouped(np.ones((1, 1)), np.ones(1)).tolist() == [0]


def test_a_drum_has_at_most_so_many_clusters():
    assert grouped(likeness_of(sorted([*range(6)] * 2)), np.ones(12)).max() == MOST_CLUSTERS - 1


def test_soft_and_hard_clusters_share_the_velocities():
    found = velocity_bands({0: np.array([0.8, 0.9, 1.0]), 1: np.array([0.2, 0.3])})
    assert found == [VelocityBand(SOFTEST_STROKE, (1,)), VelocityBand(0.55, (0,))]


def test_clusters_that_no_velocity_separates_are_round_robins():
    found = velocity_bands({0: np.array([0.8, 0.9, 1.0]), 1: np.array([0.82, 0.9, 0.98]), 2: np.array([0.1])})
    assert [set(band.clusters) for band in found] == [{2}, {0, 1}]


@pytest.mark.slow
def test_a_drum_played_soft_and_hard_comes_back_as_two_recordings():
    soft, hard = (sound / np.abs(sound).max() for sound in sounds(2, 8000).numpy())
    audio, onsets = np.zeros((1, 4 * RATE), np.float32), []
    for place in range(8):
        at, velocity = place * RATE // 2 + 100, 0.3 if place % 2 else 0.9
        audio[0, at : at + 8000] += np.float32(velocity) * (soft if place % 2 else hard)
        onsets.append(Onset("snare", at / RATE, velocity))
    made = Solve("cpu").extract(audio, RATE, {}, Transcription(tuple(onsets), (TempoGuess(120.0, 8),)))
    shot = made.shots["snare"]
    thresholds = [layer.velocity for layer in shot.layers]
    assert thresholds[0] == SOFTEST_STROKE
    assert 0.3 < thresholds[1] < 0.9
    for found, truth in ((shot.audio, hard), (shot.layers[0].audio, soft), (shot.layers[1].audio, hard)):
        assert best_correlation(found[0], truth) > 0.97
    heard = sorted(made.transcription.of("snare"), key=lambda one: one.time_s)
    ratio = np.mean([one.velocity for one in heard[1::2]]) / np.mean([one.velocity for one in heard[::2]])
    assert ratio == pytest.approx(1 / 3, rel=0.25)


def best_correlation(found: np.ndarray, truth: np.ndarray) -> float:
    frames = min(len(found), len(truth)) - 100
    truth = truth[:frames]
    return max(float(np.corrcoef(found[lag : lag + frames], truth)[0, 1]) for lag in range(40))
