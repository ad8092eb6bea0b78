"""A batch on a Ray cluster of two nodes on this computer, which share nothing but what Ray carries."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.bridge.children import THREADS
from tests.models.batch import poison
from tests.models.batch.test_run import PROGRAM, QUICK, call, command, content, kits, wait_for_kits, write

pytestmark = [pytest.mark.slow, pytest.mark.server]

STORE_BYTES, MEMORY_BYTES = 200 << 20, 2 << 30


@pytest.fixture(scope="module")
def cluster_utils() -> Any:
    """Ray's own way to start nodes. It tells nobody that it is used."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    pytest.importorskip("ray", reason="Ray is not installed: pip install 'tao-live[cluster]'")
    from ray import cluster_utils

    return cluster_utils


@pytest.fixture
def cluster(cluster_utils: Any, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A head without processors for work and two nodes with one each."""
    for name in ("HOME", "PYTHONPATH"):
        monkeypatch.setenv(name, environment[name])
    made = cluster_utils.Cluster(initialize_head=True, head_node_args={
        "num_cpus": 0, "object_store_memory": STORE_BYTES, "include_dashboard": False})
    try:
        for _ in range(2):
            add_node(made)
        yield made
    finally:
        made.shutdown()


def add_node(cluster: Any) -> Any:
    return cluster.add_node(num_cpus=1, object_store_memory=STORE_BYTES, memory=MEMORY_BYTES)


def test_a_cluster_does_what_one_computer_does_to_the_bit(
        cluster: Any, tmp_path: Path, environment: dict[str, str]) -> None:
    for number in range(4):
        write(tmp_path / f"in/{number}/loop.wav", louder=1.0 - 0.1 * number)
    write(tmp_path / "in/poisoned.wav", poison.RAISES_S)
    here = call(environment, tmp_path / "in", "-o", tmp_path / "here", *QUICK)
    there = call(environment, tmp_path / "in", "-o", tmp_path / "there", "--cluster", cluster.address, *QUICK)
    assert (here.returncode, there.returncode) == (1, 1), here.stderr + there.stderr
    assert "poisoned.wav: The transcriber 'poison' failed" in there.stderr and "1 failed" in there.stderr
    assert len(kits(tmp_path / "there")) == 4
    assert content(tmp_path / "there") == content(tmp_path / "here")
    again = call(environment, tmp_path / "in", "-o", tmp_path / "there", "--cluster", cluster.address, *QUICK)
    assert "4 skipped" in again.stderr


def test_what_ran_on_a_node_that_dies_is_done_by_another(
        cluster: Any, tmp_path: Path, environment: dict[str, str]) -> None:
    for number in range(8):
        write(tmp_path / f"in/{number}.wav", poison.LATE_S, 1.0 - 0.05 * number)
    arguments = command(tmp_path / "in", "-o", tmp_path / "out", "--cluster", cluster.address, *QUICK)
    with subprocess.Popen(arguments, env=environment, stderr=subprocess.PIPE, text=True) as process:
        wait_for_kits(tmp_path / "out", 2, process)
        cluster.remove_node(sorted(cluster.worker_nodes, key=lambda node: node.node_id)[0], allow_graceful=False)
        _, said = process.communicate(timeout=500)
    assert process.returncode == 0, said
    assert len(kits(tmp_path / "out")) == 8


def test_a_node_without_this_version_of_tao_is_named(
        cluster: Any, tmp_path: Path, environment: dict[str, str]) -> None:
    write(tmp_path / "loop.wav")
    program = ("import models.batch.settings, models.batch.cluster as c, tao_live\n"
               "c.tao_version = lambda: '9.9.9'\ntao_live.main()")
    done = subprocess.run([sys.executable, "-c", program, "decompose", str(tmp_path / "loop.wav"), "-o",
                           str(tmp_path / "out"), "--cluster", cluster.address, *QUICK],
                          env={**environment, **THREADS}, capture_output=True, text=True, check=False, timeout=500)
    assert done.returncode == 1 and "needs the Tao of this computer, 9.9.9" in done.stderr, done.stderr
    assert "Traceback" not in done.stderr and not kits(tmp_path)


@pytest.mark.parametrize("address", ["auto", "127.0.0.1:1", "ray://127.0.0.1:1"])
def test_an_address_where_no_cluster_is_gets_one_sentence(
        cluster_utils: Any, tmp_path: Path, environment: dict[str, str], address: str) -> None:
    write(tmp_path / "loop.wav")
    note = tmp_path / "ray" / "ray_current_cluster"  # of a cluster that has crashed
    note.parent.mkdir()
    note.write_text("127.0.0.1:1")
    environment["RAY_TMPDIR"] = str(tmp_path)
    done = call(environment, tmp_path / "loop.wav", "-o", tmp_path / "out", "--cluster", address, *QUICK)
    assert done.returncode == 1 and f"No Ray cluster can be used at {address!r}" in done.stderr, done.stderr
    assert "Traceback" not in done.stderr and len(done.stderr.splitlines()) == 2


def test_without_ray_the_flag_says_how_to_install_it(tmp_path: Path, environment: dict[str, str]) -> None:
    write(tmp_path / "loop.wav")
    program = "import sys, tao_live; sys.modules['ray'] = None; tao_live.main()"
    done = subprocess.run([sys.executable, "-c", program, "decompose", str(tmp_path / "loop.wav"), "-o",
                           str(tmp_path / "out"), "--cluster", "auto", *QUICK],
                          env=environment, cwd=PROGRAM.parent, capture_output=True, text=True, check=False, timeout=500)
    assert done.returncode == 1 and "tao-live[cluster]" in done.stderr and "Traceback" not in done.stderr
