"""Gains that never jump, the kit's buses, and meters."""

from numba import types

from engine.dsp.controls import CONTROLS, CUT, ECHO_RAMPS, ECHO_S, KIT
from engine.dsp.kernel import inner
from engine.dsp.layout import MEMORY, RAMP

FADE_FRAMES = 64  # of a jump in what sounds: long enough not to click, short enough for a hit
LOUDEST = 64.0  # what is played again and again never gets louder

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


@inner(FLOAT(FLOAT, FLOAT, INT))
def approach(value, target, frames):
    """The value one frame later, on its way to `target` at 1/`frames` a frame."""
    return value + min(max(target - value, -1.0 / frames), 1.0 / frames)


@inner(INT(INT, INT))
def ramp_length(ramp_frames, which):
    """How many frames ramp `which` takes."""
    return ramp_frames * (ECHO_RAMPS if which == ECHO_S else 1)


@inner(types.void(RAMP, FLOAT, INT, INT))
def aim(line, target, length, frame):
    """Let the ramp move to `target` from `frame` on, in `length` frames, from wherever it is."""
    if line.to_value != target:
        line.from_value = ramp(line.from_value, line.to_value, line.start, length, frame)
        line.to_value = target
        line.start = frame


@inner(types.void(MEMORY, INT, INT, INT))
def write_controls(memory, frame, start, frames):
    """controls[start:] for `frames` frames from engine frame `frame` on."""
    controls, cut_at = memory.controls, memory.state.cut_at
    for which in range(CONTROLS):
        line = memory.ramps[which]
        from_value, to_value, begin = line.from_value, line.to_value, line.start
        length = ramp_length(memory.state.ramp_frames, which)
        for i in range(frames):
            controls[start + i, which] = ramp(from_value, to_value, begin, length, frame + i)
    if frame <= cut_at < frame + frames:
        controls[start + cut_at - frame, CUT] = 1.0


@inner(types.void(MEMORY, INT, INT, INT))
def mix_kit(memory, frame, start, frames):
    """Add the kit's buses, through its gain, to the mix; the kick's own is not ducked."""
    line, ramp_frames = memory.ramps[KIT], memory.state.ramp_frames
    from_value, to_value, begin = line.from_value, line.to_value, line.start
    mix, kit, kick, duck_gain = memory.mix, memory.kit_bus, memory.kick_bus, memory.duck_gain
    for i in range(start, start + frames):
        gain = ramp(from_value, to_value, begin, ramp_frames, frame + i - start)
        for channel in range(2):
            bus = kick[i, channel] + duck_gain[i] * kit[i, channel]
            mix[i, channel] += gain * bus


@inner(types.void(MEMORY, INT))
def measure(memory, frames):
    """Peaks of the mix and of the input in this block."""
    mix, audio_in = memory.mix, memory.audio_in
    for channel in range(2):
        loudest, loudest_in = 0.0, 0.0
        for i in range(frames):
            loudest = max(loudest, abs(mix[i, channel]))
            loudest_in = max(loudest_in, abs(types.float64(audio_in[i, channel])))
        memory.mix_peaks[channel] = loudest
        memory.input_peaks[channel] = loudest_in
