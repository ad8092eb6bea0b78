"""All effects that follow the song, in the order in which the mix passes through them."""

import math

from numba import types

from engine.dsp.effects.gate import gate
from engine.dsp.effects.reverse import reverse
from engine.dsp.effects.stutter import cut_stutter, set_stutter, stutter
from engine.dsp.effects.tape_stop import set_tape_stop, tape_stop
from engine.dsp.kernel import inner
from engine.dsp.layout import MEMORY, SCORE

INT = types.int64


@inner(types.void(MEMORY, SCORE, SCORE, INT))
def set_effects(memory, before, score, frame):
    """Let stutter and tape stop be as `score` has them, which takes over from `before` at `frame`."""
    longest = memory.recent_mix.length
    set_stutter(memory.stutter, before, score, longest, frame)
    set_tape_stop(memory.tape_stop, score, longest, frame)


@inner(types.void(MEMORY, INT))
def cut_tails(memory, frame):
    """From `frame` on nothing older sounds: a stutter begins again with what comes, a stopping tape stands still."""
    memory.state.cut_at = frame
    cut_stutter(memory.stutter, memory.scores[memory.state.slot], memory.state.ramp_frames, frame)


@inner(types.void(MEMORY, INT, INT))
def clear_bad_values(memory, start, frames):
    """Replace what is not finite in mix[start:] by silence: it would sound for ever."""
    mix = memory.mix
    for i in range(start, start + frames):
        for channel in range(2):
            if not math.isfinite(mix[i, channel]):
                mix[i, channel] = 0.0


@inner(types.void(MEMORY, INT, INT, INT))
def perform(memory, frame, start, frames):
    """Reverse, stutter, tape stop and gate on mix[start:], `frames` frames from engine frame `frame` on."""
    score = memory.scores[memory.state.slot]
    clear_bad_values(memory, start, frames)
    reverse(memory, score, frame, start, frames)
    stutter(memory, score, frame, start, frames)
    tape_stop(memory, frame, start, frames)
    gate(memory, score, frame, start, frames)
