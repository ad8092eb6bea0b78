"""The audio thread's memory: one record, described here once, that Python and compiled code address by the same names.

Python reads `memory["voices"]["age"]`, a kernel reads `memory.voices[i].age`; a part such as a voice is passed on as
one pointer. The audio thread alone writes all of it, except the scores that are not in use and the rings' other ends,
which belong to the control thread. Lengths are in frames and flags are 0 or 1 unless a comment says otherwise.
"""

from typing import Any

import numpy as np
from numba import carray, from_dtype, types
from numba.core.imputils import lower_cast

from engine.core.midi import MIDI_OUTPUTS
from engine.dsp.atomics import pointer_to
from engine.dsp.controls import CONTROLS, RAMPS
from engine.dsp.kernel import inner

MAX_FRAMES = 8192  # the longest block
SCORE_SLOTS = 32
TRACKS, STEPS, SOUNDS = 8, 128, 160
VOICES, POLYPHONY = 96, 64
RING_RECORDS, PENDING = 256, 64
DECKS = 6
EVENTS = 512
MIDI_EVENTS, MIDI_RING_EVENTS = 256, 1024
PAD_NOTES = 128
TAP_KIT = TRACKS + 1  # as state.tapped: every voice; else a track's index + 1, or 0 for nothing

_INT, _FLOAT = "i8", "f8"
CURSOR = (_INT, 8)  # its first word is what one thread publishes to another; the rest keeps cache lines apart


def _record(**fields: Any) -> np.dtype:
    """A record of fields: each a type, or a type and how many."""
    return np.dtype([(name, *(kind if isinstance(kind, tuple) else (kind,))) for name, kind in fields.items()],
                    align=True)


# Audio that lies elsewhere: float32 (length, 2) at an address
AUDIO_DTYPE = _record(address=_INT, length=_INT)

# A machine, lowered to what the audio thread must know
SOUND_DTYPE = _record(
    audio=AUDIO_DTYPE, choke_group=_INT,  # -1 for none
    attack=_INT, decay=_INT, ramp=_INT,  # decay 0 for none; ramp: how long a release takes
    increment=_FLOAT, gain=(_FLOAT, 2), cutoff=_FLOAT,  # cutoff: tan(pi * Hz / sample rate), 0 for no filter
    velocity=_FLOAT)  # from which on this recording is used
STEP_DTYPE = _record(
    microtiming=_INT, nth=_INT, of=_INT, ratchet=_INT, when=_INT,  # in ticks; plays on pass nth of every `of`
    sound=_INT, sounds=_INT, rank=_INT, strokes=_INT,  # `sounds` sounds from `sound` on take turns: `rank` strokes
    # of theirs come before this step's in a pass of `strokes`
    velocity=_FLOAT, probability=_FLOAT,  # velocity 0: an empty step
    decay=_INT, increment=_FLOAT, cutoff=_FLOAT)  # these override the sound's unless they are 0
ROUTE_DTYPE = _record(output=_INT, channel=_INT, note=_INT, silent=_INT, frames=_INT)  # output -1 for none
TRACK_DTYPE = _record(
    step_count=_INT, step_ticks=_INT, swing_ticks=_INT, audible=_INT, name=_INT,  # name: its CRC-32
    sound=_INT, sounds=_INT,  # what a pad triggers: one of `sounds` from `sound` on
    triggered_tick=_INT,  # the grid tick of the newest step that was triggered
    route=ROUTE_DTYPE, steps=(STEP_DTYPE, STEPS))
CLOCK_OUT_DTYPE = _record(on=_INT, offset=_INT, runs_stopped=_INT, gap=_INT)  # gap: between Start and the first clock
RECORDING_DTYPE = _record(audio=AUDIO_DTYPE, gain=_FLOAT)
SCORE_DTYPE = _record(
    playing=_INT, origin_ticks=_INT, origin_frames=_INT, frames_per_tick=_FLOAT,
    phase_ticks=_INT, seed=_INT, track_count=_INT, fill_until_ticks=_INT, gates=_INT,  # gates: muting cuts tails
    pass_ticks=_INT, loop_phase_ticks=_INT, downbeat_ticks=_INT,  # of the recording
    loop=RECORDING_DTYPE, residual=RECORDING_DTYPE, kit_gain=_FLOAT,
    reverse_ticks=_INT, stutter_ticks=_INT, tape_ticks=_INT,  # note lengths; 0 while the effect is off
    gate_ticks=_INT, duck_ticks=_INT,
    controls=(_FLOAT, CONTROLS),  # where the controls are to go
    follow=_INT, resting_ticks=_INT,  # bits of midi_in; where the song stopped
    clocks=(CLOCK_OUT_DTYPE, MIDI_OUTPUTS),
    pad_tracks=(_INT, PAD_NOTES),  # the track that each MIDI note triggers, plus one
    tracks=(TRACK_DTYPE, TRACKS), sounds=(SOUND_DTYPE, SOUNDS))

