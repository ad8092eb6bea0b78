"""One voice: how a one-shot's sample becomes sound. A voice's place is its integer age times its increment, never a
running sum, so any block size gives the same samples to the bit."""

from numba import types

from engine.dsp.kernel import inner
from engine.dsp.layout import STEREO, STEREO_MIX, VOICE, stereo

NO_RELEASE = -1  # as a release_age: the voice is held
DAMPING = 2.0**0.5  # no resonance: Butterworth's

INT, FLOAT = types.int64, types.float64
WEIGHTS = types.UniTuple(FLOAT, 4)


@inner(WEIGHTS(FLOAT))
def hermite_weights(fraction):
    """What each of four neighbours adds at `fraction` between the middle two: 4-point, 3rd-order Hermite
    interpolation (Catmull-Rom), as weights so that both channels share them."""
    square = fraction * fraction
    cube = square * fraction
    return (square - 0.5 * (fraction + cube), 1.0 - 2.5 * square + 1.5 * cube,
            0.5 * fraction + 2.0 * square - 1.5 * cube, 0.5 * (cube - square))


@inner(FLOAT(WEIGHTS, FLOAT, FLOAT, FLOAT, FLOAT))
def hermite(weights, before, here, after, beyond):
    """The value between `here` and `after`, by `hermite_weights`."""
    return weights[0] * before + weights[1] * here + weights[2] * after + weights[3] * beyond


@inner(FLOAT(STEREO, INT, INT, INT, WEIGHTS))
def value_at(sample, index, channel, length, weights):
    """The sample's value past `index`, silent beyond its ends."""
    before = sample[index - 1, channel] if index > 0 else 0.0
    after = sample[index + 1, channel] if index + 1 < length else 0.0
    beyond = sample[index + 2, channel] if index + 2 < length else 0.0
    return hermite(weights, before, sample[index, channel], after, beyond)


@inner(FLOAT(INT, INT, INT, INT, INT))
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


@inner(FLOAT(FLOAT))
def clear_tiny(value):
    """The value, or 0 where it is too small to be heard and would soon be a denormal, which is slow. A NaN goes
    too: it would stay in a filter for ever."""
    return value if abs(value) > 1e-30 else 0.0


@inner(types.void(STEREO_MIX, STEREO, FLOAT, FLOAT))
def add_unity(out, sample, left, right):
    """out += gains * sample, both (frames, 2) and equally long: the loop that most voices spend their life in."""
    for i in range(len(out)):
        out[i, 0] += left * sample[i, 0]
        out[i, 1] += right * sample[i, 1]


@inner(types.void(STEREO_MIX, STEREO, INT, FLOAT, FLOAT, FLOAT))
def add_pitched(out, sample, age, increment, left, right):
    """Like `add_unity` at another speed; every place (age + i) * increment has all four neighbours in `sample`."""
    for i in range(len(out)):
        place = (age + i) * increment
        index = int(place)
        weights = hermite_weights(place - index)
        out[i, 0] += left * hermite(weights, sample[index - 1, 0], sample[index, 0], sample[index + 1, 0],
                                    sample[index + 2, 0])
        out[i, 1] += right * hermite(weights, sample[index - 1, 1], sample[index, 1], sample[index + 1, 1],
                                     sample[index + 2, 1])


@inner(types.void(VOICE, STEREO_MIX, STEREO, INT, INT, INT))
def add_shaped(voice, out, sample, start, first, last):
    """Frames first..last of this stretch with envelope, at any speed, silent beyond the sample's ends."""
    attack, decay, release_age, ramp = voice.attack, voice.decay, voice.release_age, voice.ramp
    length, increment = voice.audio.length, voice.increment
    for i in range(first, last):
        age = voice.age + i
        gain = envelope(age, attack, decay, release_age, ramp)
        place = age * increment
        index = int(place)
        weights = hermite_weights(place - index)
        for channel in range(2):
            value = value_at(sample, index, channel, length, weights)
            out[start + i, channel] += gain * (voice.gain[channel] * value)


