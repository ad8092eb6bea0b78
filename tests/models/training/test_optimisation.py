"""What the network is taught, and how fast."""

import math

import torch
from torch import nn

from models.hearing.tcn import Activations
from models.training.synthesis.examples import Batch, Synthesis
from models.training.train.optimisation import loss_of, rate_at, update_average


def perfect(batch: Batch) -> Activations:
    def logits(chances: torch.Tensor) -> torch.Tensor:
        return torch.logit(chances, eps=1e-4)

    return Activations(logits(batch.onsets), logits(batch.velocities), batch.offsets, logits(batch.present))


def test_right_answers_cost_less_than_any_that_were_changed(synthesis: Synthesis) -> None:
    batch = synthesis.batch(2)
    right = perfect(batch)
    least = float(loss_of(right, batch))
    for changed in (right._replace(onsets=right.onsets.roll(3, dims=1)),
                    right._replace(onsets=torch.full_like(right.onsets, -9.0)),
                    right._replace(velocities=-right.velocities),
                    right._replace(offsets=right.offsets + 0.5),
                    right._replace(presence=-right.presence)):
        assert float(loss_of(changed, batch)) > least + 1e-4


def test_velocity_counts_only_where_something_is_struck(synthesis: Synthesis) -> None:
    batch = synthesis.batch(2)
    right = perfect(batch)
    aside = torch.where(batch.onsets > 0, right.velocities, 5.0)
    assert torch.isclose(loss_of(right, batch), loss_of(right._replace(velocities=aside), batch))


def test_the_rate_rises_once_then_falls_to_nothing() -> None:
    rates = [rate_at(step, 200, 3e-3) for step in range(201)]
    top = rates.index(max(rates))
    assert math.isclose(max(rates), 3e-3, rel_tol=1e-2)
    assert rates[: top + 1] == sorted(rates[: top + 1])
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert rates[-1] < 1e-5


def test_the_average_follows_slowly_but_takes_statistics_at_once() -> None:
    net, average = nn.BatchNorm1d(3), nn.BatchNorm1d(3)
    nn.init.constant_(net.weight, 2.0)
    net.running_mean.fill_(7.0)
    update_average(average, net, 100_000, 0.998)
    assert torch.allclose(average.weight, torch.full((3,), 1.002))
    assert torch.equal(average.running_mean, net.running_mean)
    for _ in range(5000):
        update_average(average, net, 100_000, 0.998)
    assert torch.allclose(average.weight, net.weight, atol=1e-3)
