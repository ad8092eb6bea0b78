"""Gate: the mix is open for the first half of every gate step of the song."""

from numba import types

from engine.dsp.controls import GATE_DEPTH
from engine.dsp.kernel import inner
from engine.dsp.layout import MEMORY, SCORE
from engine.dsp.mixing import FADE_FRAMES, approach
from engine.dsp.sequencer import frame_at, ticks_at

INT = types.int64


@inner(types.void(MEMORY, SCORE, INT, INT, INT))
def gate(memory, score, frame, start, frames):
    """Gate mix[start:], `frames` frames from engine frame `frame` on, as deep as the control says."""
    ticks, step, begin, middle, end = score.gate_ticks, 0, 0, 0, 0
    for i in range(frames):
        now, depth = frame + i, memory.controls[start + i, GATE_DEPTH]
        if depth > 0.0:
            if now >= end:
                step = ticks_at(score, now) // ticks
                begin, end = frame_at(score, step * ticks), frame_at(score, (step + 1) * ticks)
                middle = (begin + end) // 2
            memory.gate_open = approach(memory.gate_open, 1.0 if now < middle else 0.0, FADE_FRAMES)
            gain = 1.0 - depth * (1.0 - memory.gate_open)
            memory.mix[start + i, 0] *= gain
            memory.mix[start + i, 1] *= gain
