"""Voices: one-shots sounding now. A voice's place is its integer age times its increment, never a running sum,
so any block size gives the same samples to the bit."""

import zlib

from numba import types

from engine.dsp.kernel import inner
from engine.dsp.layout import (
    KICKED,
    MEMORY,
    NEWEST,
    POLYPHONY,
    SLOT,
    STARTS,
    VOICES,
    stereo_at,
)

KEY_NAME = zlib.crc32(b"kick")  # the track that ducks the rest
# words of a voice
(ACTIVE, ADDRESS, LENGTH, AGE, RELEASE_AGE, TRACK, CHOKE, ATTACK, DECAY, RAMP, PAD, BORN, NAME) = range(13)
INCREMENT, LEFT, RIGHT, CUTOFF, FILTERED = 0, 1, 2, 3, 4  # two words of the filter's memory a side from FILTERED on
NO_RELEASE = -1
# words of a score's track
(T_COUNT, T_STEP_TICKS, T_SWING_TICKS, T_AUDIBLE, T_SOUND, T_SOUNDS, T_NAME, T_STRUCK) = range(8)
# words of a score's sound: `sound_ints`, then `sound_floats`
(W_ADDRESS, W_LENGTH, W_CHOKE, W_ATTACK, W_DECAY, W_RAMP) = range(6)
W_INCREMENT, W_LEFT, W_RIGHT, W_CUTOFF, W_VELOCITY = range(5)
NO_SOUND, NO_STEP = -1, -1
DAMPING = 2.0**0.5  # no resonance: Butterworth's

OUT = types.Array(types.float64, 2, "C")
SAMPLE = types.Array(types.float32, 2, "C")
INTS, FLOATS = types.Array(types.int64, 1, "C"), types.Array(types.float64, 1, "C")  # a voice's rows


@inner(types.UniTuple(types.float64, 4)(types.float64))
def hermite_weights(fraction):
    """What each of four neighbours adds at `fraction` between the middle two: 4-point, 3rd-order Hermite
    interpolation (Catmull-Rom), as weights so that all channels share them."""
    square = fraction * fraction
    cube = square * fraction
    return (square - 0.5 * (fraction + cube), 1.0 - 2.5 * square + 1.5 * cube,
            0.5 * fraction + 2.0 * square - 1.5 * cube, 0.5 * (cube - square))


@inner(types.float64(types.int64, types.int64, types.int64, types.int64, types.int64))
def envelope(age, attack, decay, release_age, ramp):
    """Gain at `age` frames: linear in and out, and down to nothing in `ramp` frames from `release_age` on."""
    gain = 1.0
    if age < attack:
        gain = age / attack
    if decay > 0:
        gain *= max(0.0, 1.0 - age / decay)
    if release_age >= 0:
        gain *= max(0.0, 1.0 - (age - release_age) / ramp)
    return gain


@inner(types.float64(types.float64))
def clear_tiny(value):
    """The value, or 0 where it is too small to be heard and would soon be a denormal, which is slow. A NaN goes
    too: it would stay in a filter for ever."""
    return value if abs(value) > 1e-30 else 0.0


@inner(types.void(OUT, SAMPLE, types.float64, types.float64))
def add_unity(out, sample, left, right):
    """out += gains * sample, both (frames, 2) and equally long: the loop that most voices spend their life in."""
    for i in range(len(out)):
        out[i, 0] += left * sample[i, 0]
        out[i, 1] += right * sample[i, 1]


@inner(types.void(OUT, SAMPLE, types.int64, types.float64, types.float64, types.float64))
def add_pitched(out, sample, age, increment, left, right):
    """Like `add_unity` at another speed; every place (age + i) * increment has all four neighbours in `sample`."""
    for i in range(len(out)):
        place = (age + i) * increment
        index = int(place)
        a, b, c, d = hermite_weights(place - index)
        out[i, 0] += left * (a * sample[index - 1, 0] + b * sample[index, 0] + c * sample[index + 1, 0]
                             + d * sample[index + 2, 0])
        out[i, 1] += right * (a * sample[index - 1, 1] + b * sample[index, 1] + c * sample[index + 1, 1]
                              + d * sample[index + 2, 1])


@inner(types.void(INTS, FLOATS, OUT, SAMPLE, types.int64, types.int64, types.int64))
def add_shaped(ints, floats, out, sample, start, first, last):
    """Frames first..last of this stretch with envelope, at any speed, silent beyond the sample's ends."""
    length, increment = ints[LENGTH], floats[INCREMENT]
    for i in range(first, last):
        age = ints[AGE] + i
        gain = envelope(age, ints[ATTACK], ints[DECAY], ints[RELEASE_AGE], ints[RAMP])
        place = age * increment
        index = int(place)
        a, b, c, d = hermite_weights(place - index)
        for channel in range(2):
            before = sample[index - 1, channel] if index > 0 else 0.0
            after = sample[index + 1, channel] if index + 1 < length else 0.0
            beyond = sample[index + 2, channel] if index + 2 < length else 0.0
            value = a * before + b * sample[index, channel] + c * after + d * beyond
            out[start + i, channel] += gain * (floats[LEFT + channel] * value)


