"""Processes that share files: what one file does to its process is that file's business."""

import os
from pathlib import Path

import pytest
import soundfile

from engine.core.errors import TaoError
from engine.library.kits.kit_folder import read_folder
from models.batch.jobs import Job, Outcome
from models.batch.pool import Pool
from models.batch.settings import Settings
from tests.models.batch import poison
from tests.test_decomposing import RATE, clicks

pytestmark = pytest.mark.slow  # processes that load torch

SETTINGS = Settings("poison", beats=4, **poison.QUICK)


@pytest.fixture(autouse=True)
def poisonous(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    poison.install(tmp_path / "plugins")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "plugins"))


def jobs(folder: Path, *lengths_s: float) -> list[Job]:
    made = []
    for number, length_s in enumerate(lengths_s):
        soundfile.write(folder / f"{number}.wav", clicks(length_s), RATE)
        made.append(Job(number, os.fsencode(folder / f"{number}.wav"), os.fsencode(folder / "out" / str(number))))
    return made


def outcomes(pool: Pool, work: list[Job]) -> dict[int, Outcome]:
    return {outcome.job.number: outcome for outcome in pool.outcomes(work)}


def test_a_file_that_ends_its_process_costs_itself_alone_and_is_tried_twice(tmp_path: Path) -> None:
    work = jobs(tmp_path, poison.FINE_S, poison.EXITS_S, poison.FINE_S, poison.RAISES_S, poison.FINE_S)
    with Pool(SETTINGS, 2) as pool:
        found = outcomes(pool, work)
    assert sorted(found) == [0, 1, 2, 3, 4]
    assert [number for number, outcome in found.items() if outcome.folder is None] == [3, 1], "the suspect is last"
    assert "twice" in found[1].words and "status 3" in found[1].words
    assert "poison" in found[3].words and "ZeroDivisionError" in found[3].words
    for number in (0, 2, 4):
        assert read_folder(tmp_path / "out" / str(number)).pattern.beats == 4
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"0", "2", "4"}


def test_a_file_that_hangs_is_given_up_and_one_that_is_slow_is_not(tmp_path: Path) -> None:
    work = jobs(tmp_path, poison.SLEEPS_S, poison.FINE_S)
    with Pool(SETTINGS, 1, stall_s=20.0) as pool:
        found = outcomes(pool, work)
    assert found[0].folder is None and "no progress" in found[0].words
    assert found[1].folder == tmp_path / "out" / "1"


def test_processes_are_kept_for_more_jobs(tmp_path: Path) -> None:
    first, second = jobs(tmp_path, poison.FINE_S, poison.FINE_S)
    with Pool(SETTINGS, 1) as pool:
        assert outcomes(pool, [first])[0].folder is not None
        assert outcomes(pool, [second])[1].folder is not None


def test_a_plugin_that_cannot_be_opened_ends_the_batch_with_its_sentence(tmp_path: Path) -> None:
    settings = Settings("tao:no-such-file", **poison.QUICK)
    with Pool(settings, 1) as pool, pytest.raises(TaoError, match="no-such-file") as caught:
        outcomes(pool, jobs(tmp_path, poison.FINE_S))
    assert caught.value.exit_code == 4


def test_a_process_has_one_thread_and_low_priority(tmp_path: Path) -> None:
    from engine.bridge.children import NICE, THREADS
    from models.batch.child import Child, environment

    assert all(environment()[name] == "1" for name in THREADS)
    child = Child(SETTINGS, 180.0)
    try:
        assert os.getpriority(os.PRIO_PROCESS, child.pid) >= NICE
    finally:
        child.end()
