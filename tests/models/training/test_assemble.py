"""Several runs become one file, judged by kits that they did not learn from."""

import json
from pathlib import Path

import numpy as np
import soundfile

from engine.core.pattern import TRACK_NAMES
from models.hearing.ensemble import open_ears
from models.hearing.judge import Judge
from models.training.train.assemble import AssemblySettings, assemble
from models.training.train.trainer import TrainingSettings, train_network
from models.weights.shipped import load_weights
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


def test_runs_become_one_file_with_a_judge(samples: Path, tmp_path: Path) -> None:
    runs = [train_network(TrainingSettings(samples, tmp_path / name, steps=6, seed=seed, rows=2, threads=1,
                                               mixed_precision=False, computed_each=4, crop_s=1.0, device="cpu",
                                               without=without))
            for name, seed, without in (("a", 1, ""), ("b", 2, "0/2"))]
    assert [load_weights(run)[1]["without"] for run in runs] == ["", "0/2"]
    out = tmp_path / "both.safetensors"
    sha256 = assemble(AssemblySettings(tuple(runs), known_loop(tmp_path), samples, out, batches=1))
    ears, told = open_ears(out, sha256)
    assert len(ears.networks) == 2
    assert not np.allclose(Judge.told(told["judge"]).weights, Judge.told(None).weights)
