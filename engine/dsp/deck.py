"""The recording and its residual, played in time with the song: bit for bit at their own tempo, else resampled."""

import math

from numba import types

from engine.dsp.kernel import inner
from engine.dsp.layout import DECKS, MEMORY, RAMP_FRAMES, stereo_at
from engine.dsp.mixing import ramp
from engine.dsp.sampler import hermite_weights
from engine.dsp.sequencer import (
    S_FRAMES_PER_TICK,
    S_LOOP_ADDRESS,
    S_LOOP_GAIN,
    S_LOOP_LENGTH,
    S_LOOP_PHASE,
    S_ORIGIN_FRAMES,
    S_ORIGIN_TICKS,
    S_PASS_TICKS,
    S_PLAYING,
    S_RESIDUAL_ADDRESS,
    S_RESIDUAL_GAIN,
    S_RESIDUAL_LENGTH,
)

# words of a deck: deck_ints, then deck_floats
(D_ACTIVE, D_ROLE, D_ADDRESS, D_LENGTH, D_ORIGIN_TICKS, D_ORIGIN_FRAMES, D_PHASE, D_PASS_TICKS, D_RAMP_START) = range(9)
D_FRAMES_PER_TICK, D_FROM, D_TO = range(3)
LOOP, RESIDUAL = 0, 1
INT, FLOAT = types.int64, types.float64


@inner(INT(MEMORY, INT, INT))
def pass_start(memory, deck, turn):
    """The frame on which pass `turn` of the loop begins."""
    ints = memory.deck_ints[deck]
    ticks = ints[D_PHASE] + turn * ints[D_PASS_TICKS] - ints[D_ORIGIN_TICKS]
    return ints[D_ORIGIN_FRAMES] + math.floor(ticks * memory.deck_floats[deck, D_FRAMES_PER_TICK] + 0.5)


@inner(INT(MEMORY, INT, INT))
def pass_at(memory, deck, frame):
    """Which pass of the loop sounds at `frame`."""
    ints = memory.deck_ints[deck]
    ticks = (frame - ints[D_ORIGIN_FRAMES]) / memory.deck_floats[deck, D_FRAMES_PER_TICK]
    turn = math.floor((ticks + ints[D_ORIGIN_TICKS] - ints[D_PHASE]) / ints[D_PASS_TICKS])
    while pass_start(memory, deck, turn + 1) <= frame:
        turn += 1
    while pass_start(memory, deck, turn) > frame:
        turn -= 1
    return turn


@inner(FLOAT(MEMORY, INT))
def increment_of(memory, deck):
    """Frames of the recording per frame played; exactly 1 when a pass differs by less than a frame."""
    ints = memory.deck_ints[deck]
    played = ints[D_PASS_TICKS] * memory.deck_floats[deck, D_FRAMES_PER_TICK]
    return 1.0 if abs(played - ints[D_LENGTH]) < 1.0 else ints[D_LENGTH] / played


@inner(FLOAT(MEMORY, INT, INT))
def place_at(memory, deck, frame):
    """Where in the recording `frame` is, in its own frames."""
    return (frame - pass_start(memory, deck, pass_at(memory, deck, frame))) * increment_of(memory, deck)


@inner(types.void(MEMORY, INT, INT, INT, INT))
def mix_deck(memory, deck, frame, start, frames):
    """Add `frames` frames of the deck, from engine frame `frame` on, into mix[start:]; circular."""
    ints, floats = memory.deck_ints[deck], memory.deck_floats[deck]
    length, increment = ints[D_LENGTH], increment_of(memory, deck)
    sample = stereo_at(ints[D_ADDRESS], length)
    turn = pass_at(memory, deck, frame)
    begin, end = pass_start(memory, deck, turn), pass_start(memory, deck, turn + 1)
    for i in range(frames):
        now = frame + i
        if now >= end:
            turn += 1
            begin, end = end, pass_start(memory, deck, turn + 1)
        gain = ramp(floats[D_FROM], floats[D_TO], ints[D_RAMP_START], memory.state[RAMP_FRAMES], now)
        if ints[D_ROLE] == RESIDUAL:  # a recording is not ducked: its own kick is in it
            gain *= memory.duck[start + i]
        place = (now - begin) * increment
        index = min(int(place), length - 1)
        if increment == 1.0:
            memory.mix[start + i, 0] += gain * sample[index, 0]
            memory.mix[start + i, 1] += gain * sample[index, 1]
        else:
            a, b, c, d = hermite_weights(place - index)
            for channel in range(2):
                value = (a * sample[(index - 1) % length, channel] + b * sample[index, channel]
                         + c * sample[(index + 1) % length, channel] + d * sample[(index + 2) % length, channel])
                memory.mix[start + i, channel] += gain * value


@inner(types.void(MEMORY, INT, INT, INT))
def mix_decks(memory, frame, start, frames):
    """All decks; one that has faded out is put away."""
    for deck in range(DECKS):
        ints = memory.deck_ints[deck]
        if ints[D_ACTIVE]:
            mix_deck(memory, deck, frame, start, frames)
            faded = frame + frames >= ints[D_RAMP_START] + memory.state[RAMP_FRAMES]
            if memory.deck_floats[deck, D_TO] == 0.0 and faded:
                ints[D_ACTIVE] = 0


