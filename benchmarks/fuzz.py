"""Damage good inputs of every reader, a million times in all by default, and read each: no crash, no hang, no growth.

    python -m benchmarks.fuzz [INPUTS] [SEED]
"""

import random
import resource
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.readers import TOKENS, Reader, damaged, readers

INPUTS, LONGEST_S = 1_000_000, 10


def edits(chance: random.Random) -> list[tuple[int, int, bytes]]:
    """A few random changes."""
    return [(chance.randrange(65536), chance.choice((0, 1, 1, 4, chance.randrange(60))),
             chance.choice(TOKENS) if chance.random() < 0.4 else chance.randbytes(chance.randrange(8)))
            for _ in range(chance.randrange(1, 6))]


def fuzz(reader: Reader, inputs: int, chance: random.Random) -> float:
    """Read so many damaged inputs; the longest that one took, in seconds. The input of a failure is kept."""
    slowest_s = 0.0
    for _ in range(inputs):
        data = damaged(chance.choice(reader.seeds), edits(chance))
        began_s = time.monotonic()
        signal.alarm(LONGEST_S)
        try:
            reader.survives(data)
        except BaseException:  # whatever it was, keep the input that caused it
            kept = Path(tempfile.gettempdir(), f"fuzz-{reader.name.replace(' ', '-')}")
            kept.write_bytes(data)
            print(f"{reader.name} fails on {kept}", file=sys.stderr)
            raise
        slowest_s = max(slowest_s, time.monotonic() - began_s)
    signal.alarm(0)
    return slowest_s


def main() -> None:
    """Fuzz every reader, and say how many inputs each has survived."""
    inputs = int(sys.argv[1]) if len(sys.argv) > 1 else INPUTS
    chance = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    with tempfile.TemporaryDirectory() as scratch:
        every = readers(Path(scratch))
        for reader in every:
            began_s, number = time.monotonic(), -(-inputs // len(every))
            slowest_s = fuzz(reader, number, chance)
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            print(f"{reader.name:<16} {number:>8} inputs in {time.monotonic() - began_s:6.1f} s, the slowest "
                  f"{1000 * slowest_s:5.0f} ms, at most {memory} MB", flush=True)


if __name__ == "__main__":
    main()
