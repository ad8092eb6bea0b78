"""Seconds and memory of each transcriber, separator and extractor, on the loop of `decompose`.

    python -m benchmarks methods
    python -m benchmarks.methods transcriber paper:FILE     # one of them, with its argument

Each works alone in a process of its own, with as many threads as the worker has. Separators and extractors are given
the true hits, extractors the stems of `template-masks`. Those whose weights are not here are left out.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.decompose import BARS, BPM, LOUD, RATE, four_bars, peak_mb
from benchmarks.result import Result
from engine.bridge.children import THREADS
from engine.core.errors import TaoError
from engine.core.methods import ABOUT, GROUPS
from models import plugins
from models.plugins import Audio, Onset, TempoGuess, Transcription

REPEATS = 3
LEFT_OUT = 4  # the status of a method whose weights are not here


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """The loop (2, frames), and its true hits."""

    audio: Audio
    hits: Transcription


def run() -> list[Result]:
    """One row of seconds and one of memory for each of Tao's own."""
    rows = []
    for kind in GROUPS:
        for name in ABOUT[kind]:
            rows += measured(kind, name)
    return rows


def measured(kind: str, name: str) -> list[Result]:
    """The two figures of one method; none where its weights are missing."""
    argv = [sys.executable, "-m", "benchmarks.methods", kind, name]
    done = subprocess.run(argv, env={**os.environ, **THREADS}, capture_output=True, text=True, check=False)
    if done.returncode == LEFT_OUT:
        print(f"{kind} {name} is left out: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
        return []
    if done.returncode != 0:
        raise TaoError(f"`{' '.join(argv)}` ended with {done.returncode}; run it by hand to see why.")
    found = json.loads(done.stdout)
    how = f"8 s of stereo at {RATE} Hz, best of {REPEATS} after one, its libraries loaded"
    return [Result(f"{kind} {name}", found["seconds"], "s", "", how),
            Result(f"{kind} {name}, memory", found["memory_mb"], "MB", "", "the peak of its own process")]


def main() -> int:
    """Measure one method here, and print a JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=list(GROUPS))
    parser.add_argument("name")
    asked = parser.parse_args()
    try:
        call = CALLS[asked.kind](asked.name, known())
        times = [timed(call) for _ in range(REPEATS + 1)][1:]
    except TaoError as problem:
        print(problem, file=sys.stderr)
        return LEFT_OUT
    memory_mb = peak_mb(resource.getrusage(resource.RUSAGE_SELF))
    print(json.dumps({"seconds": round(min(times), 2), "memory_mb": memory_mb}))
    return 0


def known() -> Known:
    """The loop of `decompose`, and what is played in it."""
    step_s = 15.0 / BPM
    hits = [Onset(track, step * step_s, LOUD[letter]) for track, bars in BARS.items()
            for step, letter in enumerate("".join(bars)) if letter in LOUD]
    heard = Transcription(tuple(sorted(hits, key=lambda hit: hit.time_s)), (TempoGuess(BPM, 16),))
    return Known(np.ascontiguousarray(four_bars().audio.T), heard)


def timed(call: Callable[[], object]) -> float:
    """Seconds that it takes."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def transcribing(name: str, loop: Known) -> Callable[[], object]:
    """The work of a transcriber."""
    by = plugins.transcriber(name)
    return lambda: by.transcribe(loop.audio, RATE)


def separating(name: str, loop: Known) -> Callable[[], object]:
    """The work of a separator."""
    by = plugins.separator(name)
    return lambda: by.separate(loop.audio, RATE, loop.hits)


def extracting(name: str, loop: Known) -> Callable[[], object]:
    """The work of an extractor."""
    by = plugins.extractor(name)
    stems = plugins.separator("template-masks").separate(loop.audio, RATE, loop.hits)
    return lambda: by.extract(loop.audio, RATE, stems, loop.hits)


CALLS = {"transcriber": transcribing, "separator": separating, "extractor": extracting}

if __name__ == "__main__":
    sys.exit(main())