@inner(types.void(INTS, FLOATS, OUT, SAMPLE, types.int64, types.int64))
def add_filtered(ints, floats, out, sample, start, frames):
    """Like `add_shaped`, through a low-pass of 12 dB an octave: the state variable filter with trapezoidal
    integrators (Zavalishin, "The Art of VA Filter Design", chapter 4). CUTOFF is tan(pi * cutoff / rate)."""
    length, increment, g = ints[LENGTH], floats[INCREMENT], floats[CUTOFF]
    share = 1.0 / (1.0 + g * (g + DAMPING))
    for i in range(frames):
        age = ints[AGE] + i
        gain = envelope(age, ints[ATTACK], ints[DECAY], ints[RELEASE_AGE], ints[RAMP])
        place = age * increment
        index = int(place)
        a, b, c, d = hermite_weights(place - index)
        for channel in range(2):
            before = sample[index - 1, channel] if index > 0 else 0.0
            after = sample[index + 1, channel] if index + 1 < length else 0.0
            beyond = sample[index + 2, channel] if index + 2 < length else 0.0
            value = a * before + b * sample[index, channel] + c * after + d * beyond
            first, second = floats[FILTERED + 2 * channel], floats[FILTERED + 2 * channel + 1]
            band = share * (first + g * (value - second))
            low = second + g * band
            floats[FILTERED + 2 * channel] = clear_tiny(2.0 * band - first)
            floats[FILTERED + 2 * channel + 1] = clear_tiny(2.0 * low - second)
            out[start + i, channel] += gain * (floats[LEFT + channel] * low)


@inner(types.int64(INTS, types.float64, types.int64))
def frames_left(ints, increment, frames):
    """How many of the next `frames` frames the voice still sounds: to the end of sample, decay and release."""
    age = ints[AGE]
    if ints[RELEASE_AGE] != NO_RELEASE:
        frames = min(frames, ints[RELEASE_AGE] + ints[RAMP] - age)
    if ints[DECAY] > 0:
        frames = min(frames, ints[DECAY] - age)
    while frames > 0 and int((age + frames - 1) * increment) >= ints[LENGTH]:
        over = int(((age + frames - 1) * increment - ints[LENGTH]) / increment)
        frames -= max(1, over)
    return max(0, frames)


@inner(types.float64(INTS, FLOATS, OUT, types.int64, types.int64))
def mix_voice(ints, floats, out, start, frames):
    """Add `frames` frames of the voice into out[start:], and age it. It ends with its sample or its envelope.

    Returns about the loudest value added: every eighth frame is looked at, which is enough for a meter.
    """
    length, age, increment = ints[LENGTH], ints[AGE], floats[INCREMENT]
    left, right = floats[LEFT], floats[RIGHT]
    sample = stereo_at(ints[ADDRESS], length)
    last = frames_left(ints, increment, frames)
    shaped = age < ints[ATTACK] or ints[DECAY] > 0 or ints[RELEASE_AGE] != NO_RELEASE
    if floats[CUTOFF] > 0.0:
        add_filtered(ints, floats, out, sample, start, last)
    elif shaped:
        add_shaped(ints, floats, out, sample, start, 0, last)
    elif increment == 1.0:
        add_unity(out[start : start + last], sample[age : age + last], left, right)
    else:
        # places without all four neighbours, at the sample's ends, take the careful way
        inner = min(last, max(0, int(1.0 / increment) + 2 - age))
        outer = max(inner, min(last, int((length - 3) / increment) - 1 - age))
        add_shaped(ints, floats, out, sample, start, 0, inner)
        add_pitched(out[start + inner : start + outer], sample, age + inner, increment, left, right)
        add_shaped(ints, floats, out, sample, start, outer, last)
    peak = 0.0
    for i in range(0, last, 8):
        index = int((age + i) * increment)
        value = max(abs(left * sample[index, 0]), abs(right * sample[index, 1]))
        if shaped:
            value *= envelope(age + i, ints[ATTACK], ints[DECAY], ints[RELEASE_AGE], ints[RAMP])
        peak = max(peak, value)
    ints[AGE] = age + frames
    if last < frames:
        ints[ACTIVE] = 0
    return peak


@inner(types.void(MEMORY, types.int64))
def release_voice(memory, voice):
    """Let the voice fall silent within its ramp, from now on."""
    if memory.voice_ints[voice, RELEASE_AGE] == NO_RELEASE:
        memory.voice_ints[voice, RELEASE_AGE] = memory.voice_ints[voice, AGE]


