"""A scripted performance is recorded from the ports, replayed from its journal, and compared frame by frame."""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.performing import Musician
from benchmarks.result import Result
from benchmarks.stage import private_runtime
from engine.live.journal import Jumped
from engine.live.journal_reading import read_journal
from engine.sessions.replay import replay
from tests.jack_server import private_jack
from tests.rig import Recorder, RunningEngine, running_engine

EDITS_A_S, EDITS_A_SWAP, EDITS_A_TAKE = 20.0, 90, 400
BLOCK_FRAMES = 128


def run(minutes: float = 10.0) -> list[Result]:
    """Play for so many minutes, and count the frames in which the recording and the replay differ."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with private_runtime(folder), private_jack(folder / "jackd.log"), \
                running_engine(folder, "jack", frame_port=True, connect=False) as engine:
            counts, compared, differing, torn = perform(engine, 60.0 * minutes, seed=7)
            dropped = sum(isinstance(event, Jumped) for event in read_journal(engine.session).events)
    did = ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))
    how = f"{minutes:g} min at 128 frames with the effects, {compared} frames compared; {did}; {dropped} gaps"
    torn_how = ("every frame is the replay's, but some are of this block and some of the next: Tao was late, and the "
                "recorder read while it wrote")
    return [Result("live against replay", float(differing), "differing frames", "0", how),
            Result("blocks that the recorder read torn", float(torn), "blocks", "", torn_how),
            Result("edits while playing", float(sum(counts.values())), "", ">= 10000 in 10 min", how),
            Result("hot-swaps while playing", float(counts.get("swaps", 0)), "", ">= 100 in 10 min", how)]


def perform(engine: RunningEngine, seconds: float, seed: int) -> tuple[dict[str, int], int, int, int]:
    """(how often each thing was done, frames compared, frames that differ, torn blocks)."""
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
    replayed = replay(engine.session, int(numbers[-1]) + 1 + 2 * BLOCK_FRAMES)
    differing, torn = compare(numbers, audio, replayed)
    if not np.abs(audio).max() > 0.05:
        raise RuntimeError("Nothing was heard; the comparison would be of silence.")
    return musician.counts, len(numbers), differing, torn


def compare(numbers: np.ndarray, audio: np.ndarray, replayed: np.ndarray) -> tuple[int, int]:
    """(frames that differ from the replay, torn blocks). A torn block mixes two of the replay's: after a late block,
    JACK lets a reader run while the writer is at its next one."""
    differing, torn = 0, 0
    wrong = np.flatnonzero((replayed[numbers] != audio).any(axis=1))
    for block in np.unique(wrong // BLOCK_FRAMES):
        place = slice(block * BLOCK_FRAMES, (block + 1) * BLOCK_FRAMES)
        near = [replayed[np.maximum(0, numbers[place] + shift)] for shift in (-BLOCK_FRAMES, 0, BLOCK_FRAMES)]
        if np.logical_or.reduce([audio[place] == other for other in near]).all():
            torn += 1
            continue
        count = int((replayed[numbers[place]] != audio[place]).any(axis=1).sum())
        differing += count
        print(f"{count} frames from {numbers[place][0]} on differ by up to "
              f"{np.abs(replayed[numbers[place]] - audio[place]).max():g}; the blocks before and after are "
              f"{numbers[max(0, place.start - 1)]} and {numbers[min(len(numbers) - 1, place.stop)]}", file=sys.stderr)
    return differing, torn
