"""The audio thread's memory: one set of arrays, made once, that Python and a C callback see alike.

Python makes the arrays (`Processor`) and hands their addresses to a compiled callback, which rebuilds the
same `Memory` from them; so live and offline call the very same `render_block`.
"""

from typing import NamedTuple

import numpy as np
from llvmlite import ir
from numba import carray, types
from numba.extending import intrinsic

from engine.core.midi import MIDI_OUTPUTS
from engine.dsp.controls import CONTROLS, RAMPS
from engine.dsp.kernel import inner

SCORE_SLOTS = 32
TRACKS, STEPS, SOUNDS = 8, 128, 160
VOICES, POLYPHONY = 96, 64
RING_RECORDS, RECORD_WORDS = 256, 8
PENDING = 64
DECKS = 6
EVENTS = 512
MIDI_EVENTS, MIDI_RING = 256, 1024

# words of `state`
(EXPECTED, STARTED, SLOT, SEQUENCE, PLAYING, POSITION, DROPPED, SOUNDING, CAPTURED, PENDING_COUNT, STARTS,
 BAD_VALUES, RAMP_FRAMES, NEWEST, CUT_AT) = range(15)
TAP = 27  # 0 nothing, TAP_KIT all voices, else the track's index + 1: what `tap` gets
MIDI_QUEUED, MIDI_SENDING, MIDI_HEARING, MIDI_LOST = 28, 29, 30, 31
TAP_KIT = TRACKS + 1
LENGTHS = 4  # words of the table of addresses behind the addresses
# a word of `effect_ints`: a kick has just been struck
KICKED = 0
# words of a ring's head block, a cache line apart
HEAD, TAIL = 0, 8


