"""All voices together: triggered, choked, mixed to their buses, released, closed when their track is muted."""

import zlib

from numba import types

from engine.dsp.kernel import inner
from engine.dsp.layout import MEMORY, POLYPHONY, SCORE, STEREO, STEREO_MIX, TAP_KIT, TRACKS, VOICE, VOICES
from engine.dsp.sampler import NO_RELEASE, mix_voice, release_voice

KICK_NAME = zlib.crc32(b"kick")  # the track that ducks the rest
NO_SOUND = -1  # where no sound is to be triggered

INT, FLOAT = types.int64, types.float64


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
