"""A Ray cluster that shares the files of a batch. This is the only module that loads Ray, when it is asked for."""

import importlib
import logging
import os
import re
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from engine.core.errors import TaoError
from engine.core.names import MAX_NOTICE, readable
from engine.library.kits.kit_folder import write_files, write_new_files
from models.batch.capacity import PROCESS_MB
from models.batch.jobs import Job, Outcome
from models.batch.node import Files
from models.batch.settings import Settings, tao_version

RETRIES = 3  # when a node dies
AHEAD = 2  # files sent for each processor of the cluster, so that none waits for the network
ANSWER_S, CONNECT_S = 60.0, 10.0
TICK_S, GONE_S = 0.5, 120.0
LARGEST_BYTES = 1 << 30


class Cluster:
    """An existing Ray cluster, as a context. Files go out as bytes; what comes back is written here, as everywhere."""

    def __init__(self, address: str, settings: Settings) -> None:
        self._address, self._settings = address, settings
        self._ray: Any = None

    def __enter__(self) -> "Cluster":
        """Connect. Raises TaoError when Ray is missing, nothing answers, or nodes lack this version of Tao."""
        self._ray = _loaded()
        _check_answers(self._address)
        try:
            self._ray.init(address=self._address, log_to_driver=False, logging_level=logging.ERROR)
        except (ConnectionError, OSError, RuntimeError, ValueError, AssertionError) as error:
            raise _no_cluster(self._address, error) from error
        try:
            self._check_nodes()
        except BaseException:  # Ctrl-C too: `__exit__` is not called for an `__enter__` that failed
            self._ray.shutdown()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._ray.shutdown()  # what still runs for this call ends with it

    def outcomes(self, jobs: Iterable[Job]) -> Iterator[Outcome]:
        """Do the jobs; the outcome of each, in the order in which they end."""
        work = self._ray.remote(num_cpus=1, memory=PROCESS_MB << 20, max_retries=RETRIES)(_work())
        waiting, running = iter(jobs), dict[Any, Job]()
        more, gone_s = True, time.monotonic()
        while more or running:
            processors = sum(int(node["Resources"]["CPU"]) for node in self._able_nodes())
            gone_s = time.monotonic() if processors else gone_s
            if time.monotonic() - gone_s > GONE_S:
                raise TaoError("All nodes of the Ray cluster have gone. Start some, then give the same command again.")
            while more and len(running) < AHEAD * max(1, processors):
                job = next(waiting, None)
                more = job is not None
                if job is None:
                    break
                try:
                    running[work.remote(_files_for(job), job.file.name, self._settings.to_json())] = job
                except (TaoError, OSError) as error:
                    yield Outcome(job, None, readable(str(error), MAX_NOTICE))
            ended, _ = self._ray.wait(list(running), timeout=TICK_S) if running else ([], [])
            for one in ended:
                yield self._outcome(one, running.pop(one))

    def _outcome(self, answer: Any, job: Job) -> Outcome:
        """What came of a job; its kit is written."""
        try:
            words, files = self._ray.get(answer)
        except self._ray.exceptions.RayError as error:
            return Outcome(job, None, f"The Ray cluster could not decompose it ({_line(error)}). Try it again.")
        if not files:
            return Outcome(job, None, words)
        folder = job.kit
        try:
            if job.overwrite:
                write_files(folder, files)
            else:
                folder = write_new_files(folder, files)
        except TaoError as error:
            return Outcome(job, None, readable(str(error), MAX_NOTICE))
        return Outcome(job, folder, words)

    def _able_nodes(self) -> list[dict[str, Any]]:
        """The nodes that can take a file."""
        return [node for node in self._ray.nodes() if node["Alive"] and node["Resources"].get("CPU", 0) >= 1
                and node["Resources"].get("memory", 0) >= PROCESS_MB << 20]

    def _check_nodes(self) -> None:
        """Raise TaoError unless every node that can work has this version of Tao."""
        nodes = self._able_nodes()
        if not nodes:
            raise TaoError(f"The Ray cluster at {self._address!r} has no node with a processor and {PROCESS_MB} MB of "
                           "memory to give. Start one with `ray start --address`.")
        on_node = self._ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy
        asked = self._ray.remote(num_cpus=0, max_retries=0)(_version_there())
        answers = {asked.options(scheduling_strategy=on_node(node["NodeID"], soft=False)).remote(): node
                   for node in nodes}
        there, _ = self._ray.wait(list(answers), num_returns=len(answers), timeout=ANSWER_S)
        wrong = []
        for answer in there:
            try:
                version = self._ray.get(answer)
            except self._ray.exceptions.RayError:
                continue  # it has just died
            if version != tao_version():
                wrong.append(f"{answers[answer]['NodeManagerAddress']} has {version or 'no Tao'}")
        if wrong:
            raise TaoError(f"Every node needs the Tao of this computer, {tao_version()}; {', '.join(wrong)}. Install "
                           "the same version on the nodes, or start Ray there in the environment that has it.")


