"""Reverse: the music runs backwards, one slice of the song's grid after the other, each as soon as it is over.

The music goes on behind it: `played` keeps the mix as it would have been heard, and on each line of the grid, the
`PIVOT`, the reading turns round and runs back from there. By frame and score alone, as the other effects.
"""

from numba import types

from engine.dsp.kernel import inner
from engine.dsp.layout import CUT_AT, MEMORY, RAMP_FRAMES
from engine.dsp.sequencer import NEAR_TICKS, S_PHASE, S_REVERSE, frame_at, ticks_at

# words of `effect_ints` behind those of effects.py, then of `effect_floats`
SLICE_TICKS, PIVOT, OLD_PIVOT, LINE_TICK = range(16, 20)
REVERSED = 2
TURN_FRAMES = 64  # from one slice to the next, and between the music and what runs backwards
LOUDEST = 64.0
NEVER = 1 << 62
INT, FLOAT = types.int64, types.float64
INTS = types.Array(types.int64, 1, "C")
PLAYED = types.Array(types.float32, 2, "C")


@inner(INT(MEMORY, INT, INT))
def line_after(memory, slot, frame):
    """The tick of the first line of the grid after `frame`; the pattern's first bar line is one."""
    phase, ticks = memory.score_ints[slot, S_PHASE], memory.score_ints[slot, S_REVERSE]
    return phase + ((ticks_at(memory, slot, frame) - phase) // ticks + 1) * ticks


@inner(INT(MEMORY, INT))
def turn_frame(memory, slot):
    """Where the reading is to turn: on the next line, but no sooner than the last turn is over, and no later than
    `played` reaches back."""
    ints = memory.effect_ints
    if ints[SLICE_TICKS] == 0:
        return NEVER
    line = max(frame_at(memory, slot, ints[LINE_TICK]), ints[PIVOT] + TURN_FRAMES)
    return min(line, ints[PIVOT] + len(memory.played) // 2 - 2 * TURN_FRAMES)


@inner(INT(MEMORY, INT, INT))
def turn(memory, slot, frame):
    """Run back from `frame` on; where to turn next."""
    ints = memory.effect_ints
    ints[OLD_PIVOT], ints[PIVOT] = ints[PIVOT], frame
    ints[LINE_TICK] = line_after(memory, slot, frame)
    return turn_frame(memory, slot)


@inner(INT(MEMORY, INT, INT))
def take_reverse(memory, slot, frame):
    """Let the reverse be as score `slot` has it, from `frame` on; where to turn next."""
    ints, ticks = memory.effect_ints, memory.score_ints[slot, S_REVERSE]
    if ticks > 0:
        if ints[SLICE_TICKS] == 0 and memory.effect_floats[REVERSED] == 0.0:
            ints[OLD_PIVOT] = ints[PIVOT] = frame
        now = ticks_at(memory, slot, frame)
        if ints[SLICE_TICKS] != ticks:
            ints[LINE_TICK] = line_after(memory, slot, frame)
        elif ints[LINE_TICK] - now > ticks + NEAR_TICKS:  # the song begins again, or went back: that is a line too
            ints[LINE_TICK] = now
    ints[SLICE_TICKS] = ticks
    return turn_frame(memory, slot)


@inner(FLOAT(PLAYED, INT, INT, INT, INT, INT))
def back_from(played, pivot, cut_at, clean_at, frame, channel):
    """What runs back from `pivot` at `frame`; from a cut on, what was played before `clean_at` fades away."""
    place = 2 * pivot - 1 - frame
    value = types.float64(played[place & (len(played) - 1), channel])
    if cut_at < 0 or place >= clean_at + TURN_FRAMES:
        return value
    return value * max(0.0, (place - clean_at) / TURN_FRAMES, 1.0 - (frame - cut_at) / TURN_FRAMES)


@inner(FLOAT(INTS, PLAYED, INT, INT, INT, INT))
def backwards(ints, played, cut_at, clean_at, frame, channel):
    """What runs backwards at `frame`."""
    since = frame - ints[PIVOT]
    value = back_from(played, ints[PIVOT], cut_at, clean_at, frame, channel)
    if since >= TURN_FRAMES or ints[OLD_PIVOT] == ints[PIVOT]:
        return value
    share = since / TURN_FRAMES
    old = back_from(played, ints[OLD_PIVOT], cut_at, clean_at, frame, channel)
    return share * value + (1.0 - share) * old


@inner(types.void(MEMORY, INT, INT, INT, INT))
def reverse(memory, slot, frame, start, frames):
    """Keep mix[start:], `frames` frames from engine frame `frame` on; while it is latched, play it backwards."""
    ints, floats, played, mix = memory.effect_ints, memory.effect_floats, memory.played, memory.mix
    turns_at, cut_at = take_reverse(memory, slot, frame), memory.state[CUT_AT]
    clean_at = cut_at + memory.state[RAMP_FRAMES]  # the voices that were cut have died by then
    wanted, share = 1.0 if ints[SLICE_TICKS] > 0 else 0.0, floats[REVERSED]
    for i in range(start, start + frames):
        now = frame + i - start
        for channel in range(2):
            played[now & (len(played) - 1), channel] = min(max(mix[i, channel], -LOUDEST), LOUDEST)
        if now >= turns_at:
            turns_at = turn(memory, slot, now)
        share += min(max(wanted - share, -1.0 / TURN_FRAMES), 1.0 / TURN_FRAMES)
        if share > 0.0:
            for channel in range(2):
                value = backwards(ints, played, cut_at, clean_at, now, channel)
                mix[i, channel] = share * value + (1.0 - share) * mix[i, channel]
    floats[REVERSED] = share
