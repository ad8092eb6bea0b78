import numpy as np
import torch

from models.solving.posterior import solve_scene
from models.solving.timing import aligned, compare_hits
from tests.models.solving.scenes import SHOT, scene

RATE = 44100


def test_a_hit_that_is_late_is_found_to_the_frame():
    made = scene(starts=(1000, 3500, 5000, 7400))
    shots = torch.randn(2, SHOT, generator=torch.Generator().manual_seed(1)) * torch.exp(-torch.arange(SHOT) / 400)
    loop = made.played(shots)
    posterior = solve_scene(made, loop, 40)
    found = compare_hits(made, posterior, loop, RATE, made.start + np.array([0, 0, 37, -20]), 0.003)
    assert found.lag.tolist() == [0, 0, -37, 20]
    assert found.gain.min() > 0.8 * made.gain.min()
    assert found.correlation.min() > 0.9


def test_hits_are_aligned_with_each_other():
    truth = scene(starts=(500, 2600, 4500, 6700), clusters=(0, 0, 0, 0))
    shots = torch.randn(2, SHOT, generator=torch.Generator().manual_seed(2)) * torch.exp(-torch.arange(SHOT) / 400)
    loop = truth.played(shots)
    late = scene(starts=(520, 2600, 4440, 6700), clusters=(0, 0, 0, 0))
    found = aligned(late, torch.stack([loop, torch.zeros_like(loop)]), RATE, 0.004) - truth.start
    assert np.ptp(found) == 0
