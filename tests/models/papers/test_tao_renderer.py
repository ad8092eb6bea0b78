"""The renderer equals Tao's own rendering, and its gradients are right."""

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck

from engine.core.kit import Kit, OneShot, sample_id
from engine.core.pattern import Pattern, Step, Track
from models.papers.tao.renderer import Renderer
from models.sounds.rendering import render_tracks

RATE = 48000


def doubles(*shape: int, seed: int = 1) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("frames", [2 * RATE, 2 * RATE + 1])
def test_it_renders_what_tao_renders(frames: int) -> None:
    rng = np.random.default_rng(3)
    sounds = {name: (rng.standard_normal((length, 2)) * np.exp(-np.arange(length) / 3000)[:, None]).astype(np.float32)
              for name, length in (("kick", 9000), ("hihat", 3 * RATE))}
    kit = Kit("kit", {name: OneShot(sample_id(sound), len(sound)) for name, sound in sounds.items()})
    velocities = {"kick": [1.0, 0, 0, 0.5, 0, 0.25, 0, 1.0], "hihat": [0.3, 0.7, 0, 0, 1.0, 0, 0, 0.9]}
    tracks = tuple(Track(name, tuple(Step(v) if v else None for v in own), 2) for name, own in velocities.items())
    samples = {sample_id(sound): sound.T for sound in sounds.values()}
    wanted = render_tracks(kit, Pattern(tracks, 4), samples, frames, RATE)

    step_frames = frames / 8
    renderer = Renderer(RATE, frames, circular=True)
    for name, sound in sounds.items():
        places = torch.tensor([np.floor(step * step_frames + 0.5) for step in range(8)])
        found = renderer.hits(places, torch.tensor(velocities[name], dtype=torch.float64),
                              torch.from_numpy(sound.T).double())
        assert np.abs(found.numpy() - wanted[name]).max() < 2e-6
    both = torch.stack([torch.tensor(velocities[name], dtype=torch.float64) for name in sounds])
    if frames % 8 == 0:
        shots = torch.zeros(2, 3 * RATE, dtype=torch.float64)
        for row, sound in enumerate(sounds.values()):
            shots[row, : len(sound)] = torch.from_numpy(sound[:, 0])
        bpm = torch.tensor(120.0, dtype=torch.float64)
        found = renderer.steps(bpm, (both > 0).double(), shots, both)
        for row, name in enumerate(sounds):
            assert np.abs(found[row].numpy() - wanted[name][0]).max() < 2e-6


@pytest.mark.parametrize("circular", [True, False])
def test_a_mixture_is_the_sum_of_its_stems(circular: bool) -> None:
    renderer, train, shots = Renderer(1000, 700, circular), doubles(2, 3, 700), doubles(2, 3, 1500, seed=2)
    wanted = renderer.convolved(train, shots).sum(dim=1)
    assert torch.allclose(renderer.mixed(train, shots), wanted, atol=1e-9)


def test_without_a_circle_what_passes_the_end_is_not_heard() -> None:
    shot = torch.ones(6, dtype=torch.float64)
    found = Renderer(100, 10).hits(torch.tensor([7.0, 12.0]), torch.ones(2, dtype=torch.float64), shot)
    assert torch.allclose(found, torch.tensor([0.0] * 7 + [1.0] * 3, dtype=torch.float64), atol=1e-12)


def test_a_hit_between_two_frames_is_heard_in_both() -> None:
    train = Renderer(100, 8, circular=True).impulses(torch.tensor([2.25, 7.5]), torch.tensor([1.0, 2.0]))
    assert train.tolist() == [1.0, 0, 0.75, 0.25, 0, 0, 0, 1.0]


def test_doubles_as_places_keep_the_gains_type() -> None:
    train = Renderer(100, 8).impulses(torch.tensor([2.25], dtype=torch.float64), torch.tensor([1.0]))
    assert train.dtype == torch.float32
    assert train.tolist() == [0, 0, 0.75, 0.25, 0, 0, 0, 0]


def test_a_batch_is_its_rows() -> None:
    renderer = Renderer(1000, 3000)
    bpm, steps, shots = torch.tensor([60.0, 143.0]), torch.rand(2, 3, 8), torch.randn(2, 3, 500)
    together = renderer.steps(bpm, steps, shots)
    assert together.shape == (2, 3, 3000)
    for row in range(2):
        assert torch.allclose(together[row], renderer.steps(bpm[row], steps[row], shots[row]), atol=1e-5)


@pytest.mark.parametrize("circular", [False, True])
def test_its_gradients_are_right(circular: bool) -> None:
    """With respect to tempo, activations, one-shots, velocities and times, against finite differences."""
    renderer = Renderer(100, 60, circular)
    bpm = torch.tensor([111.0, 173.0], dtype=torch.float64)
    given = [bpm, doubles(2, 2, 3).sigmoid(), doubles(2, 2, 7, seed=2), doubles(2, 2, 3, seed=3).sigmoid()]
    assert gradcheck(renderer.steps, [one.requires_grad_() for one in given])
    places = torch.tensor([[3.3, 20.6, 54.2], [0.4, 7.7, 58.8]], dtype=torch.float64)
    given = [places, doubles(2, 3, seed=4), doubles(2, 9, seed=5)]
    assert gradcheck(renderer.hits, [one.requires_grad_() for one in given])


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_renders_the_same() -> None:
    renderer, given = Renderer(1000, 3000, circular=True), (torch.tensor([90.0]), torch.rand(1, 3, 8))
    shots = torch.randn(1, 3, 500)
    found = renderer.steps(*(one.cuda() for one in given), shots.cuda())
    assert torch.allclose(found.cpu(), renderer.steps(*given, shots), atol=1e-4)
