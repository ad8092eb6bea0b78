"""Several runs become one file, with a hit classifier fitted on kits that they did not train on."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.core.errors import UsageError
from engine.core.pattern import TRACK_NAMES
from models.hearing.ensemble import open_ensemble
from models.hearing.hit_classifier import METADATA_KEY, HitClassifier
from models.training.train.assemble import AssemblySettings, assemble
from models.training.train.trainer import TrainingSettings, train_network
from models.weights.files import load_weights
from tests.models.loops import audio_of, onsets_of, pattern_of


def known_loop(folder: Path) -> Path:
    pattern = pattern_of(kick="x...x...x...x...", snare="....x.......x...")
    hits = onsets_of(pattern, 2.0)
    soundfile.write(folder / "loop.wav", audio_of(pattern, 120.0), 44100)
    tracks = [{"name": name, "onsets": [{"time_s": hit.time_s, "velocity": hit.velocity} for hit in hits
                                        if hit.track == name], "steps": []} for name in TRACK_NAMES]
    truth = {"id": "one", "set": "machine", "kit": "demo", "loop": "loop.wav", "tempo_bpm": 120.0, "beats": 4,
             "has": {"steps": False}, "tracks": tracks}
    (folder / "truth.json").write_text(json.dumps(truth))
    return folder


@pytest.mark.slow
def test_runs_become_one_file_with_a_classifier(samples: Path, tmp_path: Path) -> None:
    runs = [train_network(TrainingSettings((samples,), tmp_path / name, steps=6, seed=seed, rows=2, threads=1,
                                               mixed_precision=False, computed_each=4, crop_s=1.0, device="cpu",
                                               without=without))
            for name, seed, without in (("a", 1, ""), ("b", 2, "0/2"))]
    assert [load_weights(run)[1]["without"] for run in runs] == ["", "0/2"]
    out = tmp_path / "both.safetensors"
    loops = (known_loop(tmp_path),)
    sha256 = assemble(AssemblySettings((str(runs[0]), f"{runs[1]}:0"), loops, out, ((1, tmp_path),)))
    ensemble, metadata = open_ensemble(out, sha256)
    assert len(ensemble.networks) == 2
    fitted = HitClassifier.from_metadata(metadata[METADATA_KEY])
    usual = HitClassifier.from_metadata(None)
    assert fitted.threshold != usual.threshold or not np.allclose(fitted.weights, usual.weights)
    with pytest.raises(UsageError, match="Runs: 1, counted from 0"):
        assemble(AssemblySettings((str(out),), loops, tmp_path / "no.safetensors", ((1, tmp_path),)))
    with pytest.raises(UsageError, match="left no kits out"):
        assemble(AssemblySettings((str(runs[0]),), loops, tmp_path / "no.safetensors", ((0, tmp_path),)))
    with pytest.raises(UsageError, match="none is number 2"):
        assemble(AssemblySettings((f"{out}:2",), loops, tmp_path / "no.safetensors"))
