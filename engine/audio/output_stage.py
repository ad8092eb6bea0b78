"""The last stage of a block: the mix through the rack or past it, gain and limiter, into the output."""

import math

import numpy as np
from numba import carray, types

from engine.audio import host_layout as w
from engine.audio.ccall import call_at, pointer_to
from engine.dsp.controls import BYPASSED, CRUSHED, CUT, CUTOFF_HZ, ECHO_S, ECHO_SEND, FILTERED, GAIN, ROOM_SEND
from engine.dsp.kernel import inner
from engine.rack.pyo_rack import CHANNELS, CHUNK_FRAMES, ECHO_HEARD, FIRST, LEFT, RIGHT, ROOM_HEARD

TABLE = types.Array(types.int64, 1, "C")
DOUBLES = types.Array(types.float64, 2, "C")
SINGLES = types.Array(types.float32, 2, "C")
CEILING = 10.0 ** (-0.3 / 20.0)
RECOVERY_S = 0.1
CUT_S = 0.005  # what rings is gone so soon after a panic
EMPTY_S = 1.0  # a room in which nothing goes round is 92 dB down by then
LONG_AGO = 1 << 40


@inner(types.float64(types.float64, TABLE, types.int64))
def safe(value, host, count):
    """The value, or 0 and one more bad value counted in word `count`: a NaN would stay in a reverb for ever."""
    if math.isfinite(value):
        return min(max(value, -64.0), 64.0)
    host[count] += 1
    return 0.0


@inner(types.boolean(TABLE, DOUBLES, types.int64))
def is_left_out(host, controls, start):
    """Whether the rack has nothing to say in this chunk: bypassed, or neutral for as long as its tails ring."""
    bypassed, neutral = True, True
    for i in range(start, start + CHUNK_FRAMES):
        bypassed = bypassed and controls[i, BYPASSED] == 1.0
        neutral = neutral and (controls[i, FILTERED] == 0.0 and controls[i, CRUSHED] == 0.0
                               and controls[i, ECHO_SEND] == 0.0 and controls[i, ROOM_SEND] == 0.0)
    host[w.NEUTRAL_FRAMES] = host[w.NEUTRAL_FRAMES] + CHUNK_FRAMES if neutral else 0
    return bypassed or (host[w.TAIL_FRAMES] >= 0 and host[w.NEUTRAL_FRAMES] > host[w.TAIL_FRAMES])


@inner(types.float64(types.float64, types.float64, types.float64))
def heard(since, away, fade):
    """How much is heard, 0..1, `since` frames after a cut, of what takes `away` frames to come back clean."""
    if since >= away + 2.0 * fade:
        return 1.0
    return max(0.0, 1.0 - since / fade, (since - away - fade) / fade)


@inner(types.void(TABLE, DOUBLES, types.int64))
def pass_over(host, controls, start):
    """A chunk without the rack: what stands still in it, if anything, is cut as well."""
    at_rest = host[w.TAIL_FRAMES] >= 0 and host[w.NEUTRAL_FRAMES] > host[w.TAIL_FRAMES]
    for i in range(start, start + CHUNK_FRAMES):
        if controls[i, CUT] == 1.0 and not at_rest:
            host[w.SINCE_CUT] = math.ceil(CUT_S * host[w.SAMPLE_RATE])


@inner(types.void(TABLE, DOUBLES, DOUBLES, types.int64))
def rack_chunk(host, mix, controls, start):
    """One chunk of the mix through pyo, in place."""
    into = carray(pointer_to(host[w.RACK_IN]), (CHUNK_FRAMES, CHANNELS), np.float64)
    back = carray(pointer_to(host[w.RACK_OUT]), (CHUNK_FRAMES, 2), np.float32)
    rate, fade = host[w.SAMPLE_RATE], CUT_S * host[w.SAMPLE_RATE]
    for i in range(CHUNK_FRAMES):
        into[i, LEFT] = mix[start + i, 0]
        into[i, RIGHT] = mix[start + i, 1]
        for control in range(CUTOFF_HZ, BYPASSED):
            into[i, FIRST + control] = controls[start + i, control]
        since = 0 if controls[start + i, CUT] == 1.0 else host[w.SINCE_CUT]
        into[i, ECHO_HEARD] = heard(since, controls[start + i, ECHO_S] * rate, fade)
        into[i, ROOM_HEARD] = heard(since, EMPTY_S * rate, fade)
        host[w.SINCE_CUT] = since + 1
    call_at(host[w.RACK], host[w.RACK_SERVER], 0)
    for i in range(CHUNK_FRAMES):
        past = controls[start + i, BYPASSED]
        for side in range(2):
            wet = safe(np.float64(back[i, side]), host, w.RACK_BAD_VALUES)
            mix[start + i, side] = wet if past == 0.0 else (1.0 - past) * wet + past * mix[start + i, side]


@inner(types.void(TABLE, DOUBLES, DOUBLES, SINGLES, types.int64))
def limit(host, mix, controls, out, frames):
    """Gain, then never louder than CEILING: turned down at once for both sides, and up again in RECOVERY_S."""
    level = carray(pointer_to(host[w.LIMITER]), (1,), np.float64)
    keep = math.exp(-1.0 / (RECOVERY_S * host[w.SAMPLE_RATE]))
    for i in range(frames):
        gain = controls[i, GAIN]
        left, right = gain * mix[i, 0], gain * mix[i, 1]
        level[0] = max(max(abs(left), abs(right)), max(CEILING, keep * level[0]))
        down = CEILING / level[0]
        out[i, 0], out[i, 1] = np.float32(down * left), np.float32(down * right)


@inner(types.void(TABLE, DOUBLES, DOUBLES, SINGLES, types.int64))
def master(host, mix, controls, out, frames):
    """mix (frames, 2), which is overwritten, and controls (frames, CONTROLS) -> out (frames, 2). Real-time: yes.

    The rack takes whole chunks; a block that is no multiple of them is silence and counted.
    """
    for i in range(frames):
        for side in range(2):
            mix[i, side] = safe(mix[i, side], host, w.BAD_VALUES)
    if host[w.RACK] != 0:
        if frames % CHUNK_FRAMES:
            host[w.ODD_BLOCKS] += 1
            mix[:frames] = 0.0
        else:
            for start in range(0, frames, CHUNK_FRAMES):
                if is_left_out(host, controls, start):
                    pass_over(host, controls, start)
                else:
                    rack_chunk(host, mix, controls, start)
    limit(host, mix, controls, out, frames)


@inner(types.void(TABLE, SINGLES, types.int64, types.int64))
def fade(host, out, frame_time, frames):
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
