"""Training goes on after a kill as if nothing had happened."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from engine.core.errors import TaoError, UsageError
from models.hearing.ensemble import open_ensemble
from models.training.train.trainer import TrainingSettings, find_device, train_network
from models.weights.files import load_weights
from tests.models.training.listener import Listener, Stopped

pytestmark = pytest.mark.slow  # networks are trained

SMALL = {"rows": 2, "threads": 1, "validate_every": 1000, "save_every": 2, "mixed_precision": False,
         "computed_each": 4, "crop_s": 1.0}


def settings(samples: Path, run: Path, **more: object) -> TrainingSettings:
    return TrainingSettings((samples,), run, **{**SMALL, "device": "cpu", **more})  # type: ignore[arg-type]


def test_a_stopped_run_goes_on_to_the_same_weights(samples: Path, tmp_path: Path) -> None:
    whole = train_network(settings(samples, tmp_path / "whole", steps=6))

    with pytest.raises(Stopped):
        train_network(settings(samples, tmp_path / "parts", steps=6), Listener("saved at 4"))
    parts = train_network(settings(samples, tmp_path / "parts", steps=6, resume=True))
    one, other = load_file(whole), load_file(parts)
    assert one.keys() == other.keys()
    assert all(np.array_equal(one[name], other[name]) for name in one)


def program(samples: Path, run: Path, **length: float) -> list[str]:
    asked = {**SMALL, **length, "resume": True, "device": "cpu"}
    return [sys.executable, "-c", "import json, sys; from pathlib import Path; "
            "from models.training.train.trainer import TrainingSettings, train_network; "
            "train_network(TrainingSettings((Path(sys.argv[1]),), Path(sys.argv[2]), **json.loads(sys.argv[3])))",
            str(samples), str(run), json.dumps(asked)]


def test_a_killed_run_resumes(samples: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    process = subprocess.Popen(program(samples, run, steps=100000), stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 120
        while not (run / "checkpoint.safetensors").exists() and time.monotonic() < until:
            time.sleep(0.05)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    listener = Listener("saved at")
    with pytest.raises(Stopped):
        train_network(settings(samples, run, steps=100000, resume=True), listener)
    assert int(listener.lines[-1].split()[-1]) > 2


def test_two_processes_train_one_network_and_stop_together(samples: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    argv = program(samples, run, minutes=0.15)         # each has its own clock
    launched = [argv[0], "-m", "torch.distributed.run", "--nproc-per-node=2", "--master-port=29517",
                "--no-python", *argv]
    done = subprocess.run(launched, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    ears, _ = open_ensemble(run / "weights.safetensors")
    assert len(ears.networks) == 1


def test_a_folder_with_a_run_is_not_overwritten(samples: Path, tmp_path: Path) -> None:
    train_network(settings(samples, tmp_path, steps=1))
    with pytest.raises(TaoError, match="--resume"):
        train_network(settings(samples, tmp_path, steps=1))
    with pytest.raises(TaoError, match="another seed"):
        train_network(settings(samples, tmp_path, steps=1, resume=True, seed=9))


def test_a_run_needs_a_length(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--minutes"):
        TrainingSettings((tmp_path,), tmp_path)


def test_an_unknown_device_is_named() -> None:
    with pytest.raises(UsageError, match="no --device warp"):
        find_device("warp")


def test_the_papers_network_trains_too(samples: Path, tmp_path: Path) -> None:
    listener = Listener()
    train_network(settings(samples, tmp_path, steps=2, network="paper"), listener)
    assert load_weights(tmp_path / "weights.safetensors")[1] == {"network": "paper"}
    assert any("val_f" in line for line in listener.lines)
    with pytest.raises(UsageError, match="tao, paper, masks"):
        train_network(settings(samples, tmp_path / "b", steps=2, network="other"))