class Memory(NamedTuple):
    """All arrays of the audio thread. Each is written by the audio thread alone, except score slots that are
    not in use and the command ring's free records, which the control thread fills."""

    state: np.ndarray  # (32,) int64, words above
    score_ints: np.ndarray  # (SCORE_SLOTS, 32) int64, see score.py
    score_floats: np.ndarray  # (SCORE_SLOTS, 32) float64
    track_ints: np.ndarray  # (SCORE_SLOTS, TRACKS, 16) int64
    track_floats: np.ndarray  # (SCORE_SLOTS, TRACKS, 8) float64
    step_ints: np.ndarray  # (SCORE_SLOTS, TRACKS, STEPS, 12) int64, see sequencer.py
    step_floats: np.ndarray  # (SCORE_SLOTS, TRACKS, STEPS, 4) float64
    sound_ints: np.ndarray  # (SCORE_SLOTS, SOUNDS, 8) int64, see sampler.py
    sound_floats: np.ndarray  # (SCORE_SLOTS, SOUNDS, 8) float64
    voice_ints: np.ndarray  # (VOICES, 16) int64, see sampler.py
    voice_floats: np.ndarray  # (VOICES, 8) float64
    deck_ints: np.ndarray  # (DECKS, 16) int64, see deck.py
    deck_floats: np.ndarray  # (DECKS, 8) float64
    ramp_floats: np.ndarray  # (RAMPS, 2) float64: from, to
    ramp_starts: np.ndarray  # (RAMPS,) int64 frames
    pending: np.ndarray  # (PENDING, RECORD_WORDS) int64
    events: np.ndarray  # (EVENTS, 5) int64: frame, track, tick of the grid slot, step, sound
    event_velocities: np.ndarray  # (EVENTS,) float64
    commands: np.ndarray  # (RING_RECORDS, RECORD_WORDS) int64
    command_heads: np.ndarray  # (16,) int64
    returns: np.ndarray  # (RING_RECORDS, RECORD_WORDS) int64
    return_heads: np.ndarray  # (16,) int64
    peaks: np.ndarray  # (TRACKS + 4,) float64: tracks, mix left and right, input left and right; this block
    audio_in: np.ndarray  # (max_frames, 2) float32, filled by the caller
    kit_bus: np.ndarray  # (max_frames, 2) float64
    mix: np.ndarray  # (max_frames, 2) float64, the result, before the rack
    controls: np.ndarray  # (max_frames, CONTROLS) float64, see controls.py
    capture: np.ndarray  # (capture_frames, 2) float32
    # MIDI, see midi.py and clock.py; an event is a frame, a port, up to three bytes, the first lowest, their count
    clock_ints: np.ndarray  # (SCORE_SLOTS, MIDI_OUTPUTS, 4) int64: what each output sends as its clock
    route_ints: np.ndarray  # (SCORE_SLOTS, TRACKS, 8) int64: which note each track plays elsewhere
    pad_tracks: np.ndarray  # (SCORE_SLOTS, 128) int64: the track that a note strikes, plus one
    sender: np.ndarray  # (MIDI_OUTPUTS, 8) int64: where each output's clock is
    follower: np.ndarray  # (8,) int64: what was heard of another's transport
    notes: np.ndarray  # (TRACKS, 4) int64: the note that each track has sounding elsewhere
    midi_queue: np.ndarray  # (MIDI_EVENTS, 4) int64: events to come, by frame
    midi_out: np.ndarray  # (MIDI_EVENTS, 4) int64: this block's events out
    midi_in: np.ndarray  # (MIDI_EVENTS, 4) int64: this block's events in, filled by the caller
    midi_heard: np.ndarray  # (MIDI_RING, 4) int64: a ring of every event in
    midi_heard_heads: np.ndarray  # (16,) int64
    midi_sent: np.ndarray  # (MIDI_RING, 4) int64: a ring of every event out
    midi_sent_heads: np.ndarray  # (16,) int64
    lone: np.ndarray  # (max_frames, 2) float64: one voice on its way to a bus and the tap
    tap: np.ndarray  # (max_frames, 2) float32: this block of what is tapped
    key_bus: np.ndarray  # (max_frames, 2) float64: the kick, which ducks the rest
    duck: np.ndarray  # (max_frames,) float64: the gain that it leaves to the rest
    heard: np.ndarray  # (heard_frames, 2) float32: the mix of the last seconds, for what stutters and stops
    effect_ints: np.ndarray  # (32,) int64, see effects.py and reverse.py
    effect_floats: np.ndarray  # (8,) float64
    played: np.ndarray  # (played_frames, 2) float32: the mix of the last bars, for what runs backwards


_SHAPES: dict[str, tuple[int, ...]] = {
    "state": (32,), "score_ints": (SCORE_SLOTS, 32), "score_floats": (SCORE_SLOTS, 32),
    "track_ints": (SCORE_SLOTS, TRACKS, 16), "track_floats": (SCORE_SLOTS, TRACKS, 8),
    "step_ints": (SCORE_SLOTS, TRACKS, STEPS, 12), "step_floats": (SCORE_SLOTS, TRACKS, STEPS, 4),
    "sound_ints": (SCORE_SLOTS, SOUNDS, 8), "sound_floats": (SCORE_SLOTS, SOUNDS, 8),
    "voice_ints": (VOICES, 16), "voice_floats": (VOICES, 8), "deck_ints": (DECKS, 16), "deck_floats": (DECKS, 8),
    "ramp_floats": (RAMPS, 2), "ramp_starts": (RAMPS,), "pending": (PENDING, RECORD_WORDS), "events": (EVENTS, 5),
    "event_velocities": (EVENTS,), "commands": (RING_RECORDS, RECORD_WORDS), "command_heads": (16,),
    "returns": (RING_RECORDS, RECORD_WORDS), "return_heads": (16,), "peaks": (TRACKS + 4,),
    "clock_ints": (SCORE_SLOTS, MIDI_OUTPUTS, 4), "route_ints": (SCORE_SLOTS, TRACKS, 8),
    "pad_tracks": (SCORE_SLOTS, 128), "sender": (MIDI_OUTPUTS, 8), "follower": (8,), "notes": (TRACKS, 4),
    "midi_queue": (MIDI_EVENTS, 4), "midi_out": (MIDI_EVENTS, 4), "midi_in": (MIDI_EVENTS, 4),
    "midi_heard": (MIDI_RING, 4), "midi_heard_heads": (16,), "midi_sent": (MIDI_RING, 4), "midi_sent_heads": (16,),
    "effect_ints": (32,), "effect_floats": (8,),
}
SIZES = len(Memory._fields)
_FLOAT64 = {"score_floats", "track_floats", "step_floats", "sound_floats", "voice_floats", "deck_floats", "ramp_floats",
            "event_velocities", "peaks", "kit_bus", "mix", "controls", "lone", "key_bus", "duck", "effect_floats"}
