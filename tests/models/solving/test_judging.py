"""A judge has the last word on the hits of a scene."""

import numpy as np
import torch

from models.plugins import JudgedExtractor
from models.solving.judging import hits_of, judged, levels_of
from models.solving.posterior import Posterior
from models.solving.scene import Scene
from models.solving.solve import Solve

RATE = 44100


def scene() -> tuple[Scene, Posterior]:
    shots = torch.zeros(2, 8000)
    shots[0, :4000], shots[1, :4000] = 1.0, 0.5
    made = Scene(44100, 8000, ("kick", "hihat"), np.array([0, 0, 1]), np.array([0, 22050, 22050]),
                 np.array([1.0, 0.5, 1.0]), np.full(3, 0.1), np.array([0, 1, -1]), torch.ones(2, 3, 4), 1e-6)
    return made, Posterior(shots, torch.ones(4, 4))


def test_hits_are_measured_against_the_loudest_of_their_track_and_of_the_loop() -> None:
    made, posterior = scene()
    hits = hits_of(made, posterior, np.array([0.9, 0.8, 0.7]), RATE, 88)
    assert hits.tracks.tolist() == ["kick", "kick", "hihat"]
    assert np.allclose(hits.velocities, [1.0, 0.5, 1.0])
    assert np.allclose(hits.levels_db, [0.0, -6.02, -6.02], atol=0.01)
    assert np.allclose(hits.times_s, [88 / RATE, 22138 / RATE, 22138 / RATE])
    assert np.allclose(levels_of(posterior, RATE), levels_of(Posterior(posterior.shots[None], posterior.error), RATE))


def test_hits_without_a_name_go_and_a_cluster_follows_its_hits_to_other_tracks() -> None:
    made, posterior = scene()
    after, shots, left_out = judged(made, posterior, np.array(["kick", "tom", ""]))
    assert after.tracks == ("kick", "tom")
    assert after.cluster.tolist() == [0, 1]
    assert torch.equal(shots.shots[0], shots.shots[1])
    assert len(after.variance) == 2 and not left_out.any()


def test_a_hit_that_is_left_out_stays_in_the_solve_beside_the_others_of_its_cluster() -> None:
    made, posterior = scene()
    after, _, left_out = judged(made, posterior, np.array(["snare", "", "hihat"]))
    assert after.tracks == ("snare", "hihat") and after.cluster.tolist() == [0, 0, 1]
    assert left_out.tolist() == [False, True, False]


def test_two_tracks_that_get_one_name_keep_their_sounds_as_clusters() -> None:
    made, posterior = scene()
    after, _, _ = judged(made, posterior, np.array(["kick", "kick", "kick"]))
    assert after.tracks == ("kick", "kick")
    assert after.cluster.tolist() == [0, 0, 1]


def test_the_solver_lets_a_judge_speak() -> None:
    assert isinstance(Solve("cpu"), JudgedExtractor)
