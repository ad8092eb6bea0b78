"""All voices together: mixed to their buses, aged, released, closed when their track is muted."""

from numba import types

from engine.dsp.kernel import inner
from engine.dsp.layout import MEMORY, RAMP_FRAMES, TAP, TAP_KIT, TRACKS, VOICES
from engine.dsp.sampler import (
    ACTIVE,
    AGE,
    FLOATS,
    INCREMENT,
    INTS,
    KEY_NAME,
    LENGTH,
    NAME,
    NO_RELEASE,
    OUT,
    PAD,
    RAMP,
    RELEASE_AGE,
    SAMPLE,
    T_AUDIBLE,
    T_NAME,
    TRACK,
    mix_voice,
    release_voice,
)


@inner(types.float64(INTS, FLOATS, OUT, OUT, SAMPLE, types.int64, types.int64))
def mix_tapped(ints, floats, bus, lone, tap, start, frames):
    """Mix the voice into its bus and into the tap; its peak. It is rendered alone first, so what the bus gets is the
    same to the bit as without the tap."""
    for i in range(start, start + frames):
        lone[i, 0] = lone[i, 1] = 0.0
    peak = mix_voice(ints, floats, lone, start, frames)
    for i in range(start, start + frames):
        for channel in range(2):
            bus[i, channel] += lone[i, channel]
            tap[i, channel] += lone[i, channel]
    return peak


@inner(types.void(MEMORY, types.int64, types.int64))
def mix_voices(memory, start, frames):
    """Add `frames` frames of every voice from place `start` on: pads to the mix, the kick to its own bus.

    The memory is not passed on for each voice: it is some hundred words, more work than a voice itself.
    """
    mix, kit, key, lone, tap = memory.mix, memory.kit_bus, memory.key_bus, memory.lone, memory.tap
    tapped = memory.state[TAP]
    for voice in range(VOICES):
        ints, floats = memory.voice_ints[voice], memory.voice_floats[voice]
        if ints[ACTIVE]:
            bus = mix if ints[PAD] else key if ints[NAME] == KEY_NAME else kit
            if tapped == TAP_KIT or tapped == ints[TRACK] + 1:
                peak = mix_tapped(ints, floats, bus, lone, tap, start, frames)
            else:
                peak = mix_voice(ints, floats, bus, start, frames)
            memory.peaks[ints[TRACK]] = max(memory.peaks[ints[TRACK]], peak)


@inner(types.void(MEMORY, types.int64))
def age_voices(memory, gap):
    """Make every voice as old as if `gap` frames more had been heard."""
    for voice in range(VOICES):
        ints = memory.voice_ints[voice]
        if ints[ACTIVE]:
            ints[AGE] += max(0, gap)
            if ints[AGE] * memory.voice_floats[voice, INCREMENT] >= ints[LENGTH]:
                ints[ACTIVE] = 0


@inner(types.void(MEMORY))
def release_all(memory):
    """Let every voice fall silent."""
    for voice in range(VOICES):
        if memory.voice_ints[voice, ACTIVE]:
            release_voice(memory, voice)


@inner(types.void(MEMORY, types.int64, types.int64))
def close_muted(memory, before, slot):
    """Close on the tails of tracks that score `before` let sound and score `slot` does not."""
    for track in range(TRACKS):
        name = memory.track_ints[slot, track, T_NAME]
        if name != 0 and not memory.track_ints[slot, track, T_AUDIBLE]:
            for other in range(TRACKS):
                was = memory.track_ints[before, other]
                if was[T_NAME] == name and was[T_AUDIBLE]:
                    for voice in range(VOICES):
                        ints = memory.voice_ints[voice]
                        if ints[ACTIVE] and ints[NAME] == name and not ints[PAD] and ints[RELEASE_AGE] == NO_RELEASE:
                            ints[RAMP] = memory.state[RAMP_FRAMES]
                            release_voice(memory, voice)