@inner(types.void(MEMORY, INT, FLOAT, INT))
def fade_deck(memory, deck, target, frame):
    """Let the deck's gain move to `target` from `frame` on."""
    ints, floats = memory.deck_ints[deck], memory.deck_floats[deck]
    if floats[D_TO] != target:
        floats[D_FROM] = ramp(floats[D_FROM], floats[D_TO], ints[D_RAMP_START], memory.state[RAMP_FRAMES], frame)
        floats[D_TO] = target
        ints[D_RAMP_START] = frame


@inner(types.void(MEMORY, INT, INT))
def set_time(memory, deck, slot):
    """Let the deck follow the timeline of score `slot`."""
    ints, score = memory.deck_ints[deck], memory.score_ints[slot]
    ints[D_ORIGIN_TICKS], ints[D_ORIGIN_FRAMES] = score[S_ORIGIN_TICKS], score[S_ORIGIN_FRAMES]
    ints[D_PHASE], ints[D_PASS_TICKS] = score[S_LOOP_PHASE], score[S_PASS_TICKS]
    memory.deck_floats[deck, D_FRAMES_PER_TICK] = memory.score_floats[slot, S_FRAMES_PER_TICK]


@inner(types.boolean(MEMORY, INT, INT, INT, INT, INT))
def goes_on(memory, deck, slot, address, length, frame):
    """Whether the deck can simply play on under score `slot`: same audio, same place, no step of two frames."""
    ints = memory.deck_ints[deck]
    if ints[D_ADDRESS] != address or ints[D_LENGTH] != length:
        return False
    before = place_at(memory, deck, frame)
    old_times = (ints[D_ORIGIN_TICKS], ints[D_ORIGIN_FRAMES], ints[D_PHASE], ints[D_PASS_TICKS])
    old_per_tick = memory.deck_floats[deck, D_FRAMES_PER_TICK]
    set_time(memory, deck, slot)
    apart = abs(place_at(memory, deck, frame) - before)
    if min(apart, ints[D_LENGTH] - apart) < 2.0:
        return True
    ints[D_ORIGIN_TICKS], ints[D_ORIGIN_FRAMES], ints[D_PHASE], ints[D_PASS_TICKS] = old_times
    memory.deck_floats[deck, D_FRAMES_PER_TICK] = old_per_tick
    return False


@inner(INT(MEMORY, INT))
def free_deck(memory, frame):
    """A deck that is not in use at `frame`; else the quietest of those that fade to silence. At most one a role
    does not fade, so there is always one."""
    quietest, least = -1, 0.0
    for deck in range(DECKS):
        ints, floats = memory.deck_ints[deck], memory.deck_floats[deck]
        if ints[D_ACTIVE] == 0:
            return deck
        if floats[D_TO] == 0.0:
            gain = ramp(floats[D_FROM], 0.0, ints[D_RAMP_START], memory.state[RAMP_FRAMES], frame)
            if quietest < 0 or gain < least:
                quietest, least = deck, gain
    return quietest


@inner(types.void(MEMORY, INT, INT, INT, INT, FLOAT, INT))
def set_role(memory, slot, role, address, length, gain, frame):
    """Let exactly this audio play in `role` from `frame` on: what plays already plays on, the rest fades."""
    wanted = gain if memory.score_ints[slot, S_PLAYING] and address != 0 else 0.0
    playing = False
    for deck in range(DECKS):
        ints = memory.deck_ints[deck]
        if ints[D_ACTIVE] and ints[D_ROLE] == role and memory.deck_floats[deck, D_TO] > 0.0:
            if wanted > 0.0 and not playing and goes_on(memory, deck, slot, address, length, frame):
                fade_deck(memory, deck, wanted, frame)
                playing = True
            else:
                fade_deck(memory, deck, 0.0, frame)
    if wanted > 0.0 and not playing:
        deck = free_deck(memory, frame)
        ints, floats = memory.deck_ints[deck], memory.deck_floats[deck]
        ints[D_ACTIVE], ints[D_ROLE], ints[D_ADDRESS], ints[D_LENGTH] = 1, role, address, length
        set_time(memory, deck, slot)
        score = memory.score_ints[slot]
        song_starts = score[S_ORIGIN_TICKS] == 0 and score[S_ORIGIN_FRAMES] == frame
        # a ramp would soften the first stroke, which starts from silence anyway
        floats[D_FROM], floats[D_TO], ints[D_RAMP_START] = wanted if song_starts else 0.0, wanted, frame


@inner(types.void(MEMORY, INT, INT))
def take_decks(memory, slot, frame):
    """Let recording and residual be as score `slot` has them, from `frame` on."""
    ints, floats = memory.score_ints[slot], memory.score_floats[slot]
    set_role(memory, slot, LOOP, ints[S_LOOP_ADDRESS], ints[S_LOOP_LENGTH], floats[S_LOOP_GAIN], frame)
    set_role(memory, slot, RESIDUAL, ints[S_RESIDUAL_ADDRESS], ints[S_RESIDUAL_LENGTH], floats[S_RESIDUAL_GAIN], frame)