_FLOAT32 = {"audio_in", "capture", "tap", "heard", "played"}


def _dtype(name: str) -> type:
    return np.float64 if name in _FLOAT64 else np.float32 if name in _FLOAT32 else np.int64


def make_memory(max_frames: int, capture_frames: int, heard_frames: int = 1024, played_frames: int = 1024) -> Memory:
    """All arrays, zeroed. heard_frames and played_frames are powers of two."""
    blocks = {"audio_in": (max_frames, 2), "kit_bus": (max_frames, 2), "mix": (max_frames, 2),
              "controls": (max_frames, CONTROLS), "capture": (capture_frames, 2), "lone": (max_frames, 2),
              "tap": (max_frames, 2), "key_bus": (max_frames, 2), "duck": (max_frames,), "heard": (heard_frames, 2),
              "played": (played_frames, 2)}
    return Memory(*(np.zeros({**_SHAPES, **blocks}[name], _dtype(name)) for name in Memory._fields))


def addresses_of(memory: Memory) -> np.ndarray:
    """Where the arrays lie: int64, one word an array in the order of `Memory`, then max_frames, capture_frames,
    heard_frames, played_frames."""
    words = [array.ctypes.data for array in memory]
    words += [len(memory.audio_in), len(memory.capture), len(memory.heard), len(memory.played)]
    return np.array(words, np.int64)


@intrinsic
def _pointer(typingctx, address):
    def codegen(context, builder, signature, arguments):
        return builder.inttoptr(arguments[0], ir.IntType(8).as_pointer())

    return types.voidptr(types.int64), codegen


@intrinsic
def load_acquire(typingctx, array, index):
    """array[index] of int64, read so that nothing read later can be older."""

    def codegen(context, builder, signature, arguments):
        from numba.np.arrayobj import make_array

        data = make_array(signature.args[0])(context, builder, arguments[0]).data
        return builder.load_atomic(builder.gep(data, [arguments[1]]), "acquire", 8)

    return types.int64(array, types.int64), codegen


@intrinsic
def store_release(typingctx, array, index, value):
    """array[index] = value of int64, seen by others only after all that was written before."""

    def codegen(context, builder, signature, arguments):
        from numba.np.arrayobj import make_array

        data = make_array(signature.args[0])(context, builder, arguments[0]).data
        builder.store_atomic(arguments[2], builder.gep(data, [arguments[1]]), "release", 8)
        return context.get_dummy_value()

    return types.void(array, types.int64, types.int64), codegen


WORDS = types.Array(types.int64, 1, "C")
_NUMBA_TYPES = {"float64": types.float64, "float32": types.float32, "int64": types.int64}
MEMORY = types.NamedTuple([types.Array(_NUMBA_TYPES[array.dtype.name], array.ndim, "C") for array in make_memory(1, 1)],
                          Memory)


@inner(types.float32[:, ::1](types.int64, types.int64))
def stereo_at(address, frames):
    """The float32 (frames, 2) array at `address`. Real-time: yes."""
    return carray(_pointer(address), (frames, 2), np.float32)


