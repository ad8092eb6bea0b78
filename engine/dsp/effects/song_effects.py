"""The effects that need the song: duck, stutter, tape stop, gate. By frame and score alone, so any block size
gives the same samples to the bit. The memory is not passed on for each frame: it is hundreds of words.

What stutters is what was heard: the mix of the last seconds lies in `heard`, and a stutter plays it again from
`LAG` frames ago, into `heard` as well, so that it goes on for ever.
"""

import math

from numba import types

from engine.dsp.controls import DUCK_DEPTH, GATE_DEPTH
from engine.dsp.effects.reverse import LOUDEST, NEVER, reverse
from engine.dsp.kernel import inner
from engine.dsp.layout import CUT_AT, KICKED, MEMORY, RAMP_FRAMES, SLOT
from engine.dsp.sampler import hermite_weights
from engine.dsp.sequencer import (
    S_DUCK,
    S_FRAMES_PER_TICK,
    S_GATE,
    S_STUTTER,
    S_TAPE,
    frame_at,
    is_one_song,
    ticks_at,
)

# words of `effect_ints` behind KICKED, then of `effect_floats`
(DUCK_START, DUCK_FRAMES, TICKS, NEXT_TICK, LAG, OLD_LAG, JUMPED, TURN, TAPE_ON, TAPE_START, TAPE_FRAMES,
 TAPE_END) = range(1, 13)
DUCK_FROM, GATE_OPEN = 0, 1
FADE_FRAMES = 64  # of a jump in what is heard, and of a gate: long enough not to click, short enough for a stroke
INT, FLOAT = types.int64, types.float64
INTS, FLOATS = types.Array(types.int64, 1, "C"), types.Array(types.float64, 1, "C")
HEARD = types.Array(types.float32, 2, "C")


@inner(FLOAT(INTS, FLOATS, INT))
def ducked(ints, floats, frame):
    """How far, 0..1, the last kick holds the rest down at `frame`: there within FADE_FRAMES, then a curve back."""
    age, length = frame - ints[DUCK_START], ints[DUCK_FRAMES]
    if length == 0 or age >= FADE_FRAMES + length:
        return 0.0
    if age < FADE_FRAMES:
        return floats[DUCK_FROM] + (1.0 - floats[DUCK_FROM]) * (age / FADE_FRAMES)
    left = 1.0 - (age - FADE_FRAMES) / length
    return left * left


@inner(types.void(MEMORY, INT, INT, INT))
def duck(memory, frame, start, frames):
    """Fill duck[start:] for `frames` frames from engine frame `frame` on. Kicks are known, not detected."""
    ints, floats = memory.effect_ints, memory.effect_floats
    if ints[KICKED]:
        ints[KICKED] = 0
        floats[DUCK_FROM] = ducked(ints, floats, frame)
        slot = memory.state[SLOT]
        ints[DUCK_START] = frame
        ints[DUCK_FRAMES] = math.floor(memory.score_ints[slot, S_DUCK] * memory.score_floats[slot, S_FRAMES_PER_TICK])
    for i in range(frames):
        depth = memory.controls[start + i, DUCK_DEPTH]
        memory.duck[start + i] = 1.0 if depth == 0.0 else 1.0 - depth * ducked(ints, floats, frame + i)


@inner(types.void(MEMORY, INT, INT))
def jump(memory, lag, frame):
    """From `frame` on, play what was heard `lag` frames ago; 0 plays what is new."""
    ints = memory.effect_ints
    ints[OLD_LAG], ints[LAG], ints[JUMPED] = ints[LAG], lag, frame


@inner(types.void(MEMORY, INT, INT, INT))
def take_effects(memory, before, slot, frame):
    """Let stutter and tape be as score `slot` has them, from `frame` on."""
    ints, score = memory.effect_ints, memory.score_ints[slot]
    ticks = score[S_STUTTER]
    if ticks != ints[TICKS]:
        ints[TICKS] = ticks
        ints[TURN], ints[NEXT_TICK] = frame, ticks_at(memory, slot, frame) + ticks
        length = math.floor(ticks * memory.score_floats[slot, S_FRAMES_PER_TICK] + 0.5)
        jump(memory, min(length, len(memory.heard) - FADE_FRAMES), frame)
    elif ticks > 0 and not is_one_song(memory, before, slot, frame):
        ints[NEXT_TICK] = ticks_at(memory, slot, frame) + ticks
    if score[S_TAPE] > 0 and not ints[TAPE_ON]:
        frames = math.floor(score[S_TAPE] * memory.score_floats[slot, S_FRAMES_PER_TICK] + 0.5)
        ints[TAPE_ON], ints[TAPE_START] = 1, frame
        ints[TAPE_FRAMES] = min(frames, 2 * (len(memory.heard) - FADE_FRAMES))
    elif score[S_TAPE] == 0 and ints[TAPE_ON]:
        ints[TAPE_ON], ints[TAPE_END] = 0, frame


@inner(types.void(MEMORY, INT))
def cut_tails(memory, frame):
    """From `frame` on nothing older is heard: what stutters begins again with what comes, a stopping tape stands."""
    ints = memory.effect_ints
    memory.state[CUT_AT] = frame
    if ints[TICKS] > 0:
        jump(memory, 0, frame)
        ints[TURN] = frame + memory.state[RAMP_FRAMES] + FADE_FRAMES  # what fades now is not to be repeated
        ints[NEXT_TICK] = ticks_at(memory, memory.state[SLOT], frame) + ints[TICKS]


