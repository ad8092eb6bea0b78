"""Training what rates the readings of a loop: examples stay on disk, and a run that was stopped goes on."""

import csv
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.core.errors import TaoError, UsageError
from models.hearing.reading_candidates import Candidates
from models.hearing.reading_rater import read_rater
from models.training.synthesis.cuts import Recording, record
from models.training.synthesis.grooves import Metered, Player, ruled_groove
from models.training.train.reader import ReaderSettings, train_reader
from models.training.train.reader_course import Example, RaterNetwork, fewer, right_readings, save_rater
from models.training.train.reporting import Silent

COLUMNS = ("split", "kind", "time_signature", "bars", "bpm")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two bars of four in each split."""
    folder = tmp_path / "data" / "patterns"
    folder.mkdir(parents=True)
    rows = [dict(zip(COLUMNS, (split, "beat", "4/4", 2, 110), strict=True)) for split in ("train", "val")]
    with (folder / "human_gmd.csv").open("w", newline="") as table:
        writer = csv.DictWriter(table, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    times = np.tile(np.arange(0, 8, 0.5), 2)
    drums = np.tile([0, 2, 1, 2], 8)
    np.savez(folder / "human_gmd.npz", classes=np.array(["kick", "snare", "hihat"]), ptr=np.array([0, 16, 32]),
             time=times, cls=drums, velocity=np.full(32, 100))
    return tmp_path / "data"


@pytest.mark.slow
def test_a_run_makes_weights_that_rate_and_one_that_is_resumed_makes_no_recording_again(data: Path,
                                                                                       tmp_path: Path) -> None:
    small = {"examples": 160, "epochs": 2, "validation": 32, "width": 8, "shard": 80}
    out = tmp_path / "run"
    weights = train_reader(ReaderSettings((data,), out, **small), Silent())
    rater = read_rater(weights)
    assert np.isfinite(rater.ratings(np.zeros((3, len(rater.mean)), np.float32))).all()
    shards = {path: path.stat().st_mtime_ns for path in (out / "examples").iterdir()}
    assert len(shards) == 3
    with pytest.raises(TaoError, match="Add --resume"):
        train_reader(ReaderSettings((data,), out, **small), Silent())
    before = weights.read_bytes()
    assert train_reader(ReaderSettings((data,), out, resume=True, **small), Silent()).read_bytes() == before
    assert {path: path.stat().st_mtime_ns for path in (out / "examples").iterdir()} == shards
    with pytest.raises(TaoError, match="another epochs"):
        train_reader(ReaderSettings((data,), out, resume=True, **{**small, "epochs": 3}), Silent())


def test_data_without_grooves_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no folder `patterns`"):
        train_reader(ReaderSettings((tmp_path,), tmp_path / "run", examples=64, validation=8), Silent())


def test_a_start_that_failed_leaves_no_run_behind(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(UsageError, match="patterns"):
            train_reader(ReaderSettings((tmp_path,), tmp_path / "run"), Silent())


def test_the_rater_is_the_network_that_was_trained(tmp_path: Path) -> None:
    torch.manual_seed(1)
    network = RaterNetwork(torch.randn(5), torch.rand(5) + 0.5, 8).eval()
    save_rater(tmp_path / "weights.safetensors", network)
    features = 20.0 * np.random.default_rng(1).normal(size=(6, 5)).astype(np.float32)
    ours = read_rater(tmp_path / "weights.safetensors").ratings(features)
    assert ours == pytest.approx(network(torch.from_numpy(features)).detach().numpy(), abs=0.02)


def test_of_many_wrong_readings_some_are_kept_and_every_right_one() -> None:
    rng = np.random.default_rng(2)
    right = np.arange(200) == 150
    one = fewer(Example(np.arange(200.0)[:, None], right, "exact"), rng, 30, None)
    assert len(one.right) == 31 and one.right.sum() == 1 and one.evidence[one.right, 0] == 150.0


@pytest.mark.parametrize("meter", [(4, 4), (3, 4), (5, 4), (6, 8), (7, 8), (12, 8)])
def test_a_recording_knows_its_right_reading(meter: tuple[int, int]) -> None:
    rng = np.random.default_rng(3)
    groove = ruled_groove(rng, meter)
    assert isinstance(groove, Metered) and (groove.quarters < groove.bars * groove.bar + 1e-9).all()
    truth = record(rng, Player([groove]).groove(rng, meter), "exact")
    assert isinstance(truth, Recording) and truth.length_s == pytest.approx(truth.quarters * truth.beat_s, abs=0.001)
    found = Candidates(np.array([truth.beat_s, truth.beat_s * 2]), np.zeros(2), np.full(2, truth.quarters),
                       np.full(2, [(4, 4), (3, 4), (5, 4), (6, 8), (7, 8), (12, 8)].index(meter)))
    assert right_readings(found, truth).tolist() == [True, False]
