"""How long it takes to decompose four bars at 120 BPM, stage by stage, and how much memory."""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.result import Result
from engine.bridge.children import THREADS
from engine.core.errors import TaoError
from engine.core.loop import Loop
from engine.core.methods import USUAL
from engine.core.pattern import Pattern, Step, Track
from engine.library.audio_files import write_wav
from models.correct import StepEdit, correct, edited
from models.decompose import Decomposition, Tools, decompose, frames_first
from models.demo import demo_kit
from models.sounds.rendering import mix, render_tracks

RATE, REPEATS, BPM = 44100, 3, 120.0
PROGRAM = Path(__file__).parents[1] / "tao_live.py"
BARS = {"kick": ("x.....x.x.......", "x.....x.x.x.....", "x.....x.x.......", "x..x..x.x......."),
        "snare": ("....x.......x...", "....x..o....x...", "....x.......x...", "....x..o.o..x.xx"),
        "hihat": ("x.o.x.o.x.o.x.o.",) * 4}
LOUD = {"x": 1.0, "o": 0.5}
TARGETS = {"slices": "<= 0.2", "pattern": "<= 0.6", "stems": "", "kit": "<= 4"}


def run() -> list[Result]:
    """Seconds to each stage and for a correction; then seconds and memory of the command line from a cold start."""
    tools = Tools.of(USUAL)
    loop = four_bars()
    rounds = [stage_times(loop, tools) for _ in range(REPEATS + 1)][1:]
    how = f"4 bars at {BPM:g} BPM (8 s) at {RATE} Hz, best of {REPEATS}, models loaded, this machine's cores"
    results = [Result(f"decompose, to {stage}", round(min(times[stage] for times, _ in rounds), 2), "s", target, how)
               for stage, target in TARGETS.items()]
    results.append(Result("decompose, to kit, processor time", round(min(times["cpu"] for times, _ in rounds), 2), "s",
                          TARGETS["kit"], "the same; the most that one core would take if it did nothing else"))
    (seconds, gain), first_s = correction(rounds[-1][1], tools), min(times["kit"] for times, _ in rounds)
    results.append(Result("correct, one step", round(seconds, 2), "s", f"< {first_s:.2f}",
                          f"a step is removed and put back, match {gain}; target: the first decomposition's time"))
    (alone_s, memory_mb), (demo_s, _) = cold("decompose", loop), cold("demo")
    results.append(Result("tao_live.py decompose, from a cold start", alone_s, "s", "", "the same loop, new process"))
    results.append(Result("memory of tao_live.py decompose", memory_mb, "MB", "<= 1500",
                          "peak resident memory of that process, torch included, one thread as in the worker"))
    return [*results, Result("tao_live.py demo, from a cold start", demo_s, "s", "",
                             "makes, decomposes and renders the demo loop (5.2 s) in a new process")]


def four_bars() -> Loop:
    """A beat of the demo's drums, with ghost notes and a fill."""
    steps = {letter: Step(velocity) for letter, velocity in LOUD.items()}
    pattern = Pattern(tuple(Track(name, tuple(steps.get(letter) for letter in "".join(bars)))
                            for name, bars in BARS.items()), beats=16)
    kit, samples = demo_kit(RATE)
    frames = round(16 * 60 / BPM * RATE)
    played = render_tracks(kit, pattern, {name: sample.T for name, sample in samples.items()}, frames, RATE)
    return Loop(frames_first(mix(played, frames)), RATE, "four bars", 16)


def stage_times(loop: Loop, tools: Tools) -> tuple[dict[str, float], Decomposition]:
    """Seconds from the start until each stage arrived, processor time as `cpu`, and the last stage."""
    began, worked, times = time.perf_counter(), time.process_time(), {}
    for done in decompose(loop, tools, RATE):
        times[done.stage] = time.perf_counter() - began
    return {**times, "cpu": time.process_time() - worked}, done


def correction(done: Decomposition, tools: Tools) -> tuple[float, str]:
    """Seconds that it takes to put a missed step back, and the match without and with it."""
    index = next(place for place, step in enumerate(done.pattern.track("snare").steps) if step is not None)
    without = correct(done, edited(done.pattern, (StepEdit("snare", index, None),)), tools.extractor)
    began = time.perf_counter()
    again = correct(without, edited(without.pattern, (StepEdit("snare", index, 1.0),)), tools.extractor)
    return time.perf_counter() - began, f"{without.match or 0:.3f} -> {again.match or 0:.3f}"


def cold(verb: str, loop: Loop | None = None) -> tuple[float, float]:
    """Seconds and peak MB of a verb in a fresh process, with as many threads as the worker has. Raises TaoError."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = ["-o", str(Path(folder, "out"))]
        if loop is not None:
            write_wav(Path(folder) / "loop.wav", loop.audio, RATE)
            arguments = [str(Path(folder) / "loop.wav"), *arguments]
        began = time.perf_counter()
        child = subprocess.Popen([sys.executable, PROGRAM, verb, *arguments], stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL, env={**os.environ, **THREADS})
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            raise TaoError(f"`tao_live.py {verb}` ended with {child.returncode}; run it by hand to see why.")
        return round(time.perf_counter() - began, 2), peak_mb(used)


def peak_mb(used: resource.struct_rusage) -> float:
    """The peak resident memory in MB (2**20 bytes). Linux reports KiB, macOS bytes."""
    return round(used.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10), 0)
