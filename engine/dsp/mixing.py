"""Gains that never jump, and meters."""

import math

from numba import njit, types

from engine.dsp.memory import CUTOFF, KIT, MASTER, MEMORY, RAMP_FRAMES, RAMPS, SEND, TRACKS

INT, FLOAT = types.int64, types.float64


@njit(FLOAT(FLOAT, FLOAT, INT, INT, INT), cache=True, nogil=True)
def ramp(start_value, end_value, start_frame, ramp_frames, frame):  # type: ignore[no-untyped-def]
    """The value at `frame` of a straight line that starts at start_frame and takes ramp_frames."""
    age = frame - start_frame
    if age >= ramp_frames:
        return end_value
    if age <= 0:
        return start_value
    return start_value + (end_value - start_value) * (age / ramp_frames)


@njit(types.void(MEMORY, INT, FLOAT, INT), cache=True, nogil=True)
def aim(memory, which, target, frame):  # type: ignore[no-untyped-def]
    """Let gain `which` move to `target` from `frame` on, from wherever it is."""
    line = memory.ramp_floats[which]
    if line[1] != target:
        line[0] = ramp(line[0], line[1], memory.ramp_starts[which], memory.state[RAMP_FRAMES], frame)
        line[1] = target
        memory.ramp_starts[which] = frame


@njit(types.void(MEMORY, INT, INT, INT), cache=True, nogil=True)
def mix_kit(memory, frame, start, frames):  # type: ignore[no-untyped-def]
    """Add the kit's bus, through its gain, to the mix, and write the effects' controls."""
    begins = memory.ramp_starts
    lines = memory.ramp_floats
    ramp_frames = memory.state[RAMP_FRAMES]
    for i in range(start, start + frames):
        now = frame + i - start
        gain = ramp(lines[KIT, 0], lines[KIT, 1], begins[KIT], ramp_frames, now)
        memory.mix[i, 0] += gain * memory.kit_bus[i, 0]
        memory.mix[i, 1] += gain * memory.kit_bus[i, 1]
        for control in range(3):
            which = MASTER + control
            memory.controls[i, control] = ramp(lines[which, 0], lines[which, 1], begins[which], ramp_frames, now)


@njit(INT(MEMORY, INT), cache=True, nogil=True)
def clean_mix(memory, frames):  # type: ignore[no-untyped-def]
    """Replace what is not finite by silence: a NaN would live in a reverb for ever. How many values it was."""
    bad = 0
    for i in range(frames):
        for channel in range(2):
            if not math.isfinite(memory.mix[i, channel]):
                memory.mix[i, channel] = 0.0
                bad += 1
    return bad


@njit(types.void(MEMORY, INT), cache=True, nogil=True)
def measure(memory, frames):  # type: ignore[no-untyped-def]
    """Peaks of the mix and of the input in this block."""
    for channel in range(2):
        loudest, heard = 0.0, 0.0
        for i in range(frames):
            loudest = max(loudest, abs(memory.mix[i, channel]))
            heard = max(heard, abs(types.float64(memory.audio_in[i, channel])))
        memory.peaks[TRACKS + channel] = loudest
        memory.peaks[TRACKS + 2 + channel] = heard


assert (CUTOFF, SEND, RAMPS) == (MASTER + 1, MASTER + 2, MASTER + 3)
