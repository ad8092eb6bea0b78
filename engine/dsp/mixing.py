"""Gains that never jump, and meters."""

from numba import types

from engine.dsp.controls import CONTROLS, CUT, ECHO_RAMPS, ECHO_S, KIT
from engine.dsp.kernel import inner
from engine.dsp.layout import CUT_AT, MEMORY, RAMP_FRAMES, TRACKS

INT, FLOAT = types.int64, types.float64


@inner(FLOAT(FLOAT, FLOAT, INT, INT, INT))
def ramp(start_value, end_value, start_frame, ramp_frames, frame):
    """The value at `frame` of a straight line that starts at start_frame and takes ramp_frames."""
    age = frame - start_frame
    if age >= ramp_frames:
        return end_value
    if age <= 0:
        return start_value
    return start_value + (end_value - start_value) * (age / ramp_frames)


@inner(INT(INT, INT))
def ramp_length(ramp_frames, which):
    """How many frames ramp `which` takes."""
    return ramp_frames * (ECHO_RAMPS if which == ECHO_S else 1)


@inner(types.void(MEMORY, INT, FLOAT, INT))
def aim(memory, which, target, frame):
    """Let ramp `which` move to `target` from `frame` on, from wherever it is."""
    line = memory.ramp_floats[which]
    if line[1] != target:
        length = ramp_length(memory.state[RAMP_FRAMES], which)
        line[0] = ramp(line[0], line[1], memory.ramp_starts[which], length, frame)
        line[1] = target
        memory.ramp_starts[which] = frame


@inner(types.void(MEMORY, INT, INT, INT))
def write_controls(memory, frame, start, frames):
    """controls[start:] for `frames` frames from engine frame `frame` on."""
    for which in range(CONTROLS):
        line, begin = memory.ramp_floats[which], memory.ramp_starts[which]
        length = ramp_length(memory.state[RAMP_FRAMES], which)
        for i in range(frames):
            memory.controls[start + i, which] = ramp(line[0], line[1], begin, length, frame + i)
    if frame <= memory.state[CUT_AT] < frame + frames:
        memory.controls[start + memory.state[CUT_AT] - frame, CUT] = 1.0


@inner(types.void(MEMORY, INT, INT, INT))
def mix_kit(memory, frame, start, frames):
    """Add the kit's buses, through its gain, to the mix; the kick's own is not ducked."""
    line, begin, ramp_frames = memory.ramp_floats[KIT], memory.ramp_starts[KIT], memory.state[RAMP_FRAMES]
    for i in range(start, start + frames):
        gain = ramp(line[0], line[1], begin, ramp_frames, frame + i - start)
        for channel in range(2):
            bus = memory.key_bus[i, channel] + memory.duck[i] * memory.kit_bus[i, channel]
            memory.mix[i, channel] += gain * bus


@inner(types.void(MEMORY, INT))
def measure(memory, frames):
    """Peaks of the mix and of the input in this block."""
    for channel in range(2):
        loudest, heard = 0.0, 0.0
        for i in range(frames):
            loudest = max(loudest, abs(memory.mix[i, channel]))
            heard = max(heard, abs(types.float64(memory.audio_in[i, channel])))
        memory.peaks[TRACKS + channel] = loudest
        memory.peaks[TRACKS + 2 + channel] = heard