def _loaded() -> Any:
    """Ray, which tells nobody that it is used. Raises TaoError when it is not installed."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    try:
        ray = importlib.import_module("ray")
        importlib.import_module("ray.util.scheduling_strategies")
    except ImportError as error:
        raise TaoError(f"--cluster needs Ray, which cannot be loaded ({_line(error)}). Install it with `pip install "
                       "'tao-live[cluster]'`.") from None
    return ray


def _check_answers(address: str) -> None:
    """Raise TaoError if nothing listens at HOST:PORT, or where Ray's note for "auto" says; Ray would try for
    minutes."""
    where = _noted_address() if address == "auto" else address
    place = re.fullmatch(r"(?:ray://)?(.+):(\d{1,5})", where)
    if place is None:
        return  # Ray knows better
    try:
        socket.create_connection((place[1].strip("[]"), int(place[2])), CONNECT_S).close()
    except (OSError, OverflowError, ValueError) as error:
        raise _no_cluster(address, error) from error


def _noted_address() -> str:
    """Where the cluster was that was last started on this computer; a crash leaves the note behind."""
    note = Path(os.environ.get("RAY_TMPDIR") or "/tmp", "ray", "ray_current_cluster")
    try:
        return os.environ.get("RAY_ADDRESS") or note.read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return ""


def _no_cluster(address: str, error: BaseException) -> TaoError:
    return TaoError(f"No Ray cluster can be used at {address!r} ({_line(error)}). Start one with `ray start --head`, "
                    "or check the address.")


def _files_for(job: Job) -> Files:
    """The recording and Tao's note beside it. Raises TaoError for what is no file, or too large, and OSError."""
    path, note = job.file, job.file.with_suffix(".json")
    if not path.is_file():
        raise TaoError(f"{str(path)!r} is not a file that is there. Check the name and the folder.")
    if path.stat().st_size > LARGEST_BYTES:
        raise TaoError(f"{path.name} is larger than any loop. Cut out the bars you want.")
    beside = {note.name: note.read_bytes()} if note.is_file() and note.stat().st_size < 1 << 16 else {}
    return {**beside, path.name: path.read_bytes()}


def _work() -> Callable[[Files, str, dict[str, Any]], tuple[str, Files]]:
    """What a node does with a file. A function inside a function goes to the node as a whole, so a node without Tao
    answers with a clear error."""

    def work(files: Files, name: str, settings: dict[str, Any]) -> tuple[str, Files]:
        from models.batch.node import decomposed

        return decomposed(files, name, settings)

    return work


def _version_there() -> Callable[[], str | None]:
    """What asks a node for its version of Tao: none if it has no Tao that can work in a batch."""

    def version_there() -> str | None:
        try:
            from models.batch.settings import tao_version
        except ImportError:
            return None
        return tao_version()

    return version_there


def _line(error: BaseException) -> str:
    """An error's first line."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return readable(lines[0].rstrip(".: "), 200)
