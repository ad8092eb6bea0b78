"""JACK's transport within the audio callback: what it does as a block begins, and, for Tao as its timebase, what beat
the next block begins with."""

import math

import numpy as np
from numba import carray, cfunc, types

from engine.audio.block import host_at, memory_of
from engine.audio.ccall import call_at
from engine.audio.host_layout import HOST, JACK_POSITION, JACK_POSITION_DTYPE
from engine.core.timeline import MAX_TIME, PPQN
from engine.dsp.atomics import pointer_to, store_release
from engine.dsp.kernel import inner
from engine.dsp.layout import MEMORY, SCORE, TRANSPORT
from engine.dsp.transport import NOBODY, song_tick, tick_of

BITS_32 = 0xFFFFFFFF  # of a C int
ROLLING = 1  # jack_transport_state_t
HAS_BEAT, HAS_FRAME_OFFSET, HAS_EXACT_TICK = 0x10, 0x40, 0x200  # jack_position_bits_t
TICKS_PER_BEAT = 1920.0  # what Tao says; programs differ

INT, FLOAT = types.int64, types.float64


@inner(types.boolean(JACK_POSITION))
def says_beat(position):
    """Whether a timebase says what beat it is, and what it says can be meant."""
    return (position.valid & HAS_BEAT != 0 and position.beat_type > 0.0 and position.beats_per_bar > 0.0
            and position.ticks_per_beat > 0.0 and position.beats_per_minute > 0.0)


@inner(types.void(TRANSPORT, JACK_POSITION))
def read_beat(transport, position):
    """The song tick that the timebase means, and its tempo in quarter notes.

    bar_start_tick counts through changes of metre; a timebase that leaves it out, says 0 in every bar.
    """
    beat_ticks = 4.0 * PPQN / position.beat_type
    bar_beats = (position.bar - 1) * position.beats_per_bar
    if position.bar_start_tick > 0.0:
        bar_beats = position.bar_start_tick / position.ticks_per_beat
    exact = position.valid & HAS_EXACT_TICK != 0
    tick = position.tick_double if exact else types.float64(position.tick)
    beats = bar_beats + position.beat - 1 + tick / position.ticks_per_beat
    transport.bpm = position.beats_per_minute * beat_ticks / PPQN
    transport.ticks = beats * beat_ticks
    if position.valid & HAS_FRAME_OFFSET != 0:
        transport.ticks += position.bbt_offset / position.frame_rate * transport.bpm / 60.0 * PPQN
    transport.grain = 0.0 if exact else beat_ticks / position.ticks_per_beat


@inner(types.void(HOST, MEMORY, INT))
def read_transport(host, memory, start):
    """Note what the transport does in this block, from engine frame `start` on; without a part in it, nothing."""
    transport, position = memory.transport, host.position
    if transport.role == NOBODY:
        return
    state = call_at(host.transport_query, host.client, host.position_address) & BITS_32
    store_release(transport.sequence, 0, transport.sequence[0] + 1)
    transport.at, transport.rolls, transport.frame = start, state == ROLLING, position.frame
    transport.has_beat = says_beat(position)
    if transport.has_beat:
        read_beat(transport, position)
        transport.has_beat = 0.0 < transport.bpm < MAX_TIME and abs(transport.ticks) < MAX_TIME
    store_release(transport.sequence, 0, transport.sequence[0] + 1)


@inner(types.void(JACK_POSITION, TRANSPORT, SCORE, FLOAT, INT))
def write_beat(position, transport, score, ticks, sample_rate):
    """Say that the song is at `ticks`. Bars and beats count from 1."""
    bar_ticks, pulse_ticks = max(1, transport.bar_ticks), max(1, transport.pulse_ticks)
    ticks = max(0.0, ticks)
    bar = math.floor(ticks / bar_ticks)
    beat = math.floor((ticks - bar * bar_ticks) / pulse_ticks)
    within = (ticks - bar * bar_ticks - beat * pulse_ticks) / pulse_ticks * TICKS_PER_BEAT
    position.valid = HAS_BEAT | HAS_EXACT_TICK
    position.bar, position.beat, position.tick, position.tick_double = bar + 1, beat + 1, math.floor(within), within
    position.bar_start_tick = bar * bar_ticks / pulse_ticks * TICKS_PER_BEAT
    position.beats_per_bar, position.beat_type = bar_ticks / pulse_ticks, 4.0 * PPQN / pulse_ticks
    position.ticks_per_beat = TICKS_PER_BEAT
    position.beats_per_minute = 60.0 * sample_rate / (score.frames_per_tick * pulse_ticks)


@cfunc(types.void(types.int32, types.uint32, INT, types.int32, INT), cache=True)
def jack_timebase(state, count, address, moved, user):
    """JackTimebaseCallback, its pointers as integers: say at which beat the next block begins. JACK calls it after the
    block, in the same thread. While the song plays, it is the song that says so. Real-time: yes."""
    host = host_at(user)
    memory = memory_of(host)
    position = carray(pointer_to(address), (1,), JACK_POSITION_DTYPE)[0]
    transport, score = memory.transport, memory.scores[memory.state.slot]
    if state == ROLLING and score.playing and transport.rolled:
        ticks = song_tick(score, host.expected[0])
    else:
        ticks = tick_of(transport, score, np.int64(position.frame))
    write_beat(position, transport, score, ticks, host.sample_rate)
    transport.calls += 1
