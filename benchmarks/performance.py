"""A scripted performance, recorded from the ports, replayed from its journal, and compared frame by frame."""

import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.performing import Musician
from benchmarks.result import Result
from benchmarks.stage import private_runtime
from engine.live.journal import Jumped, read_journal
from engine.live.replay import replay
from tests.jack_server import private_jack
from tests.live.rig import Recorder, RunningEngine, running_engine

EDITS_A_S, EDITS_A_SWAP, EDITS_A_TAKE = 20.0, 90, 400


def run(minutes: float = 10.0) -> list[Result]:
    """Play for so many minutes; the frames that differ between what was heard and its replay."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with private_runtime(folder), private_jack(folder / "jackd.log"), \
                running_engine(folder, "jack", frame_port=True, connect=False) as engine:
            counts, compared, differing = perform(engine, 60.0 * minutes, seed=7)
            dropped = sum(isinstance(event, Jumped) for event in read_journal(engine.session).events)
    did = ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))
    how = f"{minutes:g} min at 128 frames with the effects, {compared} frames compared; {did}; {dropped} gaps"
    return [Result("live against replay", float(differing), "differing frames", "0", how),
            Result("edits while playing", float(sum(counts.values())), "", ">= 10000 in 10 min", how),
            Result("hot-swaps while playing", float(counts.get("swaps", 0)), "", ">= 100 in 10 min", how)]


def perform(engine: RunningEngine, seconds: float, seed: int) -> tuple[dict[str, int], int, int]:
    """(what was done, frames compared, frames that differ)."""
    recorder = Recorder()
    try:
        engine.load_kit("first")
        musician = Musician(engine.client, seed)
        musician.begin()
        end_s, edits = time.monotonic() + seconds, 0
        while time.monotonic() < end_s:
            musician.edit()
            edits += 1
            if edits % EDITS_A_SWAP == 0:
                musician.swap()
            if edits % EDITS_A_TAKE == 0:
                musician.record()
            time.sleep(1.0 / EDITS_A_S)
        time.sleep(0.5)
    finally:
        recorder.close()
    engine.finish()
    numbers, audio = recorder.recorded()
    replayed = replay(engine.session, int(numbers[-1]) + 1)
    differing = int((replayed[numbers] != audio).any(axis=1).sum())
    if not np.abs(audio).max() > 0.05:
        raise RuntimeError("Nothing was heard; the comparison would be of silence.")
    return musician.counts, len(numbers), differing
