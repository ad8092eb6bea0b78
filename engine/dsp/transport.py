"""JACK's transport: the song begins, moves and rests with it, on its very frame.

The callback has written what the transport does as the block begins. A transport that rolls on as it did needs nothing:
both count the same frames. What remains, the leader's tempo, is steered by the control thread.
"""

import math

from numba import types

from engine.core.midi_bytes import SIXTEENTH_TICKS
from engine.dsp.kernel import inner
from engine.dsp.layout import MEMORY, SCORE, TRANSPORT
from engine.dsp.midi_in import SONG_START, begin, rest
from engine.dsp.sequencer import ticks_at

NOBODY, FOLLOWS, LEADS = 0, 1, 2  # as transport.role

INT, FLOAT = types.int64, types.float64


@inner(FLOAT(TRANSPORT, SCORE, INT))
def tick_of(transport, score, frame):
    """The song tick for a frame of the transport that did not come from rolling on: at the tempo in force, unless it is
    where Tao has stopped it. Real-time: yes."""
    if transport.rests_at == frame + 1:
        return types.float64(score.resting_ticks)
    return frame / score.frames_per_tick


@inner(FLOAT(TRANSPORT))
def said_tick(transport):
    """The song tick that the timebase means. Real-time: yes."""
    return transport.ticks * max(1.0, transport.scale)


@inner(FLOAT(SCORE, INT))
def song_tick(score, frame):
    """The song tick on an engine frame, not rounded. Real-time: yes."""
    return score.origin_ticks + (frame - score.origin_frames) / score.frames_per_tick


@inner(types.void(MEMORY, INT))
def go_to_transport(memory, frame):
    """Play from where the transport is."""
    transport, score = memory.transport, memory.scores[memory.state.slot]
    there = said_tick(transport)
    if transport.role == LEADS or transport.has_beat == 0:
        there = tick_of(transport, score, transport.frame)
    ticks = math.floor(there + 0.5)
    begin(memory, SONG_START if ticks <= 0 else ticks, frame)


@inner(types.boolean(TRANSPORT, SCORE, INT))
def has_moved(transport, score, frame):
    """Whether somebody has moved the transport while it rolled. After a dropped block it may lag behind the engine's
    frames: then the leader does not care, and a follower only where it is far away from its song."""
    off = transport.frame - transport.next_frame - (frame - transport.next_at)
    if off == 0 or (transport.role == LEADS and frame != transport.next_at):
        return False
    if transport.role == FOLLOWS and transport.has_beat:
        return abs(said_tick(transport) - ticks_at(score, frame)) > SIXTEENTH_TICKS / 4
    return abs(off) > SIXTEENTH_TICKS / 4 * score.frames_per_tick


@inner(types.void(MEMORY, INT, INT))
def follow_transport(memory, frame, frames):
    """Do as the transport does at the start of a block of `frames`, on engine frame `frame`. Real-time: yes."""
    transport, score = memory.transport, memory.scores[memory.state.slot]
    if transport.role == NOBODY:
        transport.rolled = 0
        return
    if transport.rolls == 0:
        if transport.rolled:
            rest(memory, frame)
            transport.rests_at = transport.frame + 1
    elif transport.rolled == 0:
        if transport.role == FOLLOWS or score.playing == 0:
            go_to_transport(memory, frame)
    elif has_moved(transport, score, frame):
        go_to_transport(memory, frame)
    transport.rolled = transport.rolls
    transport.next_at, transport.next_frame = frame + frames, transport.frame + frames