# What sounds now
VOICE_DTYPE = _record(
    active=_INT, audio=AUDIO_DTYPE, age=_INT, release_age=_INT,  # release_age -1: it is held
    track=_INT, name=_INT, is_pad=_INT, born=_INT, choke_group=_INT,
    attack=_INT, decay=_INT, ramp=_INT, increment=_FLOAT, gain=(_FLOAT, 2), cutoff=_FLOAT,
    filtered=(_FLOAT, (2, 2)))  # each side's two integrators
DECK_DTYPE = _record(
    active=_INT, role=_INT, audio=AUDIO_DTYPE, origin_ticks=_INT, origin_frames=_INT, frames_per_tick=_FLOAT,
    phase_ticks=_INT, pass_ticks=_INT, from_gain=_FLOAT, to_gain=_FLOAT, ramp_start=_INT)
RAMP_DTYPE = _record(from_value=_FLOAT, to_value=_FLOAT, start=_INT)
EVENT_DTYPE = _record(frame=_INT, track=_INT, grid_tick=_INT, step=_INT, sound=_INT, velocity=_FLOAT)

# Rings between the audio thread and the control thread, see ring.py and midi_ring.py
RECORD_DTYPE = _record(kind=_INT, sequence=_INT, frame=_INT, value=_INT, velocity=_INT)  # velocity in millionths
RING_DTYPE = _record(head=CURSOR, tail=CURSOR, records=(RECORD_DTYPE, RING_RECORDS))
AUDIO_RING_DTYPE = _record(audio=AUDIO_DTYPE, written=CURSOR)  # written: the frame after the last one
MIDI_EVENT_DTYPE = _record(frame=_INT, port=_INT, message=_INT, size=_INT)  # up to three bytes, the first lowest
MIDI_RING_DTYPE = _record(head=CURSOR, tail=CURSOR, events=(MIDI_EVENT_DTYPE, MIDI_RING_EVENTS))

# MIDI
SENDER_DTYPE = _record(  # an output's clock: next_clock counts; head: how far the song was read; last: a byte's frame
    running=_INT, next_clock=_INT, head=_INT, last=_INT, late=_INT, started=_INT, used_channels=_INT)
FOLLOWER_DTYPE = _record(  # whether the next clock begins the song, from which tick, and Song Position's tick plus one
    armed=_INT, ticks=_INT, position=_INT)
NOTE_DTYPE = _record(output=_INT, channel=_INT, note=_INT, off_frame=_INT)

# JACK's transport. The control thread says which part Tao takes, its metre, and how many quarter notes the timebase
# counts as one (`scale`); the callback what the transport does as a block begins; the block before left the rest
TRANSPORT_DTYPE = _record(
    role=_INT, bar_ticks=_INT, pulse_ticks=_INT, scale=_FLOAT,  # scale 0: as 1
    sequence=CURSOR, at=_INT,  # odd while the callback writes the following: from engine frame `at` on,
    rolls=_INT, frame=_INT, has_beat=_INT,  # the transport's own frame; whether somebody says what beat it is:
    ticks=_FLOAT, grain=_FLOAT, bpm=_FLOAT,  # the song tick that has been reached, exact to `grain`; the tempo
    rolled=_INT, next_at=_INT, next_frame=_INT, rests_at=_INT,  # rests_at: its frame where Tao stopped it, plus one
    calls=_INT)  # how often the timebase was asked

# Effects that follow the song
DUCK_DTYPE = _record(kicked=_INT, start=_INT, frames=_INT, from_depth=_FLOAT)  # kicked: a kick was just triggered
STUTTER_DTYPE = _record(ticks=_INT, next_tick=_INT, lag=_INT, old_lag=_INT, jumped=_INT, turned=_INT)
TAPE_STOP_DTYPE = _record(on=_INT, start=_INT, frames=_INT, end=_INT)
REVERSE_DTYPE = _record(slice_ticks=_INT, pivot=_INT, old_pivot=_INT, line_tick=_INT, share=_FLOAT)

