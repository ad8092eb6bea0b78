"""The audio callbacks: compiled C functions that libjack or a clock call. Python never runs in them.

Each copies its device's input into dsp's memory, runs one `cycle`, and copies the output to the device.
All they know comes through the host table, so they compile once and are cached. The time of a block is the
device's, counted from the engine's first block: what a device dropped is skipped, not played late.
"""

import ctypes
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import carray, cfunc, types

from engine.audio import host_layout as w
from engine.audio.block import cycle, memory_of, output_of
from engine.audio.ccall import call_at, pointer_to
from engine.audio.midi_callback import read_midi, write_midi
from engine.audio.output_stage import TABLE
from engine.dsp.kernel import inner

FRAME_PORT_MODULUS = 1 << 20  # a float32 counts to 2**24 exactly


@inner(types.int64(TABLE, types.int64, types.int64))
def block_time(host, raw, previous):
    """The engine frame on which this block begins, from the device's 32-bit frame count at its start.

    A clock that stands still or steps back (JACK leaving freewheel) must not play anything twice.
    """
    if host[w.STARTED] == 0:
        host[w.STARTED] = 1
        return host[w.EXPECTED]
    elapsed = (raw - previous) & 0xFFFFFFFF
    start = host[w.BLOCK_START] + elapsed
    if elapsed >= 0x80000000 or start < host[w.EXPECTED]:
        return host[w.EXPECTED]
    return start


@cfunc(types.int32(types.uint32, types.voidptr), cache=True)
def jack_process(count, user):
    """JackProcessCallback."""
    host, frames = carray(user, (w.WORDS,), np.int64), np.int64(count)
    memory, out = memory_of(host), output_of(host)
    if frames > host[w.MAX_FRAMES]:
        host[w.ODD_BLOCKS] += 1
        return np.int32(0)
    raw = call_at(host[w.LAST_FRAME_TIME], host[w.CLIENT], 0) & 0xFFFFFFFF
    start = block_time(host, raw, host[w.RAW_TIME])
    host[w.RAW_TIME], host[w.BLOCK_START] = raw, start
    for side in range(2):
        heard = carray(pointer_to(call_at(host[w.GET_BUFFER], host[w.IN_LEFT + side], frames)), (frames,), np.float32)
        for i in range(frames):
            memory.audio_in[i, side] = heard[i]
    read_midi(host, memory, start, frames)
    cycle(host, memory, out, start, frames)
    write_midi(host, memory, start, frames)
    for side in range(2):
        played = carray(pointer_to(call_at(host[w.GET_BUFFER], host[w.OUT_LEFT + side], frames)), (frames,), np.float32)
        for i in range(frames):
            played[i] = out[i, side]
    if host[w.FRAME_PORT] != 0:
        numbers = carray(pointer_to(call_at(host[w.GET_BUFFER], host[w.FRAME_PORT], frames)), (frames,), np.float32)
        for i in range(frames):
            numbers[i] = np.float32((start + i) % FRAME_PORT_MODULUS)
    return np.int32(0)


@cfunc(types.int32(types.int64, types.int64, types.int64), cache=True)
def clock_process(user, frames, start):
    """A block of silence in, at engine frame `start`: for the null device and for offline work."""
    host = carray(pointer_to(user), (w.WORDS,), np.int64)
    memory, out = memory_of(host), output_of(host)
    memory.audio_in[:frames] = np.float32(0.0)
    cycle(host, memory, out, start, frames)
    return np.int32(0)


def clock_call() -> Callable[[int, int, int], int]:
    """`clock_process` for Python to call: (host's address, frames, start). It gives up the GIL meanwhile."""
    address: Any = clock_process.address
    return ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_int64)(address)
