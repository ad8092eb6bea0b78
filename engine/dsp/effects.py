"""The effects that need the song: duck, stutter, tape stop, gate. By frame and score alone, so any block size
gives the same samples to the bit.

What stutters is what was heard: the mix of the last seconds lies in `heard`, and a stutter plays it again from
`LAG` frames ago, into `heard` as well, so that it goes on for ever.
"""

import math

from numba import types

from engine.dsp.controls import DUCK_DEPTH, GATE_DEPTH
from engine.dsp.kernels import inner
from engine.dsp.memory import CUT_AT, KICKED, MEMORY, RAMP_FRAMES, SLOT
from engine.dsp.reverse import reverse
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
LOUDEST = 64.0
INT, FLOAT = types.int64, types.float64


@inner(FLOAT(MEMORY, INT))
def ducked(memory, frame):  # type: ignore[no-untyped-def]
    """How far, 0..1, the last kick holds the rest down at `frame`: there within FADE_FRAMES, then a curve back."""
    ints, floats = memory.effect_ints, memory.effect_floats
    age, length = frame - ints[DUCK_START], ints[DUCK_FRAMES]
    if length == 0 or age >= FADE_FRAMES + length:
        return 0.0
    if age < FADE_FRAMES:
        return floats[DUCK_FROM] + (1.0 - floats[DUCK_FROM]) * (age / FADE_FRAMES)
    left = 1.0 - (age - FADE_FRAMES) / length
    return left * left


@inner(types.void(MEMORY, INT, INT, INT))
def duck(memory, frame, start, frames):  # type: ignore[no-untyped-def]
    """Fill duck[start:] for `frames` frames from engine frame `frame` on. Kicks are known, not detected."""
    ints = memory.effect_ints
    if ints[KICKED]:
        ints[KICKED] = 0
        memory.effect_floats[DUCK_FROM] = ducked(memory, frame)
        slot = memory.state[SLOT]
        ints[DUCK_START] = frame
        ints[DUCK_FRAMES] = math.floor(memory.score_ints[slot, S_DUCK] * memory.score_floats[slot, S_FRAMES_PER_TICK])
    for i in range(frames):
        depth = memory.controls[start + i, DUCK_DEPTH]
        memory.duck[start + i] = 1.0 if depth == 0.0 else 1.0 - depth * ducked(memory, frame + i)


@inner(types.void(MEMORY, INT, INT))
def jump(memory, lag, frame):  # type: ignore[no-untyped-def]
    """From `frame` on, play what was heard `lag` frames ago; 0 plays what is new."""
    ints = memory.effect_ints
    ints[OLD_LAG], ints[LAG], ints[JUMPED] = ints[LAG], lag, frame


@inner(types.void(MEMORY, INT, INT, INT))
def take_effects(memory, before, slot, frame):  # type: ignore[no-untyped-def]
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
def cut_tails(memory, frame):  # type: ignore[no-untyped-def]
    """From `frame` on nothing older is heard: what stutters begins again with what comes, a stopping tape stands."""
    ints = memory.effect_ints
    memory.state[CUT_AT] = frame
    if ints[TICKS] > 0:
        jump(memory, 0, frame)
        ints[TURN] = frame + memory.state[RAMP_FRAMES] + FADE_FRAMES  # what fades now is not to be repeated
        ints[NEXT_TICK] = ticks_at(memory, memory.state[SLOT], frame) + ints[TICKS]


@inner(types.void(MEMORY, INT, INT))
def turn_over(memory, slot, frame):  # type: ignore[no-untyped-def]
    """Where a repeat is over, begin the next; repeats keep to the grid when the tempo changes."""
    ints = memory.effect_ints
    while ints[TICKS] > 0 and frame_at(memory, slot, ints[NEXT_TICK]) <= frame:
        lag = min(frame - ints[TURN], len(memory.heard) - FADE_FRAMES)
        if abs(lag - ints[LAG]) > 1:
            jump(memory, lag, frame)
        elif lag > 0:
            ints[LAG] = lag
        ints[TURN] = frame
        ints[NEXT_TICK] += ints[TICKS]


@inner(FLOAT(MEMORY, INT, INT, FLOAT))
def echoed(memory, lag, place, channel_value):  # type: ignore[no-untyped-def]
    """The value at flat `place` (2 * frame + channel) of what is heard, `lag` frames ago; the new one for 0."""
    if lag == 0:
        return channel_value
    frame = (place // 2 - lag) & (len(memory.heard) - 1)
    return types.float64(memory.heard[frame, place % 2])


@inner(types.void(MEMORY, INT, INT))
def hear(memory, frame, i):  # type: ignore[no-untyped-def]
    """Put frame `i` of the mix into `heard`, or what stutters in its stead into both."""
    ints, mask = memory.effect_ints, len(memory.heard) - 1
    since = frame - ints[JUMPED]
    for channel in range(2):
        new, place = memory.mix[i, channel], 2 * frame + channel
        value = echoed(memory, ints[LAG], place, new)
        if since < FADE_FRAMES and ints[OLD_LAG] != ints[LAG]:
            share = since / FADE_FRAMES
            value = share * value + (1.0 - share) * echoed(memory, ints[OLD_LAG], place, new)
        memory.heard[frame & mask, channel] = min(max(value, -LOUDEST), LOUDEST)
        memory.mix[i, channel] = value


@inner(FLOAT(MEMORY, INT, INT))
def slowed(memory, frame, channel):  # type: ignore[no-untyped-def]
    """What the stopping tape plays: its speed falls in a straight line, and its last tenth fades."""
    ints, mask = memory.effect_ints, len(memory.heard) - 1
    age, length = frame - ints[TAPE_START], ints[TAPE_FRAMES]
    if age >= length:
        return 0.0
    behind = age * age / (2.0 * length)
    back = math.ceil(behind)
    at = frame - types.int64(back)
    a, b, c, d = hermite_weights(back - behind)
    heard = memory.heard
    value = (a * heard[(at - 1) & mask, channel] + b * heard[at & mask, channel]
             + c * heard[min(at + 1, frame) & mask, channel] + d * heard[min(at + 2, frame) & mask, channel])
    if memory.state[CUT_AT] > ints[TAPE_START]:
        value *= max(0.0, 1.0 - (frame - memory.state[CUT_AT]) / FADE_FRAMES)
    return value * min(1.0, 10.0 * (1.0 - age / length))


@inner(types.void(MEMORY, INT, INT))
def slow_down(memory, frame, i):  # type: ignore[no-untyped-def]
    """The tape, while it stops and for a moment after it was let go."""
    ints = memory.effect_ints
    since = frame - ints[TAPE_END]
    if ints[TAPE_ON] or (ints[TAPE_END] > ints[TAPE_START] and since < FADE_FRAMES):
        share = 0.0 if ints[TAPE_ON] else since / FADE_FRAMES
        for channel in range(2):
            memory.mix[i, channel] = share * memory.mix[i, channel] + (1.0 - share) * slowed(memory, frame, channel)


@inner(types.void(MEMORY, INT, INT, INT, INT))
def gate(memory, slot, frame, start, frames):  # type: ignore[no-untyped-def]
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
def perform(memory, frame, start, frames):  # type: ignore[no-untyped-def]
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
    for i in range(frames):
        now = frame + i
        turn_over(memory, slot, now)
        hear(memory, now, start + i)
        slow_down(memory, now, start + i)
    gate(memory, slot, frame, start, frames)
    return bad