@inner(types.void(VOICE, STEREO_MIX, STEREO, INT, INT))
def add_filtered(voice, out, sample, start, frames):
    """Like `add_shaped`, through a low-pass of 12 dB an octave: the state variable filter with trapezoidal
    integrators (Zavalishin, "The Art of VA Filter Design", chapter 4). cutoff is tan(pi * Hz / rate)."""
    attack, decay, release_age, ramp = voice.attack, voice.decay, voice.release_age, voice.ramp
    length, increment, g = voice.audio.length, voice.increment, voice.cutoff
    share = 1.0 / (1.0 + g * (g + DAMPING))
    for i in range(frames):
        age = voice.age + i
        gain = envelope(age, attack, decay, release_age, ramp)
        place = age * increment
        index = int(place)
        weights = hermite_weights(place - index)
        for channel in range(2):
            value = value_at(sample, index, channel, length, weights)
            first, second = voice.filtered[channel, 0], voice.filtered[channel, 1]
            band = share * (first + g * (value - second))
            low = second + g * band
            voice.filtered[channel, 0] = clear_tiny(2.0 * band - first)
            voice.filtered[channel, 1] = clear_tiny(2.0 * low - second)
            out[start + i, channel] += gain * (voice.gain[channel] * low)


@inner(INT(VOICE, INT))
def frames_left(voice, frames):
    """How many of the next `frames` frames the voice still sounds: to the end of sample, decay and release."""
    age, length, increment = voice.age, voice.audio.length, voice.increment
    if voice.release_age != NO_RELEASE:
        frames = min(frames, voice.release_age + voice.ramp - age)
    if voice.decay > 0:
        frames = min(frames, voice.decay - age)
    while frames > 0 and int((age + frames - 1) * increment) >= length:
        over = int(((age + frames - 1) * increment - length) / increment)
        frames -= max(1, over)
    return max(0, frames)


@inner(types.void(VOICE, STEREO_MIX, STEREO, INT, INT))
def add_unshaped(voice, out, sample, start, frames):
    """`frames` frames of a voice without envelope or filter, the fastest way there is."""
    length, age, increment, left, right = voice.audio.length, voice.age, voice.increment, voice.gain[0], voice.gain[1]
    if increment == 1.0:
        add_unity(out[start : start + frames], sample[age : age + frames], left, right)
        return
    # places without all four neighbours, at the sample's ends, take the careful way
    first = min(frames, max(0, int(1.0 / increment) + 2 - age))
    last = max(first, min(frames, int((length - 3) / increment) - 1 - age))
    add_shaped(voice, out, sample, start, 0, first)
    add_pitched(out[start + first : start + last], sample, age + first, increment, left, right)
    add_shaped(voice, out, sample, start, last, frames)


@inner(FLOAT(VOICE, STEREO, INT))
def peak_of(voice, sample, frames):
    """Roughly the peak of the next `frames` frames: every eighth is looked at, which is enough for a meter."""
    age, increment, left, right = voice.age, voice.increment, voice.gain[0], voice.gain[1]
    attack, decay, release_age, ramp = voice.attack, voice.decay, voice.release_age, voice.ramp
    shaped = is_shaped(voice)
    peak = 0.0
    for i in range(0, frames, 8):
        index = int((age + i) * increment)
        value = max(abs(left * sample[index, 0]), abs(right * sample[index, 1]))
        if shaped:
            value *= envelope(age + i, attack, decay, release_age, ramp)
        peak = max(peak, value)
    return peak


@inner(types.boolean(VOICE))
def is_shaped(voice):
    """Whether the voice's envelope is anything but 1 from now on."""
    return voice.age < voice.attack or voice.decay > 0 or voice.release_age != NO_RELEASE


@inner(FLOAT(VOICE, STEREO_MIX, INT, INT))
def mix_voice(voice, out, start, frames):
    """Add `frames` frames of the voice into out[start:], and age it; its peak. It ends with its sample or its
    envelope."""
    sample = stereo(voice.audio)
    last = frames_left(voice, frames)
    if voice.cutoff > 0.0:
        add_filtered(voice, out, sample, start, last)
    elif is_shaped(voice):
        add_shaped(voice, out, sample, start, 0, last)
    else:
        add_unshaped(voice, out, sample, start, last)
    peak = peak_of(voice, sample, last)
    voice.age += frames
    if last < frames:
        voice.active = 0
    return peak


@inner(types.void(VOICE))
def release_voice(voice):
    """Let the voice fall silent within its ramp, from now on."""
    if voice.release_age == NO_RELEASE:
        voice.release_age = voice.age
