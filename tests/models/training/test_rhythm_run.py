"""Both stages are trained, survive a kill, and their weights transform loops and can be evaluated."""

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.core.errors import TaoError, WeightsMissing
from models.papers.rhythm.encoder import RATE
from models.papers.rhythm.method import Latent
from models.training.evaluate.transformation import TransformationSettings, evaluate_transformation, scores
from models.training.synthesis.resequencing import Made, Pair
from models.training.train.rhythm_run import RhythmRunSettings, train_rhythm
from models.weights.files import load_weights, save_weights
from tests.models.loops import audio_of, pattern_of
from tests.models.training.listener import Listener, Stopped


def settings(samples: Path, run: Path, **more: object) -> RhythmRunSettings:
    chosen: dict[str, object] = {"vae_steps": 2, "steps": 2, "rows": 1, "save_every": 1, "validate_every": 9,
                                 "validation_rows": 1, "threads": 1}
    return RhythmRunSettings((samples,), run, **(chosen | more))  # type: ignore[arg-type]


@pytest.mark.slow
def test_a_killed_run_goes_on_as_if_nothing_had_happened(samples: Path, tmp_path: Path) -> None:
    train_rhythm(settings(samples, tmp_path / "whole"))
    for number, kill in enumerate(("saved vae at 1", "saved transformer at 1")):
        with pytest.raises(Stopped):
            train_rhythm(settings(samples, tmp_path / "killed", resume=number > 0), Listener(until=kill))
    with pytest.raises(TaoError, match="--resume"):
        train_rhythm(settings(samples, tmp_path / "killed"))
    weights = train_rhythm(settings(samples, tmp_path / "killed", resume=True))
    wanted, found = (load_weights(tmp_path / run / "weights.safetensors")[0] for run in ("whole", "killed"))
    assert all(torch.equal(wanted[name], found[name]) for name in wanted)

    source, target = (audio_of(pattern_of(kick=drawn, snare="....x..."), 120.0).T for drawn in ("x.x.....", "xx...x.x"))
    latent = Latent(str(weights))
    made = latent.transform(source, target, RATE)
    assert made.shape == target.shape and np.isfinite(made).all()
    np.testing.assert_array_equal(made, latent.transform(source, target, RATE))
    long = np.concatenate([target] * 5, axis=1)
    assert latent.transform(source, long, RATE).shape == long.shape
    quiet = latent.transform(source, target, RATE, part=0.01 * source)
    np.testing.assert_allclose(quiet, 0.01 * made, atol=1e-4)

    table = evaluate_transformation(TransformationSettings(
        (samples,), ("kit", f"kit:latent:{weights}", f"latent:{weights}", "target"), 1, "onset-strength",
        "template-masks", "least-disturbed"))
    assert all(f"| {name}" in table for name in ("kit", "kit:latent", "latent", "target"))


def test_without_a_file_the_shipped_weights_move_a_rhythm() -> None:
    """Two hits of the source become four at the target's places."""
    source, target = (audio_of(pattern_of(kick=drawn), 120.0).T for drawn in ("x.......x.......", "x...x...x...x..."))
    made = Latent().transform(source, target, RATE)
    loud = np.array([np.abs(part).max() for part in np.array_split(made[0], 16)])
    assert loud[[4, 12]].min() > 2 * np.median(loud)


def test_other_weights_are_refused(tmp_path: Path) -> None:
    save_weights(tmp_path / "other.safetensors", {"x": torch.zeros(1)}, {"network": "tao"})
    with pytest.raises(WeightsMissing, match="train rhythm"):
        Latent(str(tmp_path / "other.safetensors"))


def test_the_true_answer_has_the_best_scores_and_the_untouched_source_leaves_traces() -> None:
    patterns = [pattern_of(kick=drawn, snare=snare) for drawn, snare in (("x...x...", "..x...x."),
                                                                          ("x.....x.", "...xx..."))]
    loops = []
    for pattern in patterns:
        places = [(drum, index) for drum, track in enumerate(pattern.tracks)
                  for index, step in enumerate(track.steps) if step is not None]
        audio = audio_of(pattern, 120.0).mean(axis=1)
        frames = np.array([round(index * len(audio) / 8) for _, index in places])
        loops.append(Made(audio, np.array([drum for drum, _ in places]), frames, np.ones(len(places))))
    pair = Pair(loops[0], loops[1], loops[1])
    right, wrong = scores(pair, loops[1].audio), scores(pair, loops[0].audio)
    assert right[0] == pytest.approx(1.0)
    assert right[1:3] == pytest.approx((0.0, 1.0), abs=1e-6)
    assert right[3:5] == pytest.approx((0.0, 0.0), abs=1e-6)
    assert wrong[0] < right[0] and wrong[4] > 0.2
