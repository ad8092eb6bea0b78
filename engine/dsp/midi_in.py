"""What comes in by MIDI: pads struck and the song begun or ended on the very frame, for the score in force.

A song that another machine starts cannot wait for a new score: the one in force is changed where it lies.
"""

from numba import types

from engine.dsp.deck import take_decks
from engine.dsp.kernel import inner
from engine.dsp.layout import MEMORY, SEQUENCE, SLOT, TRACKS
from engine.dsp.midi_clock import CLOCK_TICKS, SIXTEENTH_CLOCKS
from engine.dsp.midi_out import BYTES, CLOCK, CONTINUE, NOTE_ON, PORT, POSITION, START, STOP, put_in_ring
from engine.dsp.ring import BEGIN, END, HIT, tell
from engine.dsp.sampler import T_STRUCK, strike_pad
from engine.dsp.sequencer import (
    FOR_EVER,
    NEVER_STRUCK,
    S_DOWNBEAT,
    S_FILL_UNTIL,
    S_FOLLOW,
    S_LOOP_PHASE,
    S_ORIGIN_FRAMES,
    S_ORIGIN_TICKS,
    S_PHASE,
    S_PLAYING,
    S_RESTING,
    ticks_at,
)

# words of `follower`: whether the next clock begins the song, from which tick, and one more than the Song Position
F_ARMED, F_TICKS, F_POSITION = range(3)
SONG_START = -1  # as BEGIN's value: from bar 1 on, like Play; else the song tick to continue from
FOLLOWS, OBEYS_POSITION = 1, 2  # bits of S_FOLLOW, the second shifted by the input's number

INT = types.int64


@inner(types.void(MEMORY, INT, INT))
def hit(memory, value, frame):
    """A pad was struck elsewhere. value: the track, and the MIDI velocity above its eight bits."""
    strike_pad(memory, value & 0xFF, (value >> 8) / 127.0)
    tell(memory, HIT, memory.state[SEQUENCE], frame, value)


@inner(types.void(MEMORY, INT, INT))
def begin(memory, value, frame):
    """Let the song play from SONG_START or song tick `value` on, with `frame` as its first."""
    slot = memory.state[SLOT]
    ints = memory.score_ints[slot]
    ints[S_PLAYING], ints[S_ORIGIN_TICKS], ints[S_ORIGIN_FRAMES] = 1, max(0, value), frame
    if value == SONG_START:
        ints[S_PHASE], ints[S_LOOP_PHASE] = 0, -ints[S_DOWNBEAT]
        if ints[S_FILL_UNTIL] != FOR_EVER:
            ints[S_FILL_UNTIL] = 0
    for track in range(TRACKS):
        memory.track_ints[slot, track, T_STRUCK] = NEVER_STRUCK
    take_decks(memory, slot, frame)
    tell(memory, BEGIN, memory.state[SEQUENCE], frame, value)


@inner(types.void(MEMORY, INT))
def rest(memory, frame):
    """Let the song rest from `frame` on."""
    slot = memory.state[SLOT]
    ints = memory.score_ints[slot]
    if ints[S_PLAYING]:
        ints[S_RESTING] = ticks_at(memory, slot, frame)
        ints[S_PLAYING] = 0
        take_decks(memory, slot, frame)
        tell(memory, END, memory.state[SEQUENCE], frame, 0)


@inner(types.void(MEMORY, INT, INT))
def follow(memory, message, port):
    """Take note of Start, Continue and Song Position: the next clock will be what they speak of."""
    follower, ints = memory.follower, memory.score_ints[memory.state[SLOT]]
    sixteenth = SIXTEENTH_CLOCKS * CLOCK_TICKS
    kind = message & 0xFF
    if kind == START:
        follower[F_ARMED], follower[F_TICKS] = 1, SONG_START
    elif kind == POSITION and ints[S_FOLLOW] & OBEYS_POSITION << port:
        follower[F_POSITION] = ((message >> 8 & 127) | (message >> 16 & 127) << 7) * sixteenth + 1
    elif kind == CONTINUE:
        resting = ints[S_RESTING] // sixteenth * sixteenth
        follower[F_ARMED], follower[F_TICKS] = 1, follower[F_POSITION] - 1 if follower[F_POSITION] else resting


@inner(types.void(MEMORY, INT, INT))
def hear_event(memory, index, frame):
    """Do what this block's event `index` asks for, on `frame`, and tell of it. Real-time: yes."""
    event = memory.midi_in[index]
    put_in_ring(memory.midi_heard, memory.midi_heard_heads, event)
    message, slot = event[BYTES], memory.state[SLOT]
    kind = message & 0xFF
    if kind & 0xF0 == NOTE_ON and message >> 16 & 127:
        track = memory.pad_tracks[slot, message >> 8 & 127] - 1
        if track >= 0:
            hit(memory, track | (message >> 16 & 127) << 8, frame)
    elif kind >= POSITION and memory.score_ints[slot, S_FOLLOW] & FOLLOWS:
        if kind == CLOCK and memory.follower[F_ARMED]:
            memory.follower[F_ARMED] = memory.follower[F_POSITION] = 0
            begin(memory, memory.follower[F_TICKS], frame)
        elif kind == STOP:
            memory.follower[F_ARMED] = memory.follower[F_POSITION] = 0
            rest(memory, frame)
        else:
            follow(memory, message, event[PORT])
