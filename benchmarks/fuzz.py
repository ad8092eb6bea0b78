"""Damage good inputs of every reader, a million times in all by default, and read each: no crash, no hang, no growth.

    python -m benchmarks.fuzz [INPUTS] [--seed N] [--only READER ...]

Each batch is read in a process of its own, with limits on time and memory: what kills it is kept as a file, and the
next process goes on after it. An input depends on the seed, the reader and its number alone, so it can be made again.
"""

import argparse
import mmap
import os
import random
import resource
import signal
import struct
import sys
import tempfile
import time
import traceback
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.result import Result
from tests.readers import Reader, readers

INPUTS, BATCH = 1_000_000, 5_000
LONGEST_S, LONGEST_WAIT_S = 10.0, 120.0  # processor time, and the clock's, which others use too
MORE_BYTES = 3 << 30  # than the process has at first
_STATE = struct.Struct("qdq")  # the input being read, the slowest so far in seconds, the largest size in KiB


@dataclass
class Fuzzed:
    """What became of a reader: so many inputs were survived; failures are files. slowest_s: processor time."""

    name: str
    survived: int = 0
    slowest_s: float = 0.0
    memory_mb: float = 0.0
    took_s: float = 0.0
    failures: list[Path] = field(default_factory=list)

    def line(self) -> str:
        """For people."""
        failed = f"; FAILED on {', '.join(map(str, self.failures))}" if self.failures else ""
        return (f"{self.name:<18} {self.survived:>8} survived in {self.took_s:7.1f} s, the slowest "
                f"{1000 * self.slowest_s:5.0f} ms, at most {self.memory_mb:.0f} MB{failed}")


def input_of(reader: Reader, seed: int, number: int) -> bytes:
    """Damaged input `number`."""
    return reader.damaged(random.Random(f"{seed} {reader.name} {number}"))


def fuzz(reader: Reader, inputs: int, seed: int, kept: Path) -> Fuzzed:
    """Let the reader read so many; inputs that it does not survive are written to the folder `kept`."""
    done, began_s = Fuzzed(reader.name), time.monotonic()
    with mmap.mmap(-1, mmap.PAGESIZE) as page:
        first = 0
        while first < inputs:
            end = min(first + BATCH, inputs)
            status = _in_a_process(reader, seed, range(first, end), page)
            number, slowest_s, size_kib = _STATE.unpack_from(page)
            done.slowest_s, done.memory_mb = max(done.slowest_s, slowest_s), max(done.memory_mb, size_kib / 1024)
            if status == 0:
                done.survived += end - first
                first = end
            else:
                kept.mkdir(parents=True, exist_ok=True)
                path = kept / f"{reader.name.replace(' ', '-')}-{seed}-{number}"
                path.write_bytes(input_of(reader, seed, number))
                print(f"{reader.name} fails on {path} (status {status})", file=sys.stderr, flush=True)
                done.failures.append(path)
                done.survived += number - first
                first = number + 1
    done.took_s = time.monotonic() - began_s
    return done


def _in_a_process(reader: Reader, seed: int, numbers: range, page: mmap.mmap) -> int:
    """Read these inputs in a process of its own; the exit status, below 0 for a signal. `page` says how far it got."""
    _STATE.pack_into(page, 0, numbers.start, 0.0, 0)
    pid = os.fork()
    if pid == 0:
        try:
            errors = os.fdopen(os.dup(2), "w", encoding="utf-8")
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # MP3 has a lot to say about damage
            _limit()
            _read_all(reader, seed, numbers, page)
        except BaseException as error:  # noqa: BLE001  the outermost loop of a process: report, and stop
            print(f"{type(error).__name__}: {str(error)[:300]}", traceback.format_exc()[-800:], file=errors, flush=True)
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


def _limit() -> None:
    """A signal ends this process when an input takes too long."""
    size = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * mmap.PAGESIZE
    resource.setrlimit(resource.RLIMIT_AS, (size + MORE_BYTES,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _read_all(reader: Reader, seed: int, numbers: range, page: mmap.mmap) -> None:
    slowest_s = 0.0
    for number in numbers:
        data = input_of(reader, seed, number)
        signal.setitimer(signal.ITIMER_REAL, LONGEST_WAIT_S)
        signal.setitimer(signal.ITIMER_PROF, LONGEST_S)
        began_s = time.process_time()
        reader.survives(data)
        slowest_s = max(slowest_s, time.process_time() - began_s)
        _STATE.pack_into(page, 0, number + 1, slowest_s, 0)
    _STATE.pack_into(page, 0, numbers.stop, slowest_s, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def fuzzed(inputs: int, seed: int, kept: Path, only: Collection[str] = ()) -> Iterator[Fuzzed]:
    """Fuzz every reader, or `only` those, with so many inputs in all; failures are written to the folder `kept`."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as scratch:
        every = [one for one in readers(Path(scratch)) if not only or one.name in only]
        shares = sum(one.share for one in every)
        for one in every:
            yield fuzz(one, -(-inputs * one.share // shares), seed, kept)


def run() -> list[Result]:
    """A million inputs."""
    found = list(fuzzed(INPUTS, 1, Path(tempfile.gettempdir())))
    how = f"{len(found)} readers; at most {max(one.memory_mb for one in found):.0f} MB"
    return [Result("fuzz: inputs survived", float(sum(one.survived for one in found)), "", str(INPUTS), how),
            Result("fuzz: failures", float(sum(len(one.failures) for one in found)), "", "0", how),
            Result("fuzz: the slowest input", 1000 * max(one.slowest_s for one in found), "ms", "", how)]


def main() -> int:
    """Fuzz every reader, and say how many inputs each has survived; 1 if there was one that it did not."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz")
    parser.add_argument("inputs", nargs="?", type=int, default=INPUTS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=[], metavar="READER", help="the names of readers")
    parser.add_argument("--kept", type=Path, default=Path(tempfile.gettempdir()), help="where failures are written")
    asked = parser.parse_args()
    survived, failures = 0, 0
    for one in fuzzed(asked.inputs, asked.seed, asked.kept, asked.only):
        print(one.line(), flush=True)
        survived, failures = survived + one.survived, failures + len(one.failures)
    print(f"{'all':<18} {survived:>8} survived, {failures} not", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
