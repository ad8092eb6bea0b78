"""How long a decomposition takes: the demo loop's two bars, and eight seconds of it, in a process that is warm."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.result import Result
from engine.core.loop import Loop
from models import plugins
from models.decompose import Tools, decompose
from models.demo import demo_loop
from tao_live import EXTRACTOR, SEPARATOR, TRANSCRIBER

RATE, REPEATS = 44100, 3


def run() -> list[Result]:
    """Seconds to each stage, per second of loop, and the whole command line from a cold start."""
    tools = Tools(plugins.transcriber(TRANSCRIBER), plugins.separator(SEPARATOR), plugins.extractor(EXTRACTOR))
    loop = eight_seconds()
    times = [stage_times(loop, tools) for _ in range(REPEATS + 1)][1:]
    how = f"an 8 s loop of {loop.beats} beats at {RATE} Hz, best of {REPEATS}, models loaded, this machine's cores"
    results = [Result(f"decompose, 8 s loop: {stage}", round(min(time[stage] for time in times), 2), "s", target, how)
               for stage, target in (("slices", "<= 0.2"), ("pattern", "<= 0.6"), ("kit", "<= 4"))]
    per_second = round(min(time["kit"] for time in times) / loop.length_s, 3)
    results.append(Result("decompose, per second of loop", per_second, "s", "", how))
    return [*results, Result("tao_live.py demo, from a cold start", cold(), "s", "",
                             "makes, decomposes and renders the demo loop (5.2 s) in a new process")]


def eight_seconds() -> Loop:
    """The demo loop, and as much of its beginning as makes whole beats up to about eight seconds."""
    demo = demo_loop(RATE)
    assert demo.beats is not None
    beats = round(8.0 / demo.length_s * demo.beats)
    frames = round(len(demo.audio) * beats / demo.beats)
    return Loop(np.ascontiguousarray(np.resize(demo.audio, (frames, 2))), RATE, "demo", beats)


def stage_times(loop: Loop, tools: Tools) -> dict[str, float]:
    """Seconds from the start until each stage was there."""
    began = time.perf_counter()
    return {stage.stage: time.perf_counter() - began for stage in decompose(loop, tools, RATE)}


def cold() -> float:
    """Seconds of the whole verb in a fresh process."""
    program = Path(__file__).parents[1] / "tao_live.py"
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        subprocess.run([sys.executable, program, "demo", "-o", folder], check=True, capture_output=True)
        return round(time.perf_counter() - began, 2)
