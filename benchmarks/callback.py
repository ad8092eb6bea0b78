"""How long the audio callback takes for a block: 64 stereo voices through pyo's rack, on a private jackd."""

import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.result import Result
from benchmarks.stage import Stage, jack_stage
from engine.audio.host_layout import SLOW_AT, SLOW_BLOCKS, SLOW_COUNT, TIMING_BINS
from engine.core.commands import Play, SetEffects, SetTempo
from engine.core.effects import Effect, Effects
from engine.core.kit import Kit, OneShot
from engine.core.pattern import Pattern, Step, Track
from engine.library.kits.decomposition import StoredDecomposition
from engine.library.kits.kit_folder import write_folder
from tests.sentinel import Sentinel

RATE, SECONDS, RING_S = 48000, 30.0, 4.0
TRACKS = ("kick", "snare", "tom", "hihat", "ride", "crash")


def run() -> list[Result]:
    """Percentiles at 64 and 128 frames."""
    return [result for block_frames in (64, 128) for result in measured(block_frames)]


def measured(block_frames: int) -> list[Result]:
    """Four figures at one block size."""
    with jack_stage(block_frames) as stage:
        stage.client.load_folder(full_kit(stage.folder / "kit"))
        if not stage.client.wait(lambda s: s.status.machine.kit.name != "empty", 30.0):
            raise RuntimeError(f"The kit did not load: {stage.client.snapshot().status.notices}")
        stage.client.ask(SetTempo(300.0))
        stage.client.ask(SetEffects(all_on()))
        stage.client.ask(Play())
        time.sleep(RING_S)
        with Sentinel() as sentinel:
            counts, slow, voices = distribution(stage)
        freezes = sentinel.freezes()
    awake = len(freezes.outside([ended_s for ended_s, _ in slow]))
    period_us = 1e6 * block_frames / RATE
    how = (f"{counts.sum()} blocks of {block_frames} frames ({period_us:.0f} us) in {SECONDS:g} s, {voices} voices, "
           f"half of them Hermite, all effects on; the machine froze for {freezes.share:.1%} of the time")
    slow_how = f"{len(slow)} blocks took half their time or more, {awake} of them outside freezes; {how}"
    goals = {50.0: "", 99.0: "", 99.9: f"< {0.2 * period_us:.0f}"}
    shares = [Result(f"callback p{share:g} at {block_frames} frames", percentile(counts, share), "us", goal, how)
              for share, goal in goals.items()]
    return [*shares, Result(f"blocks over half their time at {block_frames} frames, outside freezes", float(awake),
                            "blocks", "0", slow_how)]


def all_on() -> Effects:
    """Every effect, at -12 dB. Tape stop has stopped after a beat, but goes on reading."""
    effects = Effects(-12.0)
    for effect in Effect:
        effects = effects.with_latch(effect, replace(effects.of(effect), on=True))
    return effects


def distribution(stage: Stage) -> tuple[np.ndarray, list[tuple[float, float]], int]:
    """How many blocks took each number of microseconds; (end, duration) of each slow one in seconds; voices."""
    page = np.memmap(stage.timing_page, np.int64, "r")
    before = np.array(page)
    end = time.monotonic() + SECONDS
    voices = []
    while time.monotonic() < end:
        time.sleep(0.5)
        voices.append(stage.client.snapshot().meters.voices)
    after = np.array(page)
    newest = min(after[SLOW_COUNT] - before[SLOW_COUNT], SLOW_BLOCKS)
    places = [SLOW_AT + 2 * (index % SLOW_BLOCKS) for index in range(after[SLOW_COUNT] - newest, after[SLOW_COUNT])]
    slow = [(1e-9 * after[place], 1e-9 * after[place + 1]) for place in places]
    return (after - before)[:TIMING_BINS], slow, int(np.median(voices))


def percentile(counts: np.ndarray, share: float) -> float:
    """The time that `share` percent of the blocks did not exceed, in whole microseconds."""
    reached = np.cumsum(counts)
    return float(np.searchsorted(reached, share / 100.0 * reached[-1]))


def full_kit(folder: Path) -> Path:
    """A decomposition folder with six tracks that ring long enough for every voice to sound all the time."""
    rng = np.random.default_rng(1)
    frames = int(RING_S * RATE)
    samples, one_shots = {}, {}
    for index, track in enumerate(TRACKS):
        samples[f"{index:016x}"] = (0.02 * rng.standard_normal((frames, 2))).astype(np.float32)
        one_shots[track] = OneShot(f"{index:016x}", frames, pitch_semitones=3.0 * (index % 2))
    tracks = tuple(Track(track, (Step(0.8),) * 16) for track in TRACKS)
    write_folder(folder, StoredDecomposition(300.0, RATE, Kit("full", one_shots), Pattern(tracks, beats=4), samples,
                                             np.zeros((38400, 2), np.float32)))
    return folder