STATE_DTYPE = _record(
    expected=_INT, started=_INT, slot=_INT, sequence=_INT,  # slot and sequence of the score in force
    playing=_INT, position_ticks=_INT, dropped=_INT, sounding=_INT,  # what the last block left behind
    pending_count=_INT, starts=_INT, ramp_frames=_INT, cut_at=_INT,
    tapped=_INT, midi_queued=_INT, midi_sending=_INT, midi_incoming=_INT, midi_lost=_INT)

MEMORY_DTYPE = _record(
    state=STATE_DTYPE,
    scores=(SCORE_DTYPE, SCORE_SLOTS), voices=(VOICE_DTYPE, VOICES), decks=(DECK_DTYPE, DECKS),
    ramps=(RAMP_DTYPE, RAMPS), pending=(RECORD_DTYPE, PENDING), events=(EVENT_DTYPE, EVENTS),
    commands=RING_DTYPE, reports=RING_DTYPE, midi_received=MIDI_RING_DTYPE, midi_sent=MIDI_RING_DTYPE,
    capture=AUDIO_RING_DTYPE,
    recent_mix=AUDIO_DTYPE, last_bars=AUDIO_DTYPE,  # of the mix: for stutter and tape stop; for reverse. 2**n frames
    senders=(SENDER_DTYPE, MIDI_OUTPUTS), follower=FOLLOWER_DTYPE, transport=TRANSPORT_DTYPE,
    notes=(NOTE_DTYPE, TRACKS),
    midi_queue=(MIDI_EVENT_DTYPE, MIDI_EVENTS),  # events to be sent, by frame
    midi_out=(MIDI_EVENT_DTYPE, MIDI_EVENTS), midi_in=(MIDI_EVENT_DTYPE, MIDI_EVENTS),  # this block's
    duck=DUCK_DTYPE, stutter=STUTTER_DTYPE, tape_stop=TAPE_STOP_DTYPE, gate_open=_FLOAT, reverse=REVERSE_DTYPE,
    track_peaks=(_FLOAT, TRACKS), mix_peaks=(_FLOAT, 2), input_peaks=(_FLOAT, 2),  # of this block
    # this block's audio, by frame and side; audio_in is filled by the caller, mix and controls are the result
    audio_in=("f4", (MAX_FRAMES, 2)), mix=(_FLOAT, (MAX_FRAMES, 2)), controls=(_FLOAT, (MAX_FRAMES, CONTROLS)),
    kit_bus=(_FLOAT, (MAX_FRAMES, 2)), kick_bus=(_FLOAT, (MAX_FRAMES, 2)), duck_gain=(_FLOAT, MAX_FRAMES),
    lone=(_FLOAT, (MAX_FRAMES, 2)), tap=("f4", (MAX_FRAMES, 2)))  # lone: one voice on its way to a bus and the tap

(AUDIO, STEP, TRACK, SCORE, VOICE, DECK, RAMP, EVENT, MIDI_EVENT, MIDI_RING, TRANSPORT, DUCK, STUTTER, TAPE_STOP,
 REVERSE, MEMORY) = map(from_dtype, (
     AUDIO_DTYPE, STEP_DTYPE, TRACK_DTYPE, SCORE_DTYPE, VOICE_DTYPE, DECK_DTYPE, RAMP_DTYPE, EVENT_DTYPE,
     MIDI_EVENT_DTYPE, MIDI_RING_DTYPE, TRANSPORT_DTYPE, DUCK_DTYPE, STUTTER_DTYPE, TAPE_STOP_DTYPE, REVERSE_DTYPE,
     MEMORY_DTYPE))
STEREO, STEREO_MIX = types.Array(types.float32, 2, "C"), types.Array(types.float64, 2, "C")


def make_memory() -> np.void:
    """A memory of zeros."""
    return np.zeros(1, MEMORY_DTYPE)[0]


def make_score() -> np.void:
    """A score of zeros that no audio thread will play."""
    return np.zeros(1, SCORE_DTYPE)[0]


def memory_behind(record: np.void) -> np.ndarray:
    """The array that holds a record that `make_memory` or the like has made."""
    array: Any = record.base
    return np.asarray(array)


def address_of_record(record: np.void) -> int:
    """Where that record lies."""
    return memory_behind(record).ctypes.data


@lower_cast(types.NestedArray, types.Array)
def _nested_as_array(context, builder, from_type, to_type, value):
    """An array in a record may be passed on as any other array: both are the same to compiled code."""
    return value


@inner(STEREO(AUDIO))
def stereo(audio):
    """The float32 (length, 2) array that `audio` says where to find. Real-time: yes."""
    return carray(pointer_to(audio.address), (audio.length, 2), np.float32)
