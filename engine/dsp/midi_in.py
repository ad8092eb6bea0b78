"""MIDI in: pads hit and the song begun or ended on the very frame, for the score in force.

A song that another machine starts cannot wait for a new score: the one in force is changed where it lies. This is the
audio thread's twin of the transport state machine that the control thread keeps for ports without frames.
"""

from numba import types

from engine.core.midi_bytes import (
    ALREADY_THERE_TICKS,
    CLOCK,
    CONTINUE,
    DATA_MASK,
    KIND_MASK,
    NOTE_ON,
    SIXTEENTH_TICKS,
    SONG_POSITION,
    START,
    STOP,
)
from engine.dsp.deck import set_decks
from engine.dsp.kernel import inner
from engine.dsp.layout import MEMORY, SCORE, TRACKS
from engine.dsp.midi_out import put_in_ring
from engine.dsp.ring import BEGIN, END, HIT, report
from engine.dsp.sequencer import FOR_EVER, NEVER_TRIGGERED, ticks_at
from engine.dsp.voices import trigger_pad

SONG_START = -1  # as BEGIN's value: from bar 1 on, like Play; else the song tick to continue from
FOLLOWS, OBEYS_POSITION = 1, 2  # bits of a score's `follow`, the second shifted by the input's number

INT = types.int64


@inner(types.void(MEMORY, INT, INT))
def hit(memory, value, frame):
    """A pad was hit elsewhere. value: the track, and the MIDI velocity above its eight bits."""
    trigger_pad(memory, value & 0xFF, (value >> 8) / 127.0)
    report(memory, HIT, memory.state.sequence, frame, value)


@inner(types.void(MEMORY, INT, INT))
def begin(memory, value, frame):
    """Let the song play from SONG_START or song tick `value` on, with `frame` as its first."""
    score = memory.scores[memory.state.slot]
    score.playing, score.origin_ticks, score.origin_frames = 1, max(0, value), frame
    if value == SONG_START:
        score.phase_ticks, score.loop_phase_ticks = 0, -score.downbeat_ticks
        if score.fill_until_ticks != FOR_EVER:
            score.fill_until_ticks = 0
    for track in range(TRACKS):
        score.tracks[track].triggered_tick = NEVER_TRIGGERED
    set_decks(memory, score, frame)
    report(memory, BEGIN, memory.state.sequence, frame, value)


@inner(types.void(MEMORY, INT))
def rest(memory, frame):
    """Let the song rest from `frame` on."""
    score = memory.scores[memory.state.slot]
    if score.playing:
        score.resting_ticks = ticks_at(score, frame)
        score.playing = 0
        set_decks(memory, score, frame)
        report(memory, END, memory.state.sequence, frame, 0)


@inner(types.void(MEMORY, SCORE, INT, INT))
def follow(memory, score, message, port):
    """Take note of Start, Continue and Song Position: it takes effect at the next clock."""
    follower, kind = memory.follower, message & 0xFF
    if kind == START:
        follower.armed, follower.ticks = 1, SONG_START
    elif kind == SONG_POSITION and score.follow & OBEYS_POSITION << port:
        follower.position = ((message >> 8 & DATA_MASK) | (message >> 16 & DATA_MASK) << 7) * SIXTEENTH_TICKS + 1
        if score.playing or follower.armed:  # the song runs: it goes on there
            follower.armed, follower.ticks = 1, follower.position - 1
    elif kind == CONTINUE and follower.position:
        follower.armed, follower.ticks = 1, follower.position - 1
    elif kind == CONTINUE and not score.playing:
        follower.armed, follower.ticks = 1, score.resting_ticks // SIXTEENTH_TICKS * SIXTEENTH_TICKS


@inner(types.void(MEMORY, SCORE, INT))
def begin_armed(memory, score, frame):
    """Begin the song as was announced, unless it is there already: what just sounded must not sound twice."""
    follower = memory.follower
    follower.armed = follower.position = 0
    off = ticks_at(score, frame) - follower.ticks
    if score.playing == 0 or follower.ticks == SONG_START or abs(off) > ALREADY_THERE_TICKS:
        begin(memory, follower.ticks, frame)


@inner(types.void(MEMORY, INT, INT))
def receive_event(memory, index, frame):
    """Do what this block's event `index` asks for, on `frame`, and pass it on to the control thread. Real-time: yes."""
    event, score, follower = memory.midi_in[index], memory.scores[memory.state.slot], memory.follower
    put_in_ring(memory.midi_received, event)
    message = event.message
    kind, velocity = message & 0xFF, message >> 16 & DATA_MASK
    if kind & KIND_MASK == NOTE_ON and velocity:
        track = score.pad_tracks[message >> 8 & DATA_MASK] - 1
        if track >= 0:
            hit(memory, track | velocity << 8, frame)
    elif kind >= SONG_POSITION and score.follow & FOLLOWS:
        if kind == CLOCK and follower.armed:
            begin_armed(memory, score, frame)
        elif kind == STOP:
            follower.armed = follower.position = 0
            rest(memory, frame)
        else:
            follow(memory, score, message, event.port)
