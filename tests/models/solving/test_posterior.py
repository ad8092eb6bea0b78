import torch

from models.solving.posterior import solve_scene, stems_of
from tests.models.solving.scenes import SHOT, scene


def test_two_sounds_that_overlap_come_apart():
    made = scene()
    made.delta[:] = 1e-4
    shots = torch.randn(2, SHOT, generator=torch.Generator().manual_seed(1))
    found = solve_scene(made, made.played(shots), 100, tolerance=1e-5).shots
    assert (found - shots).square().mean() < 0.02 * shots.square().mean()


def test_stems_add_up_to_the_loop_even_when_nothing_is_solved():
    made = scene()
    loop = torch.randn(made.frames, generator=torch.Generator().manual_seed(2))
    stems = stems_of(made, solve_scene(made, loop, 1), loop)
    assert (sum(stems.values()) - loop).abs().max() < 1e-4


def test_a_solve_goes_on_from_where_another_stopped():
    made = scene()
    loop = torch.randn(made.frames, generator=torch.Generator().manual_seed(3))
    whole = solve_scene(made, loop, 200, tolerance=1e-6).shots
    half = solve_scene(made, loop, 3)
    on = solve_scene(made, loop, 3, half)
    assert (on.shots - whole).norm() < 0.5 * (half.shots - whole).norm()


def test_channels_are_solved_side_by_side():
    made = scene()
    loops = torch.randn(2, made.frames, generator=torch.Generator().manual_seed(4))
    both = solve_scene(made, loops, 60, tolerance=1e-6).shots
    assert (both[1] - solve_scene(made, loops[1], 60, tolerance=1e-6).shots).abs().max() < 1e-3
