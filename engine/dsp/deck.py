"""The recording and its residual, played in time with the song: bit for bit at their own tempo, else resampled."""

import math

from numba import types

from engine.dsp.kernel import inner
from engine.dsp.layout import AUDIO, DECK, DECKS, MEMORY, SCORE, stereo
from engine.dsp.mixing import ramp
from engine.dsp.sampler import hermite, hermite_weights

LOOP, RESIDUAL = 0, 1  # what a deck plays
INT, FLOAT = types.int64, types.float64


@inner(INT(DECK, INT))
def pass_start(deck, turn):
    """The frame on which pass `turn` of the loop begins."""
    ticks = deck.phase_ticks + turn * deck.pass_ticks - deck.origin_ticks
    return deck.origin_frames + math.floor(ticks * deck.frames_per_tick + 0.5)


@inner(INT(DECK, INT))
def pass_at(deck, frame):
    """Which pass of the loop sounds at `frame`."""
    ticks = (frame - deck.origin_frames) / deck.frames_per_tick
    turn = math.floor((ticks + deck.origin_ticks - deck.phase_ticks) / deck.pass_ticks)
    while pass_start(deck, turn + 1) <= frame:
        turn += 1
    while pass_start(deck, turn) > frame:
        turn -= 1
    return turn


@inner(FLOAT(DECK))
def increment_of(deck):
    """Frames of the recording per frame played; exactly 1 when a pass differs by less than a frame."""
    played = deck.pass_ticks * deck.frames_per_tick
    return 1.0 if abs(played - deck.audio.length) < 1.0 else deck.audio.length / played


@inner(FLOAT(DECK, INT))
def place_at(deck, frame):
    """Where in the recording `frame` is, in its own frames."""
    return (frame - pass_start(deck, pass_at(deck, frame))) * increment_of(deck)


@inner(FLOAT(DECK, INT, INT))
def gain_at(deck, ramp_frames, frame):
    """The deck's gain at `frame`, between the one it had and the one it moves to."""
    return ramp(deck.from_gain, deck.to_gain, deck.ramp_start, ramp_frames, frame)


@inner(types.void(MEMORY, DECK, INT, INT, INT))
def mix_deck(memory, deck, frame, start, frames):
    """Add `frames` frames of the deck, from engine frame `frame` on, into mix[start:]; circular."""
    length, increment, ramp_frames = deck.audio.length, increment_of(deck), memory.state.ramp_frames
    sample, mix = stereo(deck.audio), memory.mix
    turn = pass_at(deck, frame)
    begin, end = pass_start(deck, turn), pass_start(deck, turn + 1)
    for i in range(frames):
        now = frame + i
        if now >= end:
            turn += 1
            begin, end = end, pass_start(deck, turn + 1)
        gain = gain_at(deck, ramp_frames, now)
        if deck.role == RESIDUAL:  # a recording is not ducked: its own kick is in it
            gain *= memory.duck_gain[start + i]
        place = (now - begin) * increment
        index = min(int(place), length - 1)
        if increment == 1.0:
            mix[start + i, 0] += gain * sample[index, 0]
            mix[start + i, 1] += gain * sample[index, 1]
        else:
            weights = hermite_weights(place - index)
            for channel in range(2):
                value = hermite(weights, sample[(index - 1) % length, channel], sample[index, channel],
                                sample[(index + 1) % length, channel], sample[(index + 2) % length, channel])
                mix[start + i, channel] += gain * value


@inner(types.void(MEMORY, INT, INT, INT))
def mix_decks(memory, frame, start, frames):
    """All decks; one that has faded out is put away."""
    for index in range(DECKS):
        deck = memory.decks[index]
        if deck.active:
            mix_deck(memory, deck, frame, start, frames)
            if deck.to_gain == 0.0 and frame + frames >= deck.ramp_start + memory.state.ramp_frames:
                deck.active = 0


@inner(types.void(DECK, FLOAT, INT, INT))
def fade_deck(deck, target, ramp_frames, frame):
    """Let the deck's gain move to `target` from `frame` on."""
    if deck.to_gain != target:
        deck.from_gain = gain_at(deck, ramp_frames, frame)
        deck.to_gain = target
        deck.ramp_start = frame


@inner(types.void(DECK, SCORE))
def set_time(deck, score):
    """Let the deck follow the score's timeline."""
    deck.origin_ticks, deck.origin_frames = score.origin_ticks, score.origin_frames
    deck.phase_ticks, deck.pass_ticks = score.loop_phase_ticks, score.pass_ticks
    deck.frames_per_tick = score.frames_per_tick


@inner(types.boolean(DECK, SCORE, AUDIO, INT))
def goes_on(deck, score, audio, frame):
    """Whether the deck can simply play on under the score: same audio, same place, no step of two frames."""
    if deck.audio.address != audio.address or deck.audio.length != audio.length:
        return False
    before = place_at(deck, frame)
    old_origin = deck.origin_ticks, deck.origin_frames
    old_passes = deck.phase_ticks, deck.pass_ticks
    old_per_tick = deck.frames_per_tick
    set_time(deck, score)
    apart = abs(place_at(deck, frame) - before)
    if min(apart, deck.audio.length - apart) < 2.0:
        return True
    deck.origin_ticks, deck.origin_frames = old_origin
    deck.phase_ticks, deck.pass_ticks = old_passes
    deck.frames_per_tick = old_per_tick
    return False


@inner(DECK(MEMORY, INT))
def free_deck(memory, frame):
    """A deck that is not in use at `frame`; else the quietest of those that fade to silence. At most one deck for
    each role does not fade, so there is always one."""
    quietest, least = 0, -1.0
    for index in range(DECKS):
        deck = memory.decks[index]
        if deck.active == 0:
            return deck
        if deck.to_gain == 0.0:
            gain = gain_at(deck, memory.state.ramp_frames, frame)
            if least < 0.0 or gain < least:
                quietest, least = index, gain
    return memory.decks[quietest]


@inner(types.void(MEMORY, SCORE, INT, AUDIO, FLOAT, INT))
def set_role(memory, score, role, audio, gain, frame):
    """Let exactly this audio play in `role` from `frame` on: what plays already plays on, the rest fades."""
    wanted = gain if score.playing and audio.address != 0 else 0.0
    ramp_frames, playing = memory.state.ramp_frames, False
    for index in range(DECKS):
        deck = memory.decks[index]
        if deck.active and deck.role == role and deck.to_gain > 0.0:
            if wanted > 0.0 and not playing and goes_on(deck, score, audio, frame):
                fade_deck(deck, wanted, ramp_frames, frame)
                playing = True
            else:
                fade_deck(deck, 0.0, ramp_frames, frame)
    if wanted > 0.0 and not playing:
        deck = free_deck(memory, frame)
        deck.active, deck.role, deck.audio.address, deck.audio.length = 1, role, audio.address, audio.length
        set_time(deck, score)
        song_starts = score.origin_ticks == 0 and score.origin_frames == frame
        # a ramp would soften the first hit, which starts from silence anyway
        deck.from_gain, deck.to_gain, deck.ramp_start = wanted if song_starts else 0.0, wanted, frame


@inner(types.void(MEMORY, SCORE, INT))
def set_decks(memory, score, frame):
    """Let recording and residual be as the score has them, from `frame` on."""
    set_role(memory, score, LOOP, score.loop.audio, score.loop.gain, frame)
    set_role(memory, score, RESIDUAL, score.residual.audio, score.residual.gain, frame)
