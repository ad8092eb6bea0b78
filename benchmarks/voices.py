"""How many stereo voices half a core plays; FluidSynth is measured on the same machine in the same run."""

import ctypes
import ctypes.util
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.result import Result
from engine.core.kit import Kit, OneShot
from engine.core.machine import empty_machine
from engine.dsp.layout import POLYPHONY
from engine.dsp.processor import Processor
from engine.dsp.ring import PAD, Record

RATE, BLOCK, BLOCKS, REPEATS = 48000, 128, 1500, 5
SOUND_FONTS = ("/usr/share/sounds/sf2/FluidR3_GM.sf2", "/usr/share/sounds/sf2/default-GM.sf2")


def run() -> list[Result]:
    """Three figures: Hermite, unity pitch, and Hermite against FluidSynth's 4th order."""
    hermite, unity = half_core(tao_ns(7.0)), half_core(tao_ns(0.0))
    how = f"{POLYPHONY} voices through render_block, {BLOCK} frames at {RATE} Hz, best of {REPEATS} x {BLOCKS} blocks"
    results = [Result("voices per half core, Hermite, stereo", hermite, "voices", ">= 1500", how),
               Result("voices per half core, unity pitch, stereo", unity, "voices", "", how)]
    fluid_ns = fluidsynth_ns()
    if fluid_ns is None:
        missing = "FluidSynth or its sound font is missing: apt-get install libfluidsynth3 fluid-soundfont-gm"
        return [*results, Result("Hermite stereo voices against FluidSynth's", None, "times", ">= 1.5", missing)]
    ratio = round(hermite / half_core(2 * fluid_ns), 2)
    how = "FluidSynth with 4th-order interpolation, no reverb or chorus, same run; two of its mono voices count as one"
    return [*results, Result("Hermite stereo voices against FluidSynth's", ratio, "times", ">= 1.5", how)]


def half_core(ns_per_frame: float) -> float:
    """How many voices fit into half of real time."""
    return round(0.5 * 1e9 / RATE / ns_per_frame)


def tao_ns(semitones: float) -> float:
    """Nanoseconds per frame for a stereo voice."""
    length = 2 * RATE * 60
    sample = np.random.default_rng(1).uniform(-0.1, 0.1, (length, 2)).astype(np.float32)
    machine = replace(empty_machine(RATE), kit=Kit("bench", {"kick": OneShot("s", length, pitch_semitones=semitones)}))
    processor = Processor(RATE, BLOCK)
    processor.push([processor.score(1, 0, machine, {"s": sample})])
    clock = _Clock(processor)
    idle = min(clock.seconds(BLOCKS) for _ in range(REPEATS))
    processor.push([Record(PAD, 2 + voice, 0, 0, 0.5) for voice in range(POLYPHONY)])
    clock.seconds(10)
    busy = min(clock.seconds(BLOCKS) for _ in range(REPEATS))
    return (busy - idle) * 1e9 / (BLOCKS * BLOCK * POLYPHONY)


class _Clock:
    """Renders blocks, and measures how long it takes."""

    def __init__(self, processor: Processor) -> None:
        self._processor, self._at = processor, 0
        self._silence = np.zeros((BLOCK, 2), np.float32)

    def seconds(self, blocks: int) -> float:
        began = time.perf_counter()
        for _ in range(blocks):
            self._processor.process(self._silence, self._at)
            self._at += BLOCK
        return time.perf_counter() - began


def fluidsynth_ns() -> float | None:
    """Nanoseconds per frame and mono voice, or None where FluidSynth is not installed."""
    name = ctypes.util.find_library("fluidsynth")
    font = next((path for path in SOUND_FONTS if Path(path).exists()), None)
    if name is None or font is None:
        return None
    lib = ctypes.CDLL(name)
    lib.new_fluid_settings.restype = lib.new_fluid_synth.restype = ctypes.c_void_p
    settings = ctypes.c_void_p(lib.new_fluid_settings())
    for key, value in ((b"synth.polyphony", 4096), (b"synth.reverb.active", 0), (b"synth.chorus.active", 0)):
        lib.fluid_settings_setint(settings, key, value)
    lib.fluid_settings_setnum(settings, b"synth.sample-rate", ctypes.c_double(RATE))
    synth = ctypes.c_void_p(lib.new_fluid_synth(settings))
    lib.fluid_synth_sfload(synth, font.encode(), 1)
    lib.fluid_synth_set_interp_method(synth, -1, 4)
    left, right = (ctypes.c_float * BLOCK)(), (ctypes.c_float * BLOCK)()

    def seconds(blocks: int) -> float:
        began = time.perf_counter()
        for _ in range(blocks):
            lib.fluid_synth_write_float(synth, BLOCK, left, 0, 1, right, 0, 1)
        return time.perf_counter() - began

    idle = min(seconds(BLOCKS) for _ in range(REPEATS))
    for channel in (c for c in range(16) if c != 9):
        lib.fluid_synth_program_change(synth, channel, 16)  # an organ: its voices do not end by themselves
        for note in range(40, 72):
            lib.fluid_synth_noteon(synth, channel, note, 60)
    seconds(50)
    voices = lib.fluid_synth_get_active_voice_count(synth)
    busy = min(seconds(300) for _ in range(REPEATS)) * BLOCKS / 300
    lib.delete_fluid_synth(synth)
    lib.delete_fluid_settings(settings)
    return (busy - idle) * 1e9 / (BLOCKS * BLOCK * voices)
