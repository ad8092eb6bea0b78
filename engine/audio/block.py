"""One block: dsp renders it, the rack finishes it, the meters page tells. The same for every device."""

import math

import numpy as np
from numba import carray, types

from engine.audio import host_layout as w
from engine.audio.ccall import FLUSH, call_at, float_mode, pointer_to, set_float_mode
from engine.audio.click import SLOTS, mix_clicks
from engine.audio.output_stage import SINGLES, TABLE, fade, master
from engine.audio.tape import HEAD_WORDS, write_tape
from engine.bridge import meters as page
from engine.dsp import layout as m
from engine.dsp.kernel import inner
from engine.dsp.layout import memory_at
from engine.dsp.render import render_block

MEMORY_TABLE = len(m.Memory._fields) + m.LENGTHS
BUDGET = 0.75  # of a block's time
MONITOR_FADE_S = 0.005
HOLD_FALL = 7.7  # nepers a second: 20 dB in 0.3 s


@inner(types.int64(TABLE))
def clock_ns(host):
    """Nanoseconds of the monotonic clock. Real-time: yes."""
    call_at(host[w.CLOCK], host[w.CLOCK_ID], host[w.TIMESPEC])
    timespec = carray(pointer_to(host[w.TIMESPEC]), (2,), np.int64)
    return timespec[0] * 1_000_000_000 + timespec[1]


@inner(types.void(TABLE, m.MEMORY, SINGLES, types.int64, types.int64, types.int64))
def publish(host, memory, out, frame_time, frames, began_ns):
    """Overwrite the meters page; peaks hold and fall, so that a face that looks seldom misses none."""
    words = carray(pointer_to(host[w.PAGE]), (page.WORDS,), np.int64)
    levels = carray(pointer_to(host[w.PAGE]), (page.WORDS,), np.float64)
    timing = carray(pointer_to(host[w.TIMING]), (w.TIMING_WORDS,), np.int64)
    keep = math.exp(-HOLD_FALL * frames / host[w.SAMPLE_RATE])
    m.store_release(words, page.SEQUENCE, words[page.SEQUENCE] + 1)
    words[page.FRAMES] = frame_time + frames
    words[page.TRACKS] = m.TRACKS
    words[page.POSITION_TICKS], words[page.PLAYING] = memory.state[m.POSITION], memory.state[m.PLAYING]
    words[page.DROPPED], words[page.VOICES] = memory.state[m.DROPPED], memory.state[m.SOUNDING]
    for side in range(2):
        peak = np.float64(0.0)
        for i in range(frames):
            peak = max(peak, abs(np.float64(out[i, side])))
        levels[page.MASTER + side] = max(peak, keep * levels[page.MASTER + side])
        levels[page.INPUT + side] = max(memory.peaks[m.TRACKS + 2 + side], keep * levels[page.INPUT + side])
    for track in range(m.TRACKS):
        levels[page.PEAKS + track] = max(memory.peaks[track], keep * levels[page.PEAKS + track])
    now_ns = clock_ns(host)
    host[w.LAST_NS] = now_ns
    took_ns = now_ns - began_ns
    load = took_ns * 1e-9 * host[w.SAMPLE_RATE] / frames
    levels[page.LOAD] = max(load, keep * levels[page.LOAD])
    host[w.OVER_BUDGET] = max(0, host[w.OVER_BUDGET] + (1 if load > BUDGET else -1))
    m.store_release(words, page.SEQUENCE, words[page.SEQUENCE] + 1)
    timing[min(max(took_ns // 1000, 0), w.TIMING_BINS - 1)] += 1
    if load >= 0.5:
        place = w.SLOW_AT + 2 * (timing[w.SLOW_COUNT] % w.SLOW_CYCLES)
        timing[place], timing[place + 1] = now_ns, took_ns
        timing[w.SLOW_COUNT] += 1


@inner(types.void(TABLE, m.MEMORY, SINGLES, types.int64, types.int64))
def keep_tapes(host, memory, out, frame_time, frames):
    """Put the block on the master's tape, and what is tapped on its own. Real-time: yes."""
    if host[w.TAPE] != 0:
        tape = carray(pointer_to(host[w.TAPE]), (host[w.TAPE_FRAMES], 2), np.float32)
        head = carray(pointer_to(host[w.TAPE_HEAD]), (HEAD_WORDS,), np.int64)
        write_tape(tape, head, out, frame_time, frames)
    if host[w.TAP] != 0:
        tape = carray(pointer_to(host[w.TAP_TAPE]), (host[w.TAP_FRAMES], 2), np.float32)
        head = carray(pointer_to(host[w.TAP_HEAD]), (HEAD_WORDS,), np.int64)
        write_tape(tape, head, memory.tap, frame_time, frames)


@inner(types.void(TABLE, m.MEMORY, SINGLES, types.int64, types.int64))
def for_the_ears(host, memory, out, frame_time, frames):
    """What the musician hears and no take keeps: the input where it is monitored, and clicks. Real-time: yes."""
    full = int(MONITOR_FADE_S * host[w.SAMPLE_RATE])
    if host[w.MONITOR] or host[w.MONITOR_RAMP]:
        for i in range(frames):
            step = 1 if host[w.MONITOR] else -1
            host[w.MONITOR_RAMP] = min(max(host[w.MONITOR_RAMP] + step, 0), full)
            gain = host[w.MONITOR_RAMP] / full
            for side in range(2):
                loud = out[i, side] + gain * memory.audio_in[i, side]
                out[i, side] = np.float32(min(max(loud, -1.0), 1.0))
    plan = carray(pointer_to(host[w.CLICKS]), (SLOTS, 2), np.int64)
    mix_clicks(plan, out, frame_time, frames, host[w.SAMPLE_RATE])


@inner(types.void(TABLE, m.MEMORY, SINGLES, types.int64, types.int64))
def cycle(host, memory, out, frame_time, frames):
    """memory.audio_in[:frames] in, out[:frames] (frames, 2) float32 out. Real-time: yes."""
    began_ns = clock_ns(host)
    memory.state[m.TAP] = host[w.TAP]
    mode = float_mode()
    set_float_mode(mode | FLUSH)
    host[w.BEGAN_FRAME] = frame_time
    m.store_release(host, w.BEGAN_NS, began_ns)
    render_block(memory, frame_time, frames)
    master(host, memory.mix, memory.controls, out, frames)
    keep_tapes(host, memory, out, frame_time, frames)
    for_the_ears(host, memory, out, frame_time, frames)
    fade(host, out, frame_time, frames)
    set_float_mode(mode)
    host[w.BLOCKS] += 1
    m.store_release(host, w.EXPECTED, frame_time + frames)
    publish(host, memory, out, frame_time, frames, began_ns)


@inner(m.MEMORY(TABLE))
def memory_of(host):
    """dsp's memory, out of the host table. Real-time: yes."""
    return memory_at(carray(pointer_to(host[w.MEMORY]), (MEMORY_TABLE,), np.int64))


@inner(SINGLES(TABLE))
def output_of(host):
    """The output buffer (max_frames, 2) float32, out of the host table. Real-time: yes."""
    return carray(pointer_to(host[w.OUT]), (host[w.MAX_FRAMES], 2), np.float32)
