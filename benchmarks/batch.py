"""Files a minute of a batch: with one process, with one for each core, and on one and two nodes of a Ray
cluster on this computer."""

import os
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.decompose import RATE, four_bars
from benchmarks.result import Result
from engine.core.errors import TaoError
from engine.library.audio_files import write_wav
from models.batch.capacity import cores

PROGRAM = Path(__file__).parents[1] / "tao_live.py"
FILES = 16
STORE_BYTES, MEMORY_BYTES = 300 << 20, 2 << 30


def run() -> list[Result]:
    """Files a minute and processor time for each file, start of the processes included."""
    results = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write_loops(folder / "loops")
        how = f"{FILES} loops of 4 bars (8 s), one thread each, start included; {cores()} cores"
        for jobs in sorted({1, cores()}):
            pace, cpu_s = measured(folder, f"{jobs} jobs", "--jobs", str(jobs))
            results.append(Result(f"batch, {jobs} at once", pace, "files/min", "", how))
            results.append(Result(f"batch, {jobs} at once, processor time", cpu_s, "s a file", "", how))
        try:
            from ray import cluster_utils
        except ImportError:
            return [*results, Result("batch, Ray cluster", None, "files/min", "", "Ray is not installed")]
        for nodes in (1, 2):
            with ExitStack() as until_done:
                cluster = _cluster(cluster_utils, nodes, until_done)
                pace, _ = measured(folder, f"{nodes} nodes", "--cluster", cluster.address)
            results.append(Result(f"batch, Ray cluster, {nodes} nodes with a core each", pace, "files/min", "", how))
    return results


def measured(folder: Path, name: str, *options: str) -> tuple[float, float]:
    """Files a minute, and processor seconds a file, of one call of the verb. Raises TaoError when it fails."""
    before_s, began_s = _children_cpu_s(), time.monotonic()
    done = subprocess.run([sys.executable, str(PROGRAM), "decompose", str(folder / "loops"), "-o", str(folder / name),
                           *options], capture_output=True, text=True, check=False)
    spent_s = time.monotonic() - began_s
    if done.returncode:
        raise TaoError(f"`decompose {' '.join(options)}` ended with {done.returncode}: {done.stderr[-500:]}")
    return round(60.0 * FILES / spent_s, 1), round((_children_cpu_s() - before_s) / FILES, 2)


def _write_loops(folder: Path) -> None:
    """Loops that differ, so that none is skipped."""
    folder.mkdir()
    loop = four_bars()
    for number in range(FILES):
        write_wav(folder / f"{number}.wav", loop.audio * (1.0 - 0.02 * number), RATE)


def _cluster(cluster_utils: Any, nodes: int, until_done: ExitStack) -> Any:
    """A head that only leads, and nodes with one core each."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    cluster = cluster_utils.Cluster(initialize_head=True, head_node_args={
        "num_cpus": 0, "object_store_memory": STORE_BYTES, "include_dashboard": False})
    until_done.callback(cluster.shutdown)
    for _ in range(nodes):
        cluster.add_node(num_cpus=1, object_store_memory=STORE_BYTES, memory=MEMORY_BYTES)
    return cluster


def _children_cpu_s() -> float:
    """Processor time of all processes that this one has started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
