"""The host record: what a callback must know besides dsp's memory. Python fills it, compiled code reads it by name.

Addresses are those of C functions, of JACK's objects, or of arrays that `Host` keeps alive; 0 means there is none.
"""

import numpy as np
from numba import from_dtype

from engine.core.midi import MIDI_INPUTS, MIDI_OUTPUTS
from engine.dsp.layout import AUDIO_RING_DTYPE, CURSOR, MAX_FRAMES

NEVER = 1 << 62
CLICK_SLOTS = 64
_ADDRESS, _INT, _FLOAT = "i8", "i8", "f8"

CLICK_DTYPE = np.dtype([("frame", _INT), ("accent", _INT)])
# jack_midi_event_t, then a place for a message of our own
JACK_EVENT_DTYPE = np.dtype([("time", _INT), ("length", _INT), ("data", _ADDRESS), ("message", _INT)])
# jack_position_t, which is packed
JACK_POSITION_DTYPE = np.dtype([
    ("unique_1", "u8"), ("usecs", "u8"), ("frame_rate", "u4"), ("frame", "u4"), ("valid", "u4"),
    ("bar", "i4"), ("beat", "i4"), ("tick", "i4"), ("bar_start_tick", _FLOAT), ("beats_per_bar", "f4"),
    ("beat_type", "f4"), ("ticks_per_beat", _FLOAT), ("beats_per_minute", _FLOAT), ("frame_time", _FLOAT),
    ("next_time", _FLOAT), ("bbt_offset", "u4"), ("audio_frames_per_video_frame", "f4"), ("video_offset", "u4"),
    ("tick_double", _FLOAT), ("padding", "i4", 5), ("unique_2", "u8")])

HOST_DTYPE = np.dtype([
    ("memory", _ADDRESS), ("render", _ADDRESS), ("play_block", _ADDRESS),  # dsp's memory; compiled functions
    ("page", _ADDRESS), ("timing", _ADDRESS),  # shared pages: `bridge.meters`, and below
    ("max_frames", _INT), ("sample_rate", _INT),
    # time: the next block's first frame; the newest block's, and when the clock began and ended to work it out
    ("expected", *CURSOR), ("began_ns", *CURSOR), ("began_frame", _INT), ("ended_ns", _INT),
    ("clock", _ADDRESS), ("clock_id", _INT), ("timespec", _INT, 2), ("timespec_address", _ADDRESS),
    # the device: whether it has called yet, its own frame count and the engine's at its newest block
    ("started", _INT), ("raw_time", _INT), ("block_start", _INT), ("input_channels", _INT),
    # JACK's functions and ports
    ("client", _ADDRESS), ("get_buffer", _ADDRESS), ("last_frame_time", _ADDRESS),
    ("inputs", _ADDRESS, 2), ("outputs", _ADDRESS, 2), ("frame_port", _ADDRESS),
    ("midi_inputs", _ADDRESS, MIDI_INPUTS), ("midi_outputs", _ADDRESS, MIDI_OUTPUTS),
    ("midi_clear", _ADDRESS), ("midi_write", _ADDRESS), ("midi_count", _ADDRESS), ("midi_get", _ADDRESS),
    ("midi_event", JACK_EVENT_DTYPE), ("midi_event_address", _ADDRESS), ("midi_message_address", _ADDRESS),
    ("transport_query", _ADDRESS), ("position", JACK_POSITION_DTYPE), ("position_address", _ADDRESS),
    # counts
    ("blocks", _INT), ("rack_bad_values", _INT), ("over_budget", _INT),
    # the rack's function, server and buffers; after how many neutral frames its tails are over (-1: never), how many
    # there have been, how many since a cut; the limiters' levels
    ("rack", _ADDRESS), ("rack_server", _ADDRESS), ("rack_in", _ADDRESS), ("rack_out", _ADDRESS),
    ("tail_frames", _INT), ("neutral_frames", _INT), ("since_cut", _INT), ("level", _FLOAT), ("monitor_level", _FLOAT),
    ("fade_at", _INT), ("fade_frames", _INT),  # the way out
    # recording: the master's tape and the tap's, what is tapped (see `layout`), the monitor and its ramp in frames
    ("tape", AUDIO_RING_DTYPE), ("tap", AUDIO_RING_DTYPE), ("tapped", _INT),
    ("monitor", _INT), ("monitor_ramp", _INT), ("clicks", CLICK_DTYPE, CLICK_SLOTS),
    ("out", "f4", (MAX_FRAMES, 2)),  # the block's result
], align=True)
HOST, CLICK, AUDIO_RING, JACK_POSITION = map(
    from_dtype, (HOST_DTYPE, CLICK_DTYPE, AUDIO_RING_DTYPE, JACK_POSITION_DTYPE))

# The timing page, words of int64: how many blocks took so many microseconds, then how many were slow, then the newest
# of those: when each ended and how long it took, in ns. A slow one took half its block or more.
TIMING_BINS, SLOW_BLOCKS = 20000, 512
SLOW_COUNT, SLOW_AT = TIMING_BINS, TIMING_BINS + 1
TIMING_WORDS = SLOW_AT + 2 * SLOW_BLOCKS
