"""Tape stop: the music slows down to a standstill, as when a tape machine's motor is switched off."""

import math

from numba import types

from engine.dsp.kernel import inner
from engine.dsp.layout import MEMORY, SCORE, STEREO, TAPE_STOP, stereo
from engine.dsp.mixing import FADE_FRAMES
from engine.dsp.sampler import hermite, hermite_weights

INT, FLOAT = types.int64, types.float64


@inner(types.void(TAPE_STOP, SCORE, INT, INT))
def set_tape_stop(state, score, longest, frame):
    """Let the tape stop or go on from `frame`, as the score has it; longest: of `recent_mix`."""
    if score.tape_ticks > 0 and not state.on:
        frames = math.floor(score.tape_ticks * score.frames_per_tick + 0.5)
        state.on, state.start = 1, frame
        state.frames = min(frames, 2 * (longest - FADE_FRAMES))
    elif score.tape_ticks == 0 and state.on:
        state.on, state.end = 0, frame


@inner(FLOAT(TAPE_STOP, STEREO, INT, INT, INT))
def slowed(state, recent_mix, cut_at, frame, channel):
    """What the stopping tape plays: its speed falls in a straight line, and its last tenth fades."""
    mask = len(recent_mix) - 1
    age, length = frame - state.start, state.frames
    if age >= length:
        return 0.0
    behind = age * age / (2.0 * length)
    back = math.ceil(behind)
    at = frame - types.int64(back)
    weights = hermite_weights(back - behind)
    value = hermite(weights, recent_mix[(at - 1) & mask, channel], recent_mix[at & mask, channel],
                    recent_mix[min(at + 1, frame) & mask, channel], recent_mix[min(at + 2, frame) & mask, channel])
    if cut_at > state.start:
        value *= max(0.0, 1.0 - (frame - cut_at) / FADE_FRAMES)
    return value * min(1.0, 10.0 * (1.0 - age / length))


@inner(types.void(MEMORY, INT, INT, INT))
def tape_stop(memory, frame, start, frames):
    """Replace mix[start:] by the tape, while it stops and for a moment after it was let go."""
    state, mix, cut_at = memory.tape_stop, memory.mix, memory.state.cut_at
    if not state.on and state.end <= state.start:
        return
    recent_mix = stereo(memory.recent_mix)
    for i in range(start, start + frames):
        now = frame + i - start
        since = now - state.end
        if state.on or since < FADE_FRAMES:
            share = 0.0 if state.on else since / FADE_FRAMES
            for channel in range(2):
                stopping = slowed(state, recent_mix, cut_at, now, channel)
                mix[i, channel] = share * mix[i, channel] + (1.0 - share) * stopping
