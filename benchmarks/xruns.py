"""Dropped blocks at 128 and 64 frames while the worker decomposes without a pause and the screen is open.

A freeze is a moment in which the machine woke the sentinel more than 2 ms late. A block of 64 frames lasts 1.3 ms, so
shorter stalls break it too. Therefore xruns outside stalls of half a block are reported as well, and so is how JACK's
own example client fares in Tao's place, with nothing else running.
"""

import contextlib
import os
import pty
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import jack

from benchmarks.result import Result
from benchmarks.stage import Stage, demo_file, jack_stage
from engine.core.commands import Play
from tests.jack_server import private_jack
from tests.sentinel import Sentinel

RATE = 48000
GOALS = {128: "0", 64: "<= 6"}
MAX_FROZEN = 0.05
PLAIN_S = 60.0
ROOT = Path(__file__).parent.parent


def run(minutes: float = 1.0) -> list[Result]:
    """At each block size: xruns outside freezes, outside stalls, and in all; blocks that the engine itself saw dropped;
    and stalls, with Tao and without."""
    return [result for block_frames in GOALS for result in measured(block_frames, 60.0 * minutes)]


def measured(block_frames: int, seconds: float) -> list[Result]:
    """The figures at one block size."""
    with jack_stage(block_frames) as stage:
        loop = demo_file(stage.folder)
        stage.client.open_audio(loop)
        if not stage.client.wait(lambda s: s.status.machine.loop is not None, 60.0):
            raise RuntimeError(f"The demo loop did not load: {stage.client.snapshot().status.notices}")
        stage.client.ask(Play())
        with observed() as xruns_s, open_screen(), Sentinel() as sentinel:
            time.sleep(3.0)
            xruns_s.clear()
            dropped = stage.client.snapshot().meters.dropped_blocks
            jobs = keep_decomposing(stage, loop, seconds)
            dropped = stage.client.snapshot().meters.dropped_blocks - dropped
            seen = list(xruns_s)
    freezes = sentinel.freezes()
    sure = freezes.share <= MAX_FROZEN
    how = (f"{seconds:g} s on jackd's dummy driver, {jobs} decompositions, the screen in a terminal; the machine froze "
           f"{freezes.share:.1%} of the time, {len(freezes.windows)} times{'' if sure else ', too often to judge'}")
    half_s = 0.5 * block_frames / RATE
    stalls = sentinel.freezes(half_s)
    plain_seen, plain_sentinel = plain(block_frames)
    awake = 60.0 * len(freezes.outside(seen)) / seconds if sure else None
    plain_awake = plain_sentinel.freezes().outside(plain_seen)
    plain_how = f"{PLAIN_S:g} s of jackd and jack_simple_client, nothing else"
    figures = [("xruns outside freezes", awake, GOALS[block_frames], how),
               ("xruns outside stalls of half a block", 60.0 * len(stalls.outside(seen)) / seconds, "", how),
               ("xruns in all", 60.0 * len(seen) / seconds, "", how),
               ("blocks the engine saw dropped", 60.0 * dropped / seconds, "", how),
               ("stalls of half a block", stalls.a_minute, "", how),
               ("example client: xruns outside freezes", 60.0 * len(plain_awake) / PLAIN_S, "", plain_how),
               ("example client: xruns in all", 60.0 * len(plain_seen) / PLAIN_S, "", plain_how),
               ("example client: stalls of half a block", plain_sentinel.freezes(half_s).a_minute, "", plain_how)]
    return [Result(f"{name} at {block_frames} frames", value, "a minute", goal, note)
            for name, value, goal, note in figures]


def plain(block_frames: int) -> tuple[list[float], Sentinel]:
    """When xruns happened, and what the sentinel saw, with JACK's own example client: a C program that plays a sine."""
    with (tempfile.TemporaryDirectory() as name, private_jack(Path(name) / "jackd.log", block_frames),
          observed() as seen):
        client = subprocess.Popen(["jack_simple_client"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL)
        try:
            with Sentinel() as sentinel:
                time.sleep(3.0)
                seen.clear()
                time.sleep(PLAIN_S)
                return list(seen), sentinel
        finally:
            client.terminate()  # it closes its client then; a server that clears one up may keep the observer waiting
            client.wait()


@contextlib.contextmanager
def observed() -> Iterator[list[float]]:
    """A JACK client that notes when the server reports an xrun."""
    observer = jack.Client("observer", no_start_server=True)
    xruns_s: list[float] = []
    observer.set_xrun_callback(lambda _: xruns_s.append(time.monotonic()))
    observer.activate()
    try:
        yield xruns_s
    finally:
        observer.deactivate()
        observer.close()


def keep_decomposing(stage: Stage, loop: Path, seconds: float) -> int:
    """Ask for the next decomposition as soon as one is done; return how many were asked for."""
    end, jobs = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        stage.client.open_audio(loop)
        stage.client.wait(lambda s: s.status.job is not None, 1.0)
        stage.client.wait(lambda s: s.status.job is None, max(0.0, end - time.monotonic()))
        jobs += 1
    return jobs


@contextlib.contextmanager
def open_screen() -> Iterator[None]:
    """Run `tao_live.py attach` in a terminal of its own, and keep reading what it draws."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "120", "LINES": "40"}
    process = subprocess.Popen([sys.executable, str(ROOT / "tao_live.py"), "attach"], stdin=theirs, stdout=theirs,
                               stderr=theirs, env=environment, start_new_session=True)
    os.close(theirs)
    reader = threading.Thread(target=_read_all, args=(ours,), daemon=True)
    reader.start()
    try:
        yield
        if process.poll() is not None:
            raise RuntimeError(f"The screen closed with exit status {process.returncode}.")
    finally:
        process.kill()
        process.wait()
        reader.join(2.0)
        os.close(ours)


def _read_all(terminal: int) -> None:
    with contextlib.suppress(OSError):  # the terminal closes with its program
        while os.read(terminal, 1 << 16):
            pass
