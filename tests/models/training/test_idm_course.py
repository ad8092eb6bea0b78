"""The Inverse Drum Machine learns from loops of a few kits and their hits, and its run survives a kill."""

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.core.errors import TaoError
from engine.core.pattern import TRACK_NAMES
from models.papers.idm.features import HOP_FRAMES
from models.papers.idm.transcriber import Idm
from models.training.synthesis.bank import RATE, Bank, Sounds
from models.training.synthesis.examples import Synthesis
from models.training.synthesis.kit_loops import annotated, kit_loops, onset_targets, sounds_of, whole_kits
from models.training.synthesis.patterns import Grooves
from models.training.synthesis.rendering import render
from models.training.train.idm_course import IdmCourse
from models.training.train.trainer import TrainingSettings, train_network
from models.weights.files import load_weights
from tests.models.training.listener import Listener, Stopped


def settings(samples: Path, run: Path, **more: object) -> TrainingSettings:
    chosen: dict[str, object] = {"network": "idm", "steps": 3, "rows": 2, "threads": 1, "device": "cpu",
                                 "mixed_precision": False, "computed_each": 0, "validate_every": 1000, "save_every": 1}
    return TrainingSettings((samples,), run, **(chosen | more))  # type: ignore[arg-type]


def test_kits_are_taken_evenly_from_those_that_have_every_drum(sounds: Sounds) -> None:
    bank = Bank(sounds)
    assert whole_kits(bank, 6) == bank.kits and whole_kits(bank, 1) == bank.kits[:1]
    with pytest.raises(TaoError, match="all of kick, snare"):
        whole_kits(Bank(Sounds(sounds.audio, sounds.shots[:8], tuple((n,) for n in range(8)))), 6)


def test_a_loop_is_its_hits_played_on_one_kit(sounds: Sounds, rng: np.random.Generator) -> None:
    kit = sounds_of(Bank(sounds), "computed_00")
    strokes, hits = kit_loops(rng, [kit, kit], Grooves(), RATE)
    audio = render(strokes, torch.device("cpu")).numpy()
    again = np.zeros_like(audio)
    for row, drum, at, gain in zip(strokes.row, strokes.drum, strokes.at_frame, strokes.gain, strict=True):
        np.add.at(again[row], np.arange(at, at + len(kit[drum])) % RATE, gain * kit[drum])
    assert np.abs(audio - again).max() < 0.05 * np.abs(audio).max()      # a sound ends with a fade
    assert set(hits.drum) <= set(range(len(TRACK_NAMES)))

    marked = annotated(hits, 2)
    assert int(marked.real.sum()) == len(hits.drum)
    for row, drum, at in zip(hits.row, hits.drum, hits.at_frame, strict=True):
        assert at in marked.places[row, drum][marked.real[row, drum]].tolist()
    targets = onset_targets(hits, 2, HOP_FRAMES, RATE // HOP_FRAMES + 1)
    nearest = np.minimum(np.round(hits.at_frame / HOP_FRAMES).astype(int), RATE // HOP_FRAMES)
    assert (targets[hits.row, nearest, hits.drum] == 1.0).all()


def test_a_batch_follows_from_its_number(synthesis: Synthesis) -> None:
    course = IdmCourse(torch.device("cpu"))
    course.meet(synthesis.bank)
    one, same, other = (course.batch(synthesis, number) for number in (5, 5, 6))
    assert torch.equal(one.audio, same.audio) and not torch.equal(one.audio, other.audio)
    assert one.row_kits.tolist() == [kit for kit in one.kits.tolist() for _ in range(2)]


@pytest.mark.slow
def test_a_killed_run_goes_on_as_if_nothing_had_happened(samples: Path, tmp_path: Path) -> None:
    whole = train_network(settings(samples, tmp_path / "whole"))
    with pytest.raises(Stopped):
        train_network(settings(samples, tmp_path / "killed"), Listener("saved at 2"))
    killed = train_network(settings(samples, tmp_path / "killed", resume=True))
    (wanted, metadata), (found, _) = load_weights(whole), load_weights(killed)
    assert all(torch.equal(wanted[name], found[name]) for name in wanted)
    assert metadata["size"] == "small" and metadata["kits"]
    assert Idm(str(killed)).name == "idm"


@pytest.mark.slow
def test_a_resumed_run_may_be_made_shorter(samples: Path, tmp_path: Path) -> None:
    with pytest.raises(Stopped):
        train_network(settings(samples, tmp_path, steps=9), Listener("saved at 1"))
    listener = Listener()
    train_network(settings(samples, tmp_path, steps=2, resume=True), listener)
    assert "saved at 2" in listener.lines and "saved at 3" not in listener.lines
