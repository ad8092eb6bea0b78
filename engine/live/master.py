"""The last stage of a block: the dry mix through the rack (or plain gain), made safe, into the output."""

import math

import numpy as np
from numba import carray, njit, types

from engine.live import words as w
from engine.live.effects import CEILING, CHANNELS, CHUNK_FRAMES, CUTOFF, GAIN, LEFT, RIGHT, SEND
from engine.live.pointers import call_at, pointer_to

TABLE = types.Array(types.int64, 1, "C")
DOUBLES = types.Array(types.float64, 2, "C")
SINGLES = types.Array(types.float32, 2, "C")


@njit(types.float64(types.float64, TABLE), cache=True, nogil=True)
def safe(value, host):  # type: ignore[no-untyped-def]
    """The value, or 0 and one more bad value counted: a NaN would stay in a reverb for ever."""
    if math.isfinite(value):
        return min(max(value, -64.0), 64.0)
    host[w.BAD_VALUES] += 1
    return 0.0


@njit(types.void(TABLE, DOUBLES, DOUBLES, SINGLES, types.int64), cache=True, nogil=True)
def _rack_chunk(host, mix, controls, out, start):  # type: ignore[no-untyped-def]
    """One chunk through pyo."""
    into = carray(pointer_to(host[w.RACK_IN]), (CHUNK_FRAMES, CHANNELS), np.float64)
    back = carray(pointer_to(host[w.RACK_OUT]), (CHUNK_FRAMES, 2), np.float32)
    for i in range(CHUNK_FRAMES):
        into[i, LEFT] = safe(mix[start + i, 0], host)
        into[i, RIGHT] = safe(mix[start + i, 1], host)
        into[i, GAIN] = controls[start + i, 0]
        into[i, CUTOFF] = controls[start + i, 1]
        into[i, SEND] = controls[start + i, 2]
    call_at(host[w.RACK], host[w.RACK_SERVER], 0)
    for i in range(CHUNK_FRAMES):
        for side in range(2):
            out[start + i, side] = np.float32(safe(np.float64(back[i, side]), host))


@njit(types.void(TABLE, DOUBLES, DOUBLES, SINGLES, types.int64), cache=True, nogil=True)
def master(host, mix, controls, out, frames):  # type: ignore[no-untyped-def]
    """mix (frames, 2), controls (frames, 3: gain, cutoff_hz, send) -> out (frames, 2). Real-time: yes.

    The rack takes whole chunks; a block that is no multiple of them is silence and counted.
    """
    if host[w.RACK] == 0:
        for i in range(frames):
            for side in range(2):
                loud = safe(mix[i, side], host) * controls[i, 0]
                out[i, side] = np.float32(min(max(loud, -CEILING), CEILING))
    elif frames % CHUNK_FRAMES:
        host[w.ODD_BLOCKS] += 1
        out[:frames] = 0.0
    else:
        for start in range(0, frames, CHUNK_FRAMES):
            _rack_chunk(host, mix, controls, out, start)


@njit(types.void(TABLE, SINGLES, types.int64, types.int64), cache=True, nogil=True)
def fade(host, out, frame_time, frames):  # type: ignore[no-untyped-def]
    """The way out: a linear ramp to silence from FADE_AT on, in FADE_FRAMES. Real-time: yes."""
    if frame_time + frames <= host[w.FADE_AT]:
        return
    for i in range(frames):
        since = frame_time + i - host[w.FADE_AT]
        if since >= host[w.FADE_FRAMES]:
            out[i, 0] = out[i, 1] = np.float32(0.0)
        elif since > 0:
            gain = np.float32(1.0 - since / host[w.FADE_FRAMES])
            out[i, 0] *= gain
            out[i, 1] *= gain
