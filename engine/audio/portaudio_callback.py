"""The audio callback that PortAudio calls; see `callback`. A module of its own: PortAudio need not be installed."""

import numpy as np
from numba import carray, cfunc, types

from engine.audio.block import host_at, memory_of
from engine.audio.ccall import call_four_at
from engine.dsp.atomics import pointer_to

PA_OUTPUT_UNDERFLOW = 4

INT = types.int64


@cfunc(types.int32(INT, INT, types.uint64, INT, types.uint64, INT), cache=True)
def portaudio_process(input_at, output_at, count, times_at, flags, user):
    """PaStreamCallback, its pointers as integers. After an underflow the stream's clock says what was lost."""
    host, frames = host_at(user), np.int64(count)
    memory, out = memory_of(host), host.out
    now_s = carray(pointer_to(times_at), (3,), np.float64)[1]
    now_frames = np.int64(now_s * host.sample_rate)
    start = host.expected[0]
    if host.started != 0 and flags & PA_OUTPUT_UNDERFLOW:
        lost = now_frames - host.raw_time - frames
        if lost > frames // 2:
            start += (lost + frames // 2) // frames * frames
    host.started, host.raw_time, host.block_start = 1, now_frames, start
    channels = host.input_channels
    if channels > 0 and input_at != 0:
        samples = carray(pointer_to(input_at), (frames, channels), np.float32)
        for i in range(frames):
            memory.audio_in[i, 0], memory.audio_in[i, 1] = samples[i, 0], samples[i, channels - 1]
    else:
        for i in range(frames):
            memory.audio_in[i, 0] = memory.audio_in[i, 1] = np.float32(0.0)
    call_four_at(host.play_block, user, start, frames, 0)
    played = carray(pointer_to(output_at), (frames, 2), np.float32)
    for i in range(frames):
        played[i, 0], played[i, 1] = out[i, 0], out[i, 1]
    return np.int32(0)
