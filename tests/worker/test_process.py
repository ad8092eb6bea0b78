"""A worker may be slow, but not silent: what makes no progress is stopped, with a sentence that names it."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.bridge.messages import JobDone, JobFailed, OpenFolder, Progress, StageReady
from engine.worker import process
from engine.worker.process import MAX_UNREAD_BYTES, WorkerProcess
from tests.peer_worker import PEER_WORKER

STALL_S = 1.5  # the slow peer speaks five times as often, and takes more than twice as long


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[WorkerProcess]:
    with (tmp_path / "worker.log").open("ab") as log:
        worker = WorkerProcess(PEER_WORKER, STALL_S, log)
        try:
            yield worker
        finally:
            worker.stop()


def answers(worker: WorkerProcess, folder: Path, name: str) -> list[Any]:
    """Everything that the worker says about a job, up to its last word."""
    job = OpenFolder(1, str(folder / name), 48000, str(folder))
    assert worker.submit(job, name) is None
    found: list[Any] = []
    while not (found and isinstance(found[-1], JobDone | JobFailed)):
        found += worker.read()
        time.sleep(0.005)
    return found


def test_a_slow_job_that_makes_progress_comes_to_its_end(worker: WorkerProcess, tmp_path: Path) -> None:
    began = time.monotonic()
    found = answers(worker, tmp_path, "slow")
    assert isinstance(found[-1], JobDone) and any(isinstance(message, StageReady) for message in found), found
    assert time.monotonic() - began > 2 * STALL_S


def test_a_job_without_progress_is_stopped_by_name_and_the_next_one_is_done(worker: WorkerProcess,
                                                                            tmp_path: Path) -> None:
    first, last = answers(worker, tmp_path, "hang")
    assert isinstance(first, Progress)
    assert last == JobFailed(1, "The worker made no progress on hang for 1.5 s and was restarted. The loop is still "
                                "there; try again.")
    assert isinstance(answers(worker, tmp_path, "next")[-1], JobDone)


def test_a_worker_that_has_not_spoken_yet_has_longer_to_start(worker: WorkerProcess, tmp_path: Path,
                                                              monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "START_FACTOR", 2)
    began = time.monotonic()
    (last,) = answers(worker, tmp_path, "mute")
    assert isinstance(last, JobFailed) and "no progress on mute for 3 s" in last.sentence
    assert time.monotonic() - began >= 2 * STALL_S


def test_a_cancelled_job_that_goes_on_is_stopped(worker: WorkerProcess, tmp_path: Path) -> None:
    assert worker.submit(OpenFolder(1, str(tmp_path / "hang"), 48000, str(tmp_path)), "hang") is None
    worker.cancel()
    found: list[Any] = []
    while not any(isinstance(message, JobFailed) for message in found):
        found += worker.read()
        time.sleep(0.005)
    assert found[-1] == JobFailed(1, "The job was stopped.")


def test_a_worker_that_does_not_read_never_holds_the_engine_up(worker: WorkerProcess, tmp_path: Path) -> None:
    assert worker.start() is None and worker.pid is not None
    os.kill(worker.pid, signal.SIGSTOP)
    began_s = time.monotonic()
    long = OpenFolder(1, "/tmp/" + "x" * 1_000_000, 48000, str(tmp_path))  # a pipe holds 64 KiB
    assert worker.submit(long, "long") is None
    for _ in range(50):
        worker.cancel()
        assert worker.read() == []
    assert time.monotonic() - began_s < 1.0
    assert len(worker._unread) < 2_000_000 < MAX_UNREAD_BYTES
    os.kill(worker.pid, signal.SIGCONT)
    found: list[Any] = []
    while not any(isinstance(message, JobDone | JobFailed) for message in found):
        found += worker.read()
        time.sleep(0.005)
    assert not worker._unread


def test_a_stopped_worker_is_ended_at_once(worker: WorkerProcess) -> None:
    assert worker.start() is None and worker.pid is not None
    pid = worker.pid
    os.kill(pid, signal.SIGSTOP)
    began_s = time.monotonic()
    worker.stop()
    assert time.monotonic() - began_s < 1.0
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
