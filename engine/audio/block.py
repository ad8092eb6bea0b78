"""One block: dsp renders it, the rack finishes it, the meters page shows it. The same for every device."""

import math

import numpy as np
from numba import carray, cfunc, types

from engine.audio.ccall import FLUSH, call_at, call_four_at, float_mode, set_float_mode
from engine.audio.click import mix_clicks
from engine.audio.host_layout import HOST, HOST_DTYPE, SLOW_AT, SLOW_BLOCKS, SLOW_COUNT, TIMING_BINS, TIMING_WORDS
from engine.audio.output_stage import CEILING, fade, limit_again, master, safe
from engine.audio.tape import write_tape
from engine.bridge import meters as page
from engine.dsp.atomics import pointer_to, store_release
from engine.dsp.kernel import inner
from engine.dsp.layout import MEMORY, MEMORY_DTYPE, STEREO, TRACKS

BUDGET = 0.75  # of a block's time
MONITOR_FADE_S = 0.005
HOLD_FALL = 7.7  # nepers a second: 20 dB in 0.3 s

INT = types.int64


@inner(INT(HOST))
def clock_ns(host):
    """Nanoseconds of the monotonic clock. Real-time: yes."""
    call_at(host.clock, host.clock_id, host.timespec_address)
    return host.timespec[0] * 1_000_000_000 + host.timespec[1]


@inner(INT(HOST))
def measure_time(host):
    """The block ends now; how long it took, in nanoseconds."""
    host.ended_ns = clock_ns(host)
    return host.ended_ns - host.began_ns[0]


@inner(types.void(HOST, INT, types.float64))
def publish_timing(host, took_ns, load):
    """Count the block in the timing page."""
    timing = carray(pointer_to(host.timing), (TIMING_WORDS,), np.int64)
    timing[min(max(took_ns // 1000, 0), TIMING_BINS - 1)] += 1
    if load >= 0.5:
        place = SLOW_AT + 2 * (timing[SLOW_COUNT] % SLOW_BLOCKS)
        timing[place], timing[place + 1] = host.ended_ns, took_ns
        timing[SLOW_COUNT] += 1


@inner(types.void(HOST, MEMORY, STEREO, INT, INT))
def publish_meters(host, memory, out, frame_time, frames):
    """Overwrite the meters page; peaks hold and fall, so that a screen that looks seldom misses none."""
    words = carray(pointer_to(host.page), (page.WORDS,), np.int64)
    levels = carray(pointer_to(host.page), (page.WORDS,), np.float64)
    keep = math.exp(-HOLD_FALL * frames / host.sample_rate)
    store_release(words, page.SEQUENCE, words[page.SEQUENCE] + 1)
    words[page.FRAMES] = frame_time + frames
    words[page.TRACKS] = TRACKS
    words[page.POSITION_TICKS], words[page.PLAYING] = memory.state.position_ticks, memory.state.playing
    words[page.DROPPED], words[page.VOICES] = memory.state.dropped, memory.state.sounding
    for side in range(2):
        peak = np.float64(0.0)
        for i in range(frames):
            peak = max(peak, abs(np.float64(out[i, side])))
        levels[page.MASTER + side] = max(peak, keep * levels[page.MASTER + side])
        levels[page.INPUT + side] = max(memory.input_peaks[side], keep * levels[page.INPUT + side])
    for track in range(TRACKS):
        levels[page.PEAKS + track] = max(memory.track_peaks[track], keep * levels[page.PEAKS + track])
    took_ns = measure_time(host)
    load = took_ns * 1e-9 * host.sample_rate / frames
    levels[page.LOAD] = max(load, keep * levels[page.LOAD])
    host.over_budget = max(0, host.over_budget + (1 if load > BUDGET else -1))
    store_release(words, page.SEQUENCE, words[page.SEQUENCE] + 1)
    publish_timing(host, took_ns, load)


@inner(types.void(HOST, MEMORY, STEREO, INT, INT))
def write_tapes(host, memory, out, frame_time, frames):
    """Put the block on the master's tape, and what is tapped on its own. Real-time: yes."""
    if host.tape.audio.address != 0:
        write_tape(host.tape, out, frame_time, frames)
    if host.tapped != 0 and host.tap.audio.address != 0:
        write_tape(host.tap, memory.tap, frame_time, frames)


@inner(types.void(HOST, MEMORY, STEREO, INT, INT))
def for_the_ears(host, memory, out, frame_time, frames):
    """What the musician hears and no take keeps: the input where it is monitored, and clicks. Real-time: yes."""
    full = int(MONITOR_FADE_S * host.sample_rate)
    if host.monitor or host.monitor_ramp:
        for i in range(frames):
            step = 1 if host.monitor else -1
            host.monitor_ramp = min(max(host.monitor_ramp + step, 0), full)
            gain = host.monitor_ramp / full
            for side in range(2):
                out[i, side] = np.float32(out[i, side] + safe(gain * memory.audio_in[i, side]))
        limit_again(host, out, frames)
    elif host.monitor_level > 1.001 * CEILING:  # it lets go slowly
        limit_again(host, out, frames)
    mix_clicks(host.clicks, out, frame_time, frames, host.sample_rate)


@inner(HOST(INT))
def host_at(address):
    """The host record at `address`. Real-time: yes."""
    return carray(pointer_to(address), (1,), HOST_DTYPE)[0]


@inner(MEMORY(HOST))
def memory_of(host):
    """dsp's memory. Real-time: yes."""
    return carray(pointer_to(host.memory), (1,), MEMORY_DTYPE)[0]


@cfunc(INT(INT, INT, INT), cache=True)
def play_block(user, frame_time, frames):
    """The block from engine frame `frame_time` on: memory.audio_in in, host.out out. user: the host record's address.
    Real-time: yes.

    It and dsp's `render` are C functions that every callback calls by address, so each is compiled only once.
    """
    host = host_at(user)
    memory, out = memory_of(host), host.out
    began_ns = clock_ns(host)
    memory.state.tapped = host.tapped
    mode = float_mode()
    set_float_mode(mode | FLUSH)
    host.began_frame = frame_time
    store_release(host.began_ns, 0, began_ns)
    call_four_at(host.render, host.memory, frame_time, frames, 0)
    master(host, memory.mix, memory.controls, out, frames)
    write_tapes(host, memory, out, frame_time, frames)
    for_the_ears(host, memory, out, frame_time, frames)
    fade(host, out, frame_time, frames)
    set_float_mode(mode)
    host.blocks += 1
    store_release(host.expected, 0, frame_time + frames)
    publish_meters(host, memory, out, frame_time, frames)
    return 0
