"""The audio callbacks: compiled C functions that libjack or a clock call. Python never runs in them.

Each copies its device's input into dsp's memory, plays one block, and copies the output to the device. All they know
comes through the host record, so they compile once and are cached. The time of a block is the device's, counted from
the engine's first block: what a device dropped is skipped, not played late.
"""

import ctypes
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import carray, cfunc, types

from engine.audio.block import host_at, memory_of
from engine.audio.ccall import call_at, call_four_at
from engine.audio.host_layout import HOST
from engine.audio.midi_callback import read_midi, write_midi
from engine.audio.transport_callback import read_transport
from engine.dsp.atomics import pointer_to
from engine.dsp.kernel import inner

FRAME_PORT_MODULUS = 1 << 20  # a float32 counts to 2**24 exactly

INT = types.int64


@inner(INT(HOST, INT))
def block_time(host, raw):
    """The engine frame on which this block begins, from the device's 32-bit frame count at its start.

    A clock that stands still or steps back (JACK leaving freewheel) must not play anything twice.
    """
    expected = host.expected[0]
    elapsed = (raw - host.raw_time) & 0xFFFFFFFF
    start = host.block_start + elapsed
    if host.started == 0 or elapsed >= 0x80000000 or start < expected:
        start = expected
    host.started, host.raw_time, host.block_start = 1, raw, start
    return start


@inner(types.float32[::1](HOST, INT, INT))
def port_buffer(host, port, frames):
    """The samples of a JACK port in this block."""
    return carray(pointer_to(call_at(host.get_buffer, port, frames)), (frames,), np.float32)


@cfunc(types.int32(types.uint32, INT), cache=True)
def jack_process(count, user):
    """JackProcessCallback, its pointer as an integer."""
    host, frames = host_at(user), np.int64(count)
    memory = memory_of(host)
    if frames > host.max_frames:
        return np.int32(0)
    start = block_time(host, call_at(host.last_frame_time, host.client, 0) & 0xFFFFFFFF)
    for side in range(2):
        samples = port_buffer(host, host.inputs[side], frames)
        for i in range(frames):
            memory.audio_in[i, side] = samples[i]
    read_midi(host, memory, start, frames)
    read_transport(host, memory, start)
    call_four_at(host.play_block, user, start, frames, 0)
    write_midi(host, memory, start, frames)
    for side in range(2):
        samples = port_buffer(host, host.outputs[side], frames)
        for i in range(frames):
            samples[i] = host.out[i, side]
    if host.frame_port != 0:
        numbers = port_buffer(host, host.frame_port, frames)
        for i in range(frames):
            numbers[i] = np.float32((start + i) % FRAME_PORT_MODULUS)
    return np.int32(0)


@cfunc(types.int32(INT, INT, INT), cache=True)
def clock_process(user, frames, start):
    """A block of silence in, at engine frame `start`: for the null device and for offline work."""
    host = host_at(user)
    memory = memory_of(host)
    for i in range(frames):
        memory.audio_in[i, 0] = memory.audio_in[i, 1] = np.float32(0.0)
    call_four_at(host.play_block, user, start, frames, 0)
    return np.int32(0)


def clock_call() -> Callable[[int, int, int], int]:
    """`clock_process` for Python to call: (host's address, frames, start). It gives up the GIL meanwhile."""
    address: Any = clock_process.address
    return ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_int64)(address)
