"""Stutter: what just sounded, again and again, on the song's grid.

`recent_mix` holds the mix of the last seconds as it sounded. A stutter plays it again from `lag` frames ago, into the
mix and into `recent_mix`, so that it goes on for ever.
"""

import math

from numba import types

from engine.dsp.kernel import inner
from engine.dsp.layout import MEMORY, SCORE, STEREO, STUTTER, stereo
from engine.dsp.mixing import FADE_FRAMES, LOUDEST
from engine.dsp.sequencer import NEVER, frame_at, is_one_song, ticks_at

INT, FLOAT = types.int64, types.float64


@inner(types.void(STUTTER, INT, INT))
def jump(state, lag, frame):
    """From `frame` on, play what sounded `lag` frames ago; 0 plays what is new."""
    state.old_lag, state.lag, state.jumped = state.lag, lag, frame


@inner(types.void(STUTTER, SCORE, SCORE, INT, INT))
def set_stutter(state, before, score, longest, frame):
    """Let the stutter be as `score` has it, which takes over from `before` at `frame`; longest: of `recent_mix`."""
    ticks = score.stutter_ticks
    if ticks != state.ticks:
        state.ticks = ticks
        state.turned, state.next_tick = frame, ticks_at(score, frame) + ticks
        length = math.floor(ticks * score.frames_per_tick + 0.5)
        jump(state, min(length, longest - FADE_FRAMES), frame)
    elif ticks > 0 and not is_one_song(before, score, frame):
        state.next_tick = ticks_at(score, frame) + ticks


@inner(types.void(STUTTER, SCORE, INT, INT))
def cut_stutter(state, score, ramp_frames, frame):
    """Begin again with what comes after `frame`."""
    if state.ticks > 0:
        jump(state, 0, frame)
        state.turned = frame + ramp_frames + FADE_FRAMES  # what fades now is not to be repeated
        state.next_tick = ticks_at(score, frame) + state.ticks


@inner(INT(STUTTER, SCORE))
def next_repeat(state, score):
    """The frame on which the next repeat begins; repeats keep to the grid when the tempo changes."""
    return frame_at(score, state.next_tick) if state.ticks > 0 else NEVER


@inner(INT(STUTTER, SCORE, INT, INT))
def repeat(state, score, longest, frame):
    """Begin the repeats that are due by `frame`; the frame of the next one."""
    while next_repeat(state, score) <= frame:
        lag = min(frame - state.turned, longest - FADE_FRAMES)
        if abs(lag - state.lag) > 1:
            jump(state, lag, frame)
        elif lag > 0:
            state.lag = lag
        state.turned = frame
        state.next_tick += state.ticks
    return next_repeat(state, score)


@inner(FLOAT(STEREO, INT, INT, INT, FLOAT))
def repeated(recent_mix, lag, frame, channel, new):
    """What sounded `lag` frames before `frame`; what is new for 0."""
    return new if lag == 0 else types.float64(recent_mix[(frame - lag) & (len(recent_mix) - 1), channel])


@inner(types.void(MEMORY, SCORE, INT, INT, INT))
def stutter(memory, score, frame, start, frames):
    """Put mix[start:] into `recent_mix`, or what stutters in its stead into both."""
    state, mix, recent_mix = memory.stutter, memory.mix, stereo(memory.recent_mix)
    longest, repeats_at = len(recent_mix), next_repeat(state, score)
    for i in range(start, start + frames):
        now = frame + i - start
        if now >= repeats_at:
            repeats_at = repeat(state, score, longest, now)
        since = now - state.jumped
        for channel in range(2):
            new = mix[i, channel]
            value = repeated(recent_mix, state.lag, now, channel, new)
            if since < FADE_FRAMES and state.old_lag != state.lag:
                share = since / FADE_FRAMES
                value = share * value + (1.0 - share) * repeated(recent_mix, state.old_lag, now, channel, new)
            recent_mix[now & (longest - 1), channel] = min(max(value, -LOUDEST), LOUDEST)
            mix[i, channel] = value
