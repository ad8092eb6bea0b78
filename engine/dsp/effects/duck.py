"""Duck: the kick holds everything else down for a moment. Kicks are known, not detected."""

import math

from numba import types

from engine.dsp.controls import DUCK_DEPTH
from engine.dsp.kernel import inner
from engine.dsp.layout import DUCK, MEMORY
from engine.dsp.mixing import FADE_FRAMES

INT, FLOAT = types.int64, types.float64


@inner(FLOAT(DUCK, INT))
def ducked(duck, frame):
    """How far, 0..1, the last kick holds the rest down at `frame`: all the way within FADE_FRAMES, then back along
    a curve."""
    age, length = frame - duck.start, duck.frames
    if length == 0 or age >= FADE_FRAMES + length:
        return 0.0
    if age < FADE_FRAMES:
        return duck.from_depth + (1.0 - duck.from_depth) * (age / FADE_FRAMES)
    left = 1.0 - (age - FADE_FRAMES) / length
    return left * left


@inner(types.void(MEMORY, INT, INT, INT))
def write_duck(memory, frame, start, frames):
    """Fill duck_gain[start:] for `frames` frames from engine frame `frame` on."""
    duck = memory.duck
    if duck.kicked:
        score = memory.scores[memory.state.slot]
        duck.kicked = 0
        duck.from_depth = ducked(duck, frame)
        duck.start = frame
        duck.frames = math.floor(score.duck_ticks * score.frames_per_tick)
    for i in range(frames):
        depth = memory.controls[start + i, DUCK_DEPTH]
        memory.duck_gain[start + i] = 1.0 if depth == 0.0 else 1.0 - depth * ducked(duck, frame + i)
