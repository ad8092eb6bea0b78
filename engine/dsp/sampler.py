"""Voices: one-shots sounding now. A voice's place is its integer age times its increment, never a running sum,
so any block size gives the same samples to the bit."""

import zlib

from numba import types

from engine.dsp.kernel import inner
from engine.dsp.layout import MEMORY, POLYPHONY, SCORE, STEREO, STEREO_MIX, VOICE, VOICES, stereo

KICK_NAME = zlib.crc32(b"kick")  # the track that ducks the rest
NO_RELEASE, NO_SOUND = -1, -1
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
    """About the loudest of the next `frames` frames: every eighth is looked at, which is enough for a meter."""
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


@inner(types.void(MEMORY, INT))
def choke(memory, group):
    """Cut what sounds in the choke group, as a closing hat cuts the open one."""
    for index in range(VOICES):
        voice = memory.voices[index]
        if voice.active and voice.choke_group == group:
            release_voice(voice)


@inner(INT(MEMORY))
def free_voice(memory):
    """A slot for a new voice. Past the polyphony the oldest is released; when even the releasing ones fill
    all slots, the one furthest through its release goes, which is the quietest cut there is."""
    voices = memory.voices
    held, oldest, free, faded = 0, -1, -1, -1
    for index in range(VOICES):
        voice = voices[index]
        if not voice.active:
            if free < 0:
                free = index
        elif voice.release_age == NO_RELEASE:
            held += 1
            if oldest < 0 or voice.born < voices[oldest].born:
                oldest = index
        elif faded < 0 or voice.age - voice.release_age > voices[faded].age - voices[faded].release_age:
            faded = index
    if held >= POLYPHONY:
        release_voice(voices[oldest])
    if free >= 0:
        return free
    return faded if faded >= 0 else oldest


@inner(INT(SCORE, INT, FLOAT, INT))
def pad_sound(score, track, velocity, starts):
    """The sound of a pad hit at `velocity`, or NO_SOUND: of the recordings that are hard enough the hardest, in
    turns by the count of all starts."""
    first, count = score.tracks[track].sound, score.tracks[track].sounds
    if count == 0:
        return NO_SOUND
    chosen, among = first, 0
    for sound in range(first, first + count):
        threshold = score.sounds[sound].velocity
        if threshold <= velocity:
            if threshold != score.sounds[chosen].velocity:
                chosen, among = sound, 0
            among += 1
    return chosen + starts % max(1, among)


@inner(VOICE(MEMORY, SCORE, INT, INT, FLOAT, INT))
def trigger(memory, score, track, index, velocity, is_pad):
    """Start sound `index` of the score for a track; velocity 0..1 is its gain. The new voice."""
    sound = score.sounds[index]
    if sound.choke_group >= 0:
        choke(memory, sound.choke_group)
    voice = memory.voices[free_voice(memory)]
    memory.state.starts += 1
    voice.active, voice.audio.address, voice.audio.length = 1, sound.audio.address, sound.audio.length
    voice.age, voice.release_age, voice.track = 0, NO_RELEASE, track
    voice.choke_group, voice.attack, voice.decay = sound.choke_group, sound.attack, sound.decay
    voice.ramp, voice.is_pad, voice.born = sound.ramp, is_pad, memory.state.starts
    voice.name = score.tracks[track].name
    if voice.name == KICK_NAME:
        memory.duck.kicked = 1
    voice.increment, voice.cutoff = sound.increment, sound.cutoff
    for side in range(2):
        voice.gain[side] = velocity * sound.gain[side]
        voice.filtered[side, 0] = voice.filtered[side, 1] = 0.0
    return voice


@inner(types.void(MEMORY, INT, FLOAT))
def trigger_pad(memory, track, velocity):
    """Trigger a track's one-shot by hand, muted or not."""
    score = memory.scores[memory.state.slot]
    sound = pad_sound(score, track, velocity, memory.state.starts)
    if sound != NO_SOUND:
        trigger(memory, score, track, sound, velocity, 1)


@inner(types.void(VOICE, FLOAT, FLOAT, INT))
def override(voice, increment, cutoff, decay):
    """Let a voice that has just been started sound as its step wants it; 0 leaves a value as it is."""
    if increment > 0.0:
        voice.increment = increment
    if cutoff > 0.0:
        voice.cutoff = cutoff
    if decay > 0:
        voice.decay = decay
