"""Dropped blocks at 128 and at 64 frames while the worker decomposes without a pause and the screen is open."""

import contextlib
import os
import pty
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import jack

from benchmarks.result import Result
from benchmarks.stage import Stage, demo_file, jack_stage
from engine.core.commands import Play
from tests.sentinel import Sentinel

GOALS = {128: "0", 64: "<= 6"}
MAX_FROZEN = 0.05
ROOT = Path(__file__).parent.parent


def run(minutes: float = 1.0) -> list[Result]:
    """Xruns outside freezes, all xruns, and blocks that the engine itself saw dropped, at each block size."""
    return [result for block_frames in GOALS for result in measured(block_frames, 60.0 * minutes)]


def measured(block_frames: int, seconds: float) -> list[Result]:
    """Three figures at one block size."""
    with jack_stage(block_frames) as stage:
        loop = demo_file(stage.folder)
        stage.client.open_audio(loop)
        if not stage.client.wait(lambda s: s.status.machine.loop is not None, 60.0):
            raise RuntimeError(f"The demo loop did not load: {stage.client.snapshot().status.notices}")
        stage.client.ask(Play())
        observer = jack.Client("observer", no_start_server=True)
        xruns_s: list[float] = []
        observer.set_xrun_callback(lambda _: xruns_s.append(time.monotonic()))
        observer.activate()
        try:
            with open_screen(), Sentinel() as sentinel:
                time.sleep(3.0)
                xruns_s.clear()
                dropped = stage.client.snapshot().meters.dropped_blocks
                jobs = keep_decomposing(stage, loop, seconds)
                dropped = stage.client.snapshot().meters.dropped_blocks - dropped
                seen = list(xruns_s)
        finally:
            observer.deactivate()
            observer.close()
    freezes = sentinel.freezes()
    sure = freezes.share <= MAX_FROZEN
    how = (f"{seconds:g} s on jackd's dummy driver, {jobs} decompositions, Textual in a terminal; machine frozen "
           f"{freezes.share:.1%} of the time in {len(freezes.windows)} windows{'' if sure else ': inconclusive'}")
    awake = 60.0 * len(freezes.outside(seen)) / seconds if sure else None
    at = f"at {block_frames} frames"
    return [Result(f"xruns outside freezes {at}", awake, "a minute", GOALS[block_frames], how),
            Result(f"xruns in all {at}", 60.0 * len(seen) / seconds, "a minute", "", how),
            Result(f"blocks the engine saw dropped {at}", 60.0 * dropped / seconds, "a minute", "", how)]


def keep_decomposing(stage: Stage, loop: Path, seconds: float) -> int:
    """Ask for the next decomposition as soon as one is done; how many were done."""
    end, jobs = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        stage.client.open_audio(loop)
        stage.client.wait(lambda s: s.status.job is not None, 1.0)
        stage.client.wait(lambda s: s.status.job is None, max(0.0, end - time.monotonic()))
        jobs += 1
    return jobs


@contextlib.contextmanager
def open_screen() -> Iterator[None]:
    """`tao_live.py attach` in a terminal of its own, whose output is read all the time."""
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
