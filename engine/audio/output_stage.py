"""The last stage of a block: the mix through the rack or past it, gain and limiter, into the output."""

import math

import numpy as np
from numba import carray, types

from engine.audio.ccall import call_at
from engine.audio.host_layout import HOST
from engine.dsp.atomics import pointer_to
from engine.dsp.controls import BYPASSED, CRUSHED, CUT, CUTOFF_HZ, ECHO_S, ECHO_SEND, FILTERED, GAIN, ROOM_SEND
from engine.dsp.kernel import inner
from engine.dsp.layout import STEREO, STEREO_MIX
from engine.rack.pyo_rack import CHANNELS, CHUNK_FRAMES, ECHO_GAIN, FIRST, LEFT, RIGHT, ROOM_GAIN

INT, FLOAT = types.int64, types.float64
CEILING = 10.0 ** (-0.3 / 20.0)
RECOVERY_S = 0.1
CUT_S = 0.005  # what rings is gone so soon after a panic
EMPTY_S = 1.0  # a room in which nothing goes round is 92 dB down by then
LONG_AGO = 1 << 40


@inner(FLOAT(FLOAT))
def safe(value):
    """The value within what a rack may get, or 0 for what is not finite: a NaN would stay in a reverb for ever."""
    return min(max(value, -64.0), 64.0) if math.isfinite(value) else 0.0


@inner(types.boolean(HOST, STEREO_MIX, INT))
def is_left_out(host, controls, start):
    """Whether this chunk can skip the rack: bypassed, or neutral for longer than its tails ring."""
    bypassed, neutral = True, True
    for i in range(start, start + CHUNK_FRAMES):
        bypassed = bypassed and controls[i, BYPASSED] == 1.0
        neutral = neutral and (controls[i, FILTERED] == 0.0 and controls[i, CRUSHED] == 0.0
                               and controls[i, ECHO_SEND] == 0.0 and controls[i, ROOM_SEND] == 0.0)
    host.neutral_frames = host.neutral_frames + CHUNK_FRAMES if neutral else 0
    return bypassed or (host.tail_frames >= 0 and host.neutral_frames > host.tail_frames)


@inner(FLOAT(FLOAT, FLOAT, FLOAT))
def let_through(since, away, fade):
    """How much sounds, 0..1, `since` frames after a cut, of what takes `away` frames to come back clean."""
    if since >= away + 2.0 * fade:
        return 1.0
    return max(0.0, 1.0 - since / fade, (since - away - fade) / fade)


@inner(types.void(HOST, STEREO_MIX, INT))
def pass_over(host, controls, start):
    """A chunk that skips the rack; a cut in it still silences what rings inside the rack."""
    at_rest = host.tail_frames >= 0 and host.neutral_frames > host.tail_frames
    for i in range(start, start + CHUNK_FRAMES):
        if controls[i, CUT] == 1.0 and not at_rest:
            host.since_cut = math.ceil(CUT_S * host.sample_rate)


@inner(types.void(HOST, STEREO_MIX, STEREO_MIX, INT))
def rack_chunk(host, mix, controls, start):
    """One chunk of the mix through pyo, in place."""
    into = carray(pointer_to(host.rack_in), (CHUNK_FRAMES, CHANNELS), np.float64)
    back = carray(pointer_to(host.rack_out), (CHUNK_FRAMES, 2), np.float32)
    rate, fade = host.sample_rate, CUT_S * host.sample_rate
    for i in range(CHUNK_FRAMES):
        into[i, LEFT] = mix[start + i, 0]
        into[i, RIGHT] = mix[start + i, 1]
        for control in range(CUTOFF_HZ, BYPASSED):
            into[i, FIRST + control] = controls[start + i, control]
        since = 0 if controls[start + i, CUT] == 1.0 else host.since_cut
        into[i, ECHO_GAIN] = let_through(since, controls[start + i, ECHO_S] * rate, fade)
        into[i, ROOM_GAIN] = let_through(since, EMPTY_S * rate, fade)
        host.since_cut = since + 1
    call_at(host.rack, host.rack_server, 0)
    for i in range(CHUNK_FRAMES):
        past = controls[start + i, BYPASSED]
        for side in range(2):
            wet = np.float64(back[i, side])
            host.rack_bad_values += not math.isfinite(wet)
            wet = safe(wet)
            mix[start + i, side] = wet if past == 0.0 else (1.0 - past) * wet + past * mix[start + i, side]


@inner(types.void(HOST, STEREO_MIX, STEREO_MIX, STEREO, INT))
def limit(host, mix, controls, out, frames):
    """Gain, then never louder than CEILING: turned down at once for both sides, and up again in RECOVERY_S."""
    level = host.level
    keep = math.exp(-1.0 / (RECOVERY_S * host.sample_rate))
    for i in range(frames):
        gain = controls[i, GAIN]
        left, right = gain * mix[i, 0], gain * mix[i, 1]
        level = max(max(abs(left), abs(right)), max(CEILING, keep * level))
        down = CEILING / level
        out[i, 0], out[i, 1] = np.float32(down * left), np.float32(down * right)
    host.level = level


@inner(types.void(HOST, STEREO, INT))
def limit_again(host, out, frames):
    """Limit what was added to the master, in place. Nothing changes where that was never above CEILING."""
    level = host.monitor_level
    keep = math.exp(-1.0 / (RECOVERY_S * host.sample_rate))
    for i in range(frames):
        peak = max(abs(np.float64(out[i, 0])), abs(np.float64(out[i, 1])))
        level = max(peak, max(CEILING, keep * level))
        for side in range(2):
            out[i, side] = np.float32(CEILING / level * out[i, side])
    host.monitor_level = level


@inner(types.void(HOST, STEREO_MIX, STEREO_MIX, STEREO, INT))
def master(host, mix, controls, out, frames):
    """mix (frames, 2), which is overwritten, and controls (frames, CONTROLS) -> out (frames, 2). Real-time: yes.

    The rack takes whole chunks; a block that is no multiple of them is silent.
    """
    for i in range(frames):
        for side in range(2):
            mix[i, side] = safe(mix[i, side])
    if host.rack != 0:
        if frames % CHUNK_FRAMES:
            mix[:frames] = 0.0
        else:
            for start in range(0, frames, CHUNK_FRAMES):
                if is_left_out(host, controls, start):
                    pass_over(host, controls, start)
                else:
                    rack_chunk(host, mix, controls, start)
    limit(host, mix, controls, out, frames)


@inner(types.void(HOST, STEREO, INT, INT))
def fade(host, out, frame_time, frames):
    """The way out: a linear ramp to silence from host.fade_at on, in host.fade_frames. Real-time: yes."""
    if frame_time + frames <= host.fade_at:
        return
    for i in range(frames):
        since = frame_time + i - host.fade_at
        if since >= host.fade_frames:
            out[i, 0] = out[i, 1] = np.float32(0.0)
        elif since > 0:
            gain = np.float32(1.0 - since / host.fade_frames)
            out[i, 0] *= gain
            out[i, 1] *= gain