@inner(MEMORY(WORDS))
def memory_at(at):
    """The Memory whose addresses are in the table `at`. Real-time: yes."""
    frames, captured, heard, played = at[SIZES], at[SIZES + 1], at[SIZES + 2], at[SIZES + 3]
    return Memory(
        carray(_pointer(at[0]), (32,), np.int64),
        carray(_pointer(at[1]), (SCORE_SLOTS, 32), np.int64),
        carray(_pointer(at[2]), (SCORE_SLOTS, 32), np.float64),
        carray(_pointer(at[3]), (SCORE_SLOTS, TRACKS, 16), np.int64),
        carray(_pointer(at[4]), (SCORE_SLOTS, TRACKS, 8), np.float64),
        carray(_pointer(at[5]), (SCORE_SLOTS, TRACKS, STEPS, 12), np.int64),
        carray(_pointer(at[6]), (SCORE_SLOTS, TRACKS, STEPS, 4), np.float64),
        carray(_pointer(at[7]), (SCORE_SLOTS, SOUNDS, 8), np.int64),
        carray(_pointer(at[8]), (SCORE_SLOTS, SOUNDS, 8), np.float64),
        carray(_pointer(at[9]), (VOICES, 16), np.int64),
        carray(_pointer(at[10]), (VOICES, 8), np.float64),
        carray(_pointer(at[11]), (DECKS, 16), np.int64),
        carray(_pointer(at[12]), (DECKS, 8), np.float64),
        carray(_pointer(at[13]), (RAMPS, 2), np.float64),
        carray(_pointer(at[14]), (RAMPS,), np.int64),
        carray(_pointer(at[15]), (PENDING, RECORD_WORDS), np.int64),
        carray(_pointer(at[16]), (EVENTS, 5), np.int64),
        carray(_pointer(at[17]), (EVENTS,), np.float64),
        carray(_pointer(at[18]), (RING_RECORDS, RECORD_WORDS), np.int64),
        carray(_pointer(at[19]), (16,), np.int64),
        carray(_pointer(at[20]), (RING_RECORDS, RECORD_WORDS), np.int64),
        carray(_pointer(at[21]), (16,), np.int64),
        carray(_pointer(at[22]), (TRACKS + 4,), np.float64),
        carray(_pointer(at[23]), (frames, 2), np.float32),
        carray(_pointer(at[24]), (frames, 2), np.float64),
        carray(_pointer(at[25]), (frames, 2), np.float64),
        carray(_pointer(at[26]), (frames, CONTROLS), np.float64),
        carray(_pointer(at[27]), (captured, 2), np.float32),
        carray(_pointer(at[28]), (SCORE_SLOTS, MIDI_OUTPUTS, 4), np.int64),
        carray(_pointer(at[29]), (SCORE_SLOTS, TRACKS, 8), np.int64),
        carray(_pointer(at[30]), (SCORE_SLOTS, 128), np.int64),
        carray(_pointer(at[31]), (MIDI_OUTPUTS, 8), np.int64),
        carray(_pointer(at[32]), (8,), np.int64),
        carray(_pointer(at[33]), (TRACKS, 4), np.int64),
        carray(_pointer(at[34]), (MIDI_EVENTS, 4), np.int64),
        carray(_pointer(at[35]), (MIDI_EVENTS, 4), np.int64),
        carray(_pointer(at[36]), (MIDI_EVENTS, 4), np.int64),
        carray(_pointer(at[37]), (MIDI_RING, 4), np.int64),
        carray(_pointer(at[38]), (16,), np.int64),
        carray(_pointer(at[39]), (MIDI_RING, 4), np.int64),
        carray(_pointer(at[40]), (16,), np.int64),
        carray(_pointer(at[41]), (frames, 2), np.float64),
        carray(_pointer(at[42]), (frames, 2), np.float32),
        carray(_pointer(at[43]), (frames, 2), np.float64),
        carray(_pointer(at[44]), (frames,), np.float64),
        carray(_pointer(at[45]), (heard, 2), np.float32),
        carray(_pointer(at[46]), (32,), np.int64),
        carray(_pointer(at[47]), (8,), np.float64),
        carray(_pointer(at[48]), (played, 2), np.float32),
    )