@inner(INT(MEMORY, INT))
def turn_frame(memory, slot):
    """Where the next repeat is to begin; repeats keep to the grid when the tempo changes."""
    ints = memory.effect_ints
    return frame_at(memory, slot, ints[NEXT_TICK]) if ints[TICKS] > 0 else NEVER


@inner(INT(MEMORY, INT, INT))
def turn_over(memory, slot, frame):
    """The repeats that are over at `frame` are; where to turn next."""
    ints = memory.effect_ints
    while turn_frame(memory, slot) <= frame:
        lag = min(frame - ints[TURN], len(memory.heard) - FADE_FRAMES)
        if abs(lag - ints[LAG]) > 1:
            jump(memory, lag, frame)
        elif lag > 0:
            ints[LAG] = lag
        ints[TURN] = frame
        ints[NEXT_TICK] += ints[TICKS]
    return turn_frame(memory, slot)


@inner(FLOAT(HEARD, INT, INT, INT, FLOAT))
def echoed(heard, lag, frame, channel, new):
    """What is heard at `frame`, `lag` frames ago; what is new for 0."""
    return new if lag == 0 else types.float64(heard[(frame - lag) & (len(heard) - 1), channel])


@inner(types.void(MEMORY, INT, INT, INT, INT))
def stutter(memory, slot, frame, start, frames):
    """Put mix[start:] into `heard`, or what stutters in its stead into both."""
    ints, heard, mix = memory.effect_ints, memory.heard, memory.mix
    turns_at = turn_frame(memory, slot)
    for i in range(start, start + frames):
        now = frame + i - start
        if now >= turns_at:
            turns_at = turn_over(memory, slot, now)
        since = now - ints[JUMPED]
        for channel in range(2):
            new = mix[i, channel]
            value = echoed(heard, ints[LAG], now, channel, new)
            if since < FADE_FRAMES and ints[OLD_LAG] != ints[LAG]:
                share = since / FADE_FRAMES
                value = share * value + (1.0 - share) * echoed(heard, ints[OLD_LAG], now, channel, new)
            heard[now & (len(heard) - 1), channel] = min(max(value, -LOUDEST), LOUDEST)
            mix[i, channel] = value


@inner(FLOAT(INTS, HEARD, INT, INT, INT))
def slowed(ints, heard, cut_at, frame, channel):
    """What the stopping tape plays: its speed falls in a straight line, and its last tenth fades."""
    mask = len(heard) - 1
    age, length = frame - ints[TAPE_START], ints[TAPE_FRAMES]
    if age >= length:
        return 0.0
    behind = age * age / (2.0 * length)
    back = math.ceil(behind)
    at = frame - types.int64(back)
    a, b, c, d = hermite_weights(back - behind)
    value = (a * heard[(at - 1) & mask, channel] + b * heard[at & mask, channel]
             + c * heard[min(at + 1, frame) & mask, channel] + d * heard[min(at + 2, frame) & mask, channel])
    if cut_at > ints[TAPE_START]:
        value *= max(0.0, 1.0 - (frame - cut_at) / FADE_FRAMES)
    return value * min(1.0, 10.0 * (1.0 - age / length))


@inner(types.void(MEMORY, INT, INT, INT))
def slow_down(memory, frame, start, frames):
    """The tape, while it stops and for a moment after it was let go."""
    ints, heard, mix, cut_at = memory.effect_ints, memory.heard, memory.mix, memory.state[CUT_AT]
    if not ints[TAPE_ON] and ints[TAPE_END] <= ints[TAPE_START]:
        return
    for i in range(start, start + frames):
        now = frame + i - start
        since = now - ints[TAPE_END]
        if ints[TAPE_ON] or since < FADE_FRAMES:
            share = 0.0 if ints[TAPE_ON] else since / FADE_FRAMES
            for channel in range(2):
                mix[i, channel] = share * mix[i, channel] + (1.0 - share) * slowed(ints, heard, cut_at, now, channel)


@inner(types.void(MEMORY, INT, INT, INT, INT))
def gate(memory, slot, frame, start, frames):
    """Open for the first half of every gate step of the song."""
    floats, ticks = memory.effect_floats, memory.score_ints[slot, S_GATE]
    step, begin, middle, end = 0, 0, 0, 0
    for i in range(frames):
        now, depth = frame + i, memory.controls[start + i, GATE_DEPTH]
        if depth > 0.0:
            if now >= end:
                step = ticks_at(memory, slot, now) // ticks
                begin, end = frame_at(memory, slot, step * ticks), frame_at(memory, slot, (step + 1) * ticks)
                middle = (begin + end) // 2
            target = 1.0 if now < middle else 0.0
            change = min(max(target - floats[GATE_OPEN], -1.0 / FADE_FRAMES), 1.0 / FADE_FRAMES)
            floats[GATE_OPEN] += change
            gain = 1.0 - depth * (1.0 - floats[GATE_OPEN])
            memory.mix[start + i, 0] *= gain
            memory.mix[start + i, 1] *= gain


@inner(INT(MEMORY, INT, INT, INT))
def perform(memory, frame, start, frames):
    """Reverse, stutter, tape and gate on mix[start:], `frames` frames from engine frame `frame` on.

    What is not finite becomes silence first: it would be heard for ever. Returns how many values that was.
    """
    slot, bad = memory.state[SLOT], 0
    for i in range(start, start + frames):
        for channel in range(2):
            if not math.isfinite(memory.mix[i, channel]):
                memory.mix[i, channel] = 0.0
                bad += 1
    reverse(memory, slot, frame, start, frames)
    stutter(memory, slot, frame, start, frames)
    slow_down(memory, frame, start, frames)
    gate(memory, slot, frame, start, frames)
    return bad
