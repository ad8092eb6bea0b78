"""Reverse: the music runs backwards, one slice of the song's grid after the other, each as soon as it is over.

The music goes on behind it: `last_bars` keeps the mix as it would have sounded, and on each line of the grid, the
pivot, the reading turns round and runs back from there.
"""

from numba import types

from engine.dsp.kernel import inner
from engine.dsp.layout import MEMORY, REVERSE, SCORE, STEREO, stereo
from engine.dsp.mixing import FADE_FRAMES, LOUDEST, approach
from engine.dsp.sequencer import NEAR_TICKS, NEVER, frame_at, ticks_at

INT, FLOAT = types.int64, types.float64


@inner(INT(SCORE, INT))
def line_after(score, frame):
    """The tick of the first line of the grid after `frame`; the pattern's first bar line is one."""
    phase, ticks = score.phase_ticks, score.reverse_ticks
    return phase + ((ticks_at(score, frame) - phase) // ticks + 1) * ticks


@inner(INT(REVERSE, SCORE, INT))
def next_turn(state, score, longest):
    """The frame on which to turn: that of the next line, but no sooner than the last turn is over, and no later than
    `last_bars`, `longest` frames, reach back."""
    if state.slice_ticks == 0:
        return NEVER
    line = max(frame_at(score, state.line_tick), state.pivot + FADE_FRAMES)
    return min(line, state.pivot + longest // 2 - 2 * FADE_FRAMES)


@inner(INT(REVERSE, SCORE, INT, INT))
def turn(state, score, longest, frame):
    """Run back from `frame` on; where to turn next."""
    state.old_pivot, state.pivot = state.pivot, frame
    state.line_tick = line_after(score, frame)
    return next_turn(state, score, longest)


@inner(INT(REVERSE, SCORE, INT, INT))
def set_reverse(state, score, longest, frame):
    """Let the reverse be as the score has it, from `frame` on; where to turn next."""
    ticks = score.reverse_ticks
    if ticks > 0:
        if state.slice_ticks == 0 and state.share == 0.0:
            state.old_pivot = state.pivot = frame
        now = ticks_at(score, frame)
        if state.slice_ticks != ticks:
            state.line_tick = line_after(score, frame)
        elif state.line_tick - now > ticks + NEAR_TICKS:  # the song begins again, or went back: that is a line too
            state.line_tick = now
    state.slice_ticks = ticks
    return next_turn(state, score, longest)


@inner(FLOAT(STEREO, INT, INT, INT, INT, INT))
def back_from(last_bars, pivot, cut_at, clean_at, frame, channel):
    """What runs back from `pivot` at `frame`; after a cut, what sounded before `clean_at` fades away."""
    place = 2 * pivot - 1 - frame
    value = types.float64(last_bars[place & (len(last_bars) - 1), channel])
    if cut_at < 0 or place >= clean_at + FADE_FRAMES:
        return value
    return value * max(0.0, (place - clean_at) / FADE_FRAMES, 1.0 - (frame - cut_at) / FADE_FRAMES)


@inner(FLOAT(REVERSE, STEREO, INT, INT, INT, INT))
def backwards(state, last_bars, cut_at, clean_at, frame, channel):
    """What runs backwards at `frame`."""
    since = frame - state.pivot
    value = back_from(last_bars, state.pivot, cut_at, clean_at, frame, channel)
    if since >= FADE_FRAMES or state.old_pivot == state.pivot:
        return value
    share = since / FADE_FRAMES
    old = back_from(last_bars, state.old_pivot, cut_at, clean_at, frame, channel)
    return share * value + (1.0 - share) * old


@inner(types.void(MEMORY, SCORE, INT, INT, INT))
def reverse(memory, score, frame, start, frames):
    """Keep mix[start:], `frames` frames from engine frame `frame` on; while it is latched, play it backwards."""
    state, mix, last_bars = memory.reverse, memory.mix, stereo(memory.last_bars)
    longest, cut_at = len(last_bars), memory.state.cut_at
    turns_at = set_reverse(state, score, longest, frame)
    clean_at = cut_at + memory.state.ramp_frames  # the voices that were cut have died by then
    wanted, share = 1.0 if state.slice_ticks > 0 else 0.0, state.share
    for i in range(start, start + frames):
        now = frame + i - start
        for channel in range(2):
            last_bars[now & (longest - 1), channel] = min(max(mix[i, channel], -LOUDEST), LOUDEST)
        if now >= turns_at:
            turns_at = turn(state, score, longest, now)
        share = approach(share, wanted, FADE_FRAMES)
        if share > 0.0:
            for channel in range(2):
                value = backwards(state, last_bars, cut_at, clean_at, now, channel)
                mix[i, channel] = share * value + (1.0 - share) * mix[i, channel]
    state.share = share
