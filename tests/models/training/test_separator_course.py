"""What the separator learns from is what it says it is, and learning from it helps."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from models.separation.separator import TaoSeparator
from models.training.synthesis.examples import Synthesis
from models.training.train.separator_course import SeparatorCourse, distances_of, errors_of
from models.training.train.trainer import TrainingSettings, train_network
from tests.models.training.listener import Listener, Stopped

CPU = torch.device("cpu")


def test_the_stems_of_a_loop_that_is_not_produced_add_up_to_it(synthesis: Synthesis) -> None:
    plain = Synthesis(synthesis.bank, synthesis.grooves, dataclasses.replace(synthesis.settings, produced_share=0.0),
                      5, CPU)
    audio, hits = plain.loops_and_stems(np.random.default_rng(8))
    same, same_hits = plain.loops(np.random.default_rng(8))
    assert torch.allclose(audio[:, 0], same, atol=1e-5)
    assert np.array_equal(hits.at_frame, same_hits.at_frame)
    for row in range(len(audio)):
        for drum in range(6):
            assert bool(audio[row, 1 + drum].any()) == bool(((hits.row == row) & (hits.drum == drum)).any())
    rest = audio[:, 0] - audio[:, 1:].sum(dim=1)             # other percussion, in some of the loops
    assert int((rest.abs().amax(dim=1) < 1e-5).sum()) >= len(rest) // 2


def test_the_true_ratio_is_the_best_mask_and_errors_are_those_of_spectra(synthesis: Synthesis) -> None:
    batch = SeparatorCourse(CPU).batch(synthesis, 3)
    ideal = (batch.parts / batch.magnitudes.clamp(min=1e-9)).clamp(0, 1)
    plain = torch.softmax(batch.inputs.shares, dim=1)
    best, start = errors_of(ideal, batch)[batch.present], errors_of(plain, batch)[batch.present]
    assert (best < start).all()
    nothing = errors_of(plain * 0, batch)[batch.present]
    assert torch.allclose(nothing, torch.ones_like(nothing), atol=1e-3)     # silence misses all of the stem
    assert float(distances_of(ideal, batch)[batch.present].mean()) < float(
        distances_of(plain, batch)[batch.present].mean())


def test_a_batch_follows_from_its_number(synthesis: Synthesis) -> None:
    course = SeparatorCourse(CPU)
    one, other = course.batch(synthesis, 4), course.batch(synthesis, 4)
    assert torch.equal(one.parts, other.parts) and torch.equal(one.inputs.activations, other.inputs.activations)
    assert not torch.equal(one.inputs.activations, course.batch(synthesis, 5).inputs.activations)


@pytest.mark.slow
def test_learning_from_one_batch_beats_the_templates_on_it(synthesis: Synthesis) -> None:
    torch.manual_seed(0)
    course = SeparatorCourse(CPU)
    batch = course.batch(synthesis, 0)
    optimizer = course.optimizer(2e-3)
    for _ in range(12):
        optimizer.zero_grad()
        course.loss(course.net(*course.features(batch)), batch).backward()
        optimizer.step()
    scores = course.scores(course.net, [batch])
    assert scores["snr_db"] > scores["start"] + 2.0


SMALL = {"rows": 2, "threads": 1, "validate_every": 1000, "save_every": 2, "mixed_precision": False,
         "computed_each": 4, "network": "masks", "device": "cpu", "steps": 4}


@pytest.mark.slow
def test_a_stopped_separator_goes_on_to_the_same_weights(samples: Path, tmp_path: Path) -> None:
    listener = Listener()
    whole = train_network(TrainingSettings((samples,), tmp_path / "whole", **SMALL), listener)
    assert any("snr_db" in line for line in listener.lines)

    with pytest.raises(Stopped):
        train_network(TrainingSettings((samples,), tmp_path / "parts", **SMALL), Listener("saved at 2"))
    parts = train_network(TrainingSettings((samples,), tmp_path / "parts", resume=True, **SMALL), listener)
    one, other = load_file(whole), load_file(parts)
    assert all(np.array_equal(one[name], other[name]) for name in one)
    assert TaoSeparator(str(parts)).name == "tao"