@inner(types.void(MEMORY, types.int64))
def choke(memory, group):
    """Cut what sounds in the choke group, as a closing hat cuts the open one."""
    for voice in range(VOICES):
        if memory.voice_ints[voice, ACTIVE] and memory.voice_ints[voice, CHOKE] == group:
            release_voice(memory, voice)


@inner(types.int64(MEMORY))
def free_voice(memory):
    """A slot for a new voice. Past the polyphony the oldest is released; when even the releasing ones fill
    all slots, the one furthest through its release goes, which is the quietest cut there is."""
    ints = memory.voice_ints
    held, oldest, free, faded = 0, -1, -1, -1
    for voice in range(VOICES):
        if not ints[voice, ACTIVE]:
            if free < 0:
                free = voice
        elif ints[voice, RELEASE_AGE] == NO_RELEASE:
            held += 1
            if oldest < 0 or ints[voice, BORN] < ints[oldest, BORN]:
                oldest = voice
        elif faded < 0 or (ints[voice, AGE] - ints[voice, RELEASE_AGE]
                           > ints[faded, AGE] - ints[faded, RELEASE_AGE]):
            faded = voice
    if held >= POLYPHONY:
        release_voice(memory, oldest)
    if free >= 0:
        return free
    return faded if faded >= 0 else oldest


@inner(types.int64(MEMORY, types.int64, types.int64, types.float64))
def pad_sound(memory, slot, track, velocity):
    """The sound of a pad struck at `velocity`, or NO_SOUND: of the recordings that are hard enough the hardest, in
    turns by the count of all strokes."""
    first, count = memory.track_ints[slot, track, T_SOUND], memory.track_ints[slot, track, T_SOUNDS]
    if count == 0:
        return NO_SOUND
    sounds, chosen, among = memory.sound_floats[slot], first, 0
    for sound in range(first, first + count):
        if sounds[sound, W_VELOCITY] <= velocity:
            if sounds[sound, W_VELOCITY] != sounds[chosen, W_VELOCITY]:
                chosen, among = sound, 0
            among += 1
    return chosen + memory.state[STARTS] % max(1, among)


@inner(types.void(MEMORY, types.int64, types.int64, types.int64, types.float64, types.int64))
def strike(memory, slot, track, sound, velocity, is_pad):
    """Start a sound of score `slot` for a track; velocity 0..1 is its gain. The new voice is state[NEWEST]."""
    sound_ints, sound_floats = memory.sound_ints[slot, sound], memory.sound_floats[slot, sound]
    if sound_ints[W_CHOKE] >= 0:
        choke(memory, sound_ints[W_CHOKE])
    voice = free_voice(memory)
    ints, floats = memory.voice_ints[voice], memory.voice_floats[voice]
    memory.state[STARTS] += 1
    memory.state[NEWEST] = voice
    ints[ACTIVE], ints[ADDRESS], ints[LENGTH] = 1, sound_ints[W_ADDRESS], sound_ints[W_LENGTH]
    ints[AGE], ints[RELEASE_AGE], ints[TRACK] = 0, NO_RELEASE, track
    ints[CHOKE], ints[ATTACK], ints[DECAY] = sound_ints[W_CHOKE], sound_ints[W_ATTACK], sound_ints[W_DECAY]
    ints[RAMP], ints[PAD], ints[BORN] = sound_ints[W_RAMP], is_pad, memory.state[STARTS]
    ints[NAME] = memory.track_ints[slot, track, T_NAME]
    if ints[NAME] == KEY_NAME:
        memory.effect_ints[KICKED] = 1
    floats[:] = 0.0
    floats[INCREMENT], floats[CUTOFF] = sound_floats[W_INCREMENT], sound_floats[W_CUTOFF]
    floats[LEFT] = velocity * sound_floats[W_LEFT]
    floats[RIGHT] = velocity * sound_floats[W_RIGHT]


@inner(types.void(MEMORY, types.int64, types.float64))
def strike_pad(memory, track, velocity):
    """Strike a track's one-shot by hand, muted or not."""
    slot = memory.state[SLOT]
    sound = pad_sound(memory, slot, track, velocity)
    if sound != NO_SOUND:
        strike(memory, slot, track, sound, velocity, 1)


@inner(types.void(MEMORY, types.int64, types.float64, types.float64, types.int64))
def override(memory, voice, increment, cutoff, decay):
    """Let a voice that has just been started sound as its step wants it; 0 leaves a value as it is."""
    if increment > 0.0:
        memory.voice_floats[voice, INCREMENT] = increment
    if cutoff > 0.0:
        memory.voice_floats[voice, CUTOFF] = cutoff
    if decay > 0:
        memory.voice_ints[voice, DECAY] = decay
