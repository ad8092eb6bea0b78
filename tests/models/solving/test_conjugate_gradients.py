import torch

from models.solving.conjugate_gradients import conjugate_gradients


def known_system():
    rng = torch.Generator().manual_seed(1)
    square = torch.randn(30, 30, generator=rng, dtype=torch.float64)
    matrix = square @ square.T + 5 * torch.eye(30, dtype=torch.float64)
    truth = torch.randn(2, 30, generator=rng, dtype=torch.float64)
    return matrix, truth


def test_a_known_system_is_solved_for_every_row():
    matrix, truth = known_system()
    found = conjugate_gradients(lambda x: x @ matrix, truth @ matrix, lambda rest: rest / matrix.diagonal(), None, 60,
                                1e-10)
    assert (found - truth).abs().max() < 1e-7


def test_the_answer_as_a_first_guess_stays():
    matrix, truth = known_system()
    found = conjugate_gradients(lambda x: x @ matrix, truth @ matrix, lambda rest: rest, truth, 50)
    assert (found - truth).abs().max() < 1e-12


def test_no_iterations_change_nothing():
    matrix, truth = known_system()
    assert conjugate_gradients(lambda x: x @ matrix, truth, lambda rest: rest, None, 0).abs().sum() == 0


def test_a_first_guess_that_is_worse_than_none_does_no_harm():
    matrix, truth = known_system()
    wild = torch.full_like(truth, 1e6)
    found = conjugate_gradients(lambda x: x @ matrix, truth @ matrix, lambda rest: rest, wild, 3)
    assert (found == conjugate_gradients(lambda x: x @ matrix, truth @ matrix, lambda rest: rest, None, 3)).all()
