"""All voices together: mixed to their buses, aged, released, closed when their track is muted."""

from numba import types

from engine.dsp.kernel import inner
from engine.dsp.layout import MEMORY, SCORE, STEREO, STEREO_MIX, TAP_KIT, TRACKS, VOICE, VOICES
from engine.dsp.sampler import KICK_NAME, NO_RELEASE, mix_voice, release_voice

INT, FLOAT = types.int64, types.float64


@inner(FLOAT(VOICE, STEREO_MIX, STEREO_MIX, STEREO, INT, INT))
def mix_tapped(voice, bus, lone, tap, start, frames):
    """Mix the voice into its bus and into the tap; its peak. It is rendered alone first, so what the bus gets is the
    same to the bit as without the tap."""
    for i in range(start, start + frames):
        lone[i, 0] = lone[i, 1] = 0.0
    peak = mix_voice(voice, lone, start, frames)
    for i in range(start, start + frames):
        for channel in range(2):
            bus[i, channel] += lone[i, channel]
            tap[i, channel] += lone[i, channel]
    return peak


@inner(types.void(MEMORY, INT, INT))
def mix_voices(memory, start, frames):
    """Add `frames` frames of every voice from place `start` on: pads to the mix, the kick to its own bus."""
    tapped = memory.state.tapped
    for index in range(VOICES):
        voice = memory.voices[index]
        if voice.active:
            track = voice.track
            bus = memory.mix if voice.is_pad else memory.kick_bus if voice.name == KICK_NAME else memory.kit_bus
            if tapped == TAP_KIT or tapped == track + 1:
                peak = mix_tapped(voice, bus, memory.lone, memory.tap, start, frames)
            else:
                peak = mix_voice(voice, bus, start, frames)
            memory.track_peaks[track] = max(memory.track_peaks[track], peak)


@inner(types.void(MEMORY, INT))
def age_voices(memory, gap):
    """Make every voice as old as if `gap` more frames had been played."""
    for index in range(VOICES):
        voice = memory.voices[index]
        if voice.active:
            voice.age += max(0, gap)
            if voice.age * voice.increment >= voice.audio.length:
                voice.active = 0


@inner(types.void(MEMORY))
def release_all(memory):
    """Let every voice fall silent."""
    for index in range(VOICES):
        if memory.voices[index].active:
            release_voice(memory.voices[index])


@inner(types.void(MEMORY, INT))
def close(memory, name):
    """Let the sequencer's voices of the track called `name` fall silent."""
    for index in range(VOICES):
        voice = memory.voices[index]
        if voice.active and voice.name == name and not voice.is_pad and voice.release_age == NO_RELEASE:
            voice.ramp = memory.state.ramp_frames
            release_voice(voice)


@inner(types.void(MEMORY, SCORE, SCORE))
def close_muted(memory, before, score):
    """Close on the tails of tracks that the score `before` let sound and `score` does not."""
    for index in range(TRACKS):
        track = score.tracks[index]
        if track.name != 0 and not track.audible:
            for other in range(TRACKS):
                if before.tracks[other].name == track.name and before.tracks[other].audible:
                    close(memory, track.name)
