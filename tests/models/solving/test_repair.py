import numpy as np
import torch

from models.solving.posterior import solve_scene
from models.solving.repair import distinct, near, with_missing_hits, worth_keeping
from models.solving.timing import Comparison
from tests.models.solving.scenes import SHOT, scene

RATE = 44100


def test_a_hit_that_is_soft_and_unlike_its_one_shot_is_dropped_but_never_a_tracks_last():
    made = scene()
    made.gain[:] = (1.0, 0.05, 0.05, 0.05)
    keep = worth_keeping(made, Comparison(np.zeros(4, int), made.gain, np.array([0.9, 0.2, 0.1, 0.0])))
    assert keep.tolist() == [True, True, False, False]


def test_a_missing_hit_is_found_in_what_is_left():
    truth = scene(starts=(300, 2500, 4700, 6600, 2500), clusters=(0, 1, 0, 1, 0))
    truth.gain[:] = 1.0
    decay = torch.exp(-torch.arange(SHOT) / 300)
    loop = truth.played(torch.randn(2, SHOT, generator=torch.Generator().manual_seed(1)) * decay)
    lacking = truth.only(np.arange(4))
    found = with_missing_hits(lacking, solve_scene(lacking, loop, 40), loop, RATE)
    assert len(found.start) == 5
    assert (found.cluster[-1], found.start[-1], found.origin[-1]) == (0, 2500, -1)


def test_nothing_is_added_to_a_loop_that_is_explained():
    truth = scene(starts=(300, 2500, 4700, 6600), clusters=(0, 1, 0, 1))
    decay = torch.exp(-torch.arange(SHOT) / 300)
    loop = truth.played(torch.randn(2, SHOT, generator=torch.Generator().manual_seed(2)) * decay)
    assert len(with_missing_hits(truth, solve_scene(truth, loop, 60), loop, RATE).start) == 4


def test_places_are_told_apart_round_the_end():
    assert distinct(np.array([50, 10, 11, 90]), 5) == [10, 50, 90]
    assert near(np.array([99]), 1, 100, 3)
    assert not near(np.array([90]), 1, 100, 3)
