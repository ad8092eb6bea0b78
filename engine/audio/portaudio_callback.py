"""The audio callback that PortAudio calls; see `callback`. A module of its own: its machine code is large."""

import numpy as np
from numba import carray, cfunc, types

from engine.audio import host_layout as w
from engine.audio.block import cycle, memory_of, output_of
from engine.audio.ccall import pointer_to

PA_OUTPUT_UNDERFLOW = 4


@cfunc(types.int32(types.int64, types.int64, types.uint64, types.int64, types.uint64, types.int64), cache=True)
def portaudio_process(heard_at, played_at, count, times_at, flags, user):
    """PaStreamCallback, its pointers as integers. After an underflow the stream's clock says what was lost."""
    host, frames = carray(pointer_to(user), (w.WORDS,), np.int64), np.int64(count)
    memory, out = memory_of(host), output_of(host)
    now_s = carray(pointer_to(times_at), (3,), np.float64)[1]
    now_frames = np.int64(now_s * host[w.SAMPLE_RATE])
    start = host[w.EXPECTED]
    if host[w.STARTED] != 0 and flags & PA_OUTPUT_UNDERFLOW:
        lost = now_frames - host[w.RAW_TIME] - frames
        if lost > frames // 2:
            start += (lost + frames // 2) // frames * frames
    host[w.STARTED], host[w.RAW_TIME], host[w.BLOCK_START] = 1, now_frames, start
    channels = host[w.INPUT_CHANNELS]
    if channels > 0 and heard_at != 0:
        heard = carray(pointer_to(heard_at), (frames, channels), np.float32)
        for i in range(frames):
            memory.audio_in[i, 0], memory.audio_in[i, 1] = heard[i, 0], heard[i, channels - 1]
    else:
        memory.audio_in[:frames] = np.float32(0.0)
    cycle(host, memory, out, start, frames)
    played = carray(pointer_to(played_at), (frames, 2), np.float32)
    for i in range(frames):
        played[i, 0], played[i, 1] = out[i, 0], out[i, 1]
    return np.int32(0)
