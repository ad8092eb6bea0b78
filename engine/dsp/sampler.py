"""Voices: one-shots sounding now. A voice's place is its integer age times its increment, never a running sum,
so any block size gives the same samples to the bit."""

from numba import njit, types

from engine.dsp.memory import MEMORY, POLYPHONY, STARTS, VOICES, stereo_at

# words of a voice
(ACTIVE, ADDRESS, LENGTH, AGE, RELEASE_AGE, TRACK, CHOKE, ATTACK, DECAY, RAMP, PAD, BORN) = range(12)
INCREMENT, LEFT, RIGHT = 0, 1, 2
NO_RELEASE = -1
# words of a score's track: `track_ints`, then `track_floats`
(T_COUNT, T_STEP_TICKS, T_SWING_TICKS, T_AUDIBLE, T_ADDRESS, T_LENGTH, T_CHOKE, T_ATTACK, T_DECAY, T_RAMP) = range(10)
T_INCREMENT, T_LEFT, T_RIGHT = 0, 1, 2

OUT = types.Array(types.float64, 2, "C")
SAMPLE = types.Array(types.float32, 2, "C")


@njit(types.float64(types.float64, types.float64, types.float64, types.float64, types.float64), cache=True, nogil=True)
def hermite(before, here, after, beyond, fraction):  # type: ignore[no-untyped-def]
    """4-point, 3rd-order Hermite interpolation (Catmull-Rom) between `here` and `after`."""
    slope = 0.5 * (after - before)
    bend = before - 2.5 * here + 2.0 * after - 0.5 * beyond
    twist = 0.5 * (beyond - before) + 1.5 * (here - after)
    return ((twist * fraction + bend) * fraction + slope) * fraction + here


@njit(types.float64(types.int64, types.int64, types.int64, types.int64, types.int64), cache=True, nogil=True)
def envelope(age, attack, decay, release_age, ramp):  # type: ignore[no-untyped-def]
    """Gain at `age` frames: linear in and out, and down to nothing in `ramp` frames from `release_age` on."""
    gain = 1.0
    if age < attack:
        gain = age / attack
    if decay > 0:
        gain *= max(0.0, 1.0 - age / decay)
    if release_age >= 0:
        gain *= max(0.0, 1.0 - (age - release_age) / ramp)
    return gain


@njit(types.float64(MEMORY, types.int64, OUT, types.int64, types.int64), cache=True, nogil=True)
def mix_voice(memory, voice, out, start, frames):  # type: ignore[no-untyped-def]
    """Add `frames` frames of the voice into out[start:], and age it. It ends with its sample or its envelope.

    Returns the loudest value added.
    """
    ints, floats = memory.voice_ints[voice], memory.voice_floats[voice]
    length, age, release_age = ints[LENGTH], ints[AGE], ints[RELEASE_AGE]
    attack, decay, ramp = ints[ATTACK], ints[DECAY], ints[RAMP]
    increment, left, right = floats[INCREMENT], floats[LEFT], floats[RIGHT]
    sample = stereo_at(ints[ADDRESS], length)
    last = frames
    if release_age >= 0:
        last = min(last, max(0, release_age + ramp - age))
    if decay > 0:
        last = min(last, max(0, decay - age))
    plain = age >= attack and decay == 0 and release_age < 0
    ended, peak = last < frames, 0.0
    if increment == 1.0:
        if length - age <= last:
            last, ended = max(0, length - age), True
        for i in range(last):
            gain = 1.0 if plain else envelope(age + i, attack, decay, release_age, ramp)
            first, second = gain * left * sample[age + i, 0], gain * right * sample[age + i, 1]
            out[start + i, 0] += first
            out[start + i, 1] += second
            peak = max(peak, abs(first), abs(second))
    else:
        for i in range(last):
            place = (age + i) * increment
            index = int(place)
            if index >= length:
                ended = True
                break
            fraction = place - index
            gain = 1.0 if plain else envelope(age + i, attack, decay, release_age, ramp)
            for channel in range(2):
                before = sample[index - 1, channel] if index > 0 else 0.0
                after = sample[index + 1, channel] if index + 1 < length else 0.0
                beyond = sample[index + 2, channel] if index + 2 < length else 0.0
                value = hermite(before, sample[index, channel], after, beyond, fraction)
                value *= gain * (left if channel == 0 else right)
                out[start + i, channel] += value
                peak = max(peak, abs(value))
    ints[AGE] = age + frames
    if ended:
        ints[ACTIVE] = 0
    return peak


@njit(types.void(MEMORY, types.int64), cache=True, nogil=True)
def release_voice(memory, voice):  # type: ignore[no-untyped-def]
    """Let the voice fall silent within its ramp, from now on."""
    if memory.voice_ints[voice, RELEASE_AGE] == NO_RELEASE:
        memory.voice_ints[voice, RELEASE_AGE] = memory.voice_ints[voice, AGE]


@njit(types.void(MEMORY), cache=True, nogil=True)
def release_all(memory):  # type: ignore[no-untyped-def]
    """Let every voice fall silent."""
    for voice in range(VOICES):
        if memory.voice_ints[voice, ACTIVE]:
            release_voice(memory, voice)


@njit(types.void(MEMORY, types.int64), cache=True, nogil=True)
def choke(memory, group):  # type: ignore[no-untyped-def]
    """Cut what sounds in the choke group, as a closing hat cuts the open one."""
    for voice in range(VOICES):
        if memory.voice_ints[voice, ACTIVE] and memory.voice_ints[voice, CHOKE] == group:
            release_voice(memory, voice)


@njit(types.int64(MEMORY), cache=True, nogil=True)
def free_voice(memory):  # type: ignore[no-untyped-def]
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


@njit(types.void(MEMORY, types.int64, types.int64, types.float64, types.int64), cache=True, nogil=True)
def strike(memory, slot, track, velocity, is_pad):  # type: ignore[no-untyped-def]
    """Start the track's one-shot as score `slot` has it; velocity 0..1 is its gain."""
    track_ints, track_floats = memory.track_ints[slot, track], memory.track_floats[slot, track]
    if track_ints[T_ADDRESS] == 0:
        return
    if track_ints[T_CHOKE] >= 0:
        choke(memory, track_ints[T_CHOKE])
    voice = free_voice(memory)
    ints, floats = memory.voice_ints[voice], memory.voice_floats[voice]
    memory.state[STARTS] += 1
    ints[ACTIVE], ints[ADDRESS], ints[LENGTH] = 1, track_ints[T_ADDRESS], track_ints[T_LENGTH]
    ints[AGE], ints[RELEASE_AGE], ints[TRACK] = 0, NO_RELEASE, track
    ints[CHOKE], ints[ATTACK], ints[DECAY] = track_ints[T_CHOKE], track_ints[T_ATTACK], track_ints[T_DECAY]
    ints[RAMP], ints[PAD], ints[BORN] = track_ints[T_RAMP], is_pad, memory.state[STARTS]
    floats[INCREMENT] = track_floats[T_INCREMENT]
    floats[LEFT] = velocity * track_floats[T_LEFT]
    floats[RIGHT] = velocity * track_floats[T_RIGHT]

