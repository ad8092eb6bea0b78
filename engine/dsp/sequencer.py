"""Which strokes are due: worked out from the score and the frame alone, so no block ever misses or repeats one."""

import math

from numba import njit, types

from engine.dsp.memory import EVENTS, MEMORY, TRACKS
from engine.dsp.sampler import T_AUDIBLE, T_COUNT, T_STEP_TICKS, T_SWING_TICKS

# words of a score: `score_ints`, then `score_floats`
(S_PLAYING, S_ORIGIN_TICKS, S_ORIGIN_FRAMES, S_PHASE, S_SEED, S_TRACKS, S_LOOP_ADDRESS, S_LOOP_LENGTH,
 S_RESIDUAL_ADDRESS, S_RESIDUAL_LENGTH, S_PASS_TICKS, S_SEQUENCE) = range(12)
(S_FRAMES_PER_TICK, S_KIT_GAIN, S_LOOP_GAIN, S_RESIDUAL_GAIN, S_MASTER, S_CUTOFF, S_SEND) = range(7)
# words of a step: `step_ints`, then `step_floats`
MICROTIMING, NTH, OF, RATCHET = range(4)
VELOCITY, PROBABILITY = range(2)

INT, FLOAT = types.int64, types.float64


@njit(INT(MEMORY, INT, INT), cache=True, nogil=True)
def frame_at(memory, slot, ticks):  # type: ignore[no-untyped-def]
    """core's Timeline.frames_at, for the timeline of score `slot`."""
    ints = memory.score_ints[slot]
    exact = (ticks - ints[S_ORIGIN_TICKS]) * memory.score_floats[slot, S_FRAMES_PER_TICK]
    return ints[S_ORIGIN_FRAMES] + math.floor(exact + 0.5)


@njit(INT(MEMORY, INT, INT), cache=True, nogil=True)
def ticks_at(memory, slot, frame):  # type: ignore[no-untyped-def]
    """core's Timeline.ticks_at: the last tick that has sounded at `frame`."""
    ints = memory.score_ints[slot]
    per_tick = memory.score_floats[slot, S_FRAMES_PER_TICK]
    guess = ints[S_ORIGIN_TICKS] + math.floor((frame - ints[S_ORIGIN_FRAMES]) / per_tick)
    while frame_at(memory, slot, guess + 1) <= frame:
        guess += 1
    while frame_at(memory, slot, guess) > frame:
        guess -= 1
    return guess


@njit(FLOAT(INT, INT, INT), cache=True, nogil=True)
def chance(seed, track, grid_index):  # type: ignore[no-untyped-def]
    """core.groove.chance: 0..1, the same for the same slot for ever."""
    mixed = types.uint64(seed) * types.uint64(0x9E3779B97F4A7C15)
    mixed += types.uint64(grid_index * 8 + track + 1) * types.uint64(0xD1342543DE82EF95)
    mixed = (mixed ^ (mixed >> types.uint64(30))) * types.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> types.uint64(27))) * types.uint64(0x94D049BB133111EB)
    return types.float64((mixed ^ (mixed >> types.uint64(31))) >> types.uint64(11)) / 9007199254740992.0


@njit(INT(MEMORY, INT, INT, INT, FLOAT), cache=True, nogil=True)
def insert_event(memory, count, frame, track, velocity):  # type: ignore[no-untyped-def]
    """Keep the events sorted by frame, then track; the number of events after it."""
    if count >= EVENTS:
        return count
    place = count
    while place > 0 and (memory.events[place - 1, 0] > frame
                         or (memory.events[place - 1, 0] == frame and memory.events[place - 1, 1] > track)):
        memory.events[place] = memory.events[place - 1]
        memory.event_velocities[place] = memory.event_velocities[place - 1]
        place -= 1
    memory.events[place, 0], memory.events[place, 1] = frame, track
    memory.event_velocities[place] = velocity
    return count + 1


@njit(INT(MEMORY, INT, INT, INT, INT, INT, INT), cache=True, nogil=True)
def strokes_of_step(memory, slot, track, grid_index, first_frame, end_frame, count):  # type: ignore[no-untyped-def]
    """Add what grid slot `grid_index` of the track strikes in [first_frame, end_frame)."""
    ints = memory.track_ints[slot, track]
    steps = ints[T_COUNT]
    step, turn = grid_index % steps, grid_index // steps
    velocity = memory.step_floats[slot, track, step, VELOCITY]
    if velocity <= 0.0:
        return count
    details = memory.step_ints[slot, track, step]
    if turn % details[OF] != details[NTH] - 1:
        return count
    late = ints[T_SWING_TICKS] if grid_index % 2 else 0
    grid_tick = memory.score_ints[slot, S_PHASE] + grid_index * ints[T_STEP_TICKS] + late
    if grid_tick < 0:
        return count
    # a first step that is played early would lie before the song: it sounds with its first frame
    onset = max(0, grid_tick + details[MICROTIMING])
    probability = memory.step_floats[slot, track, step, PROBABILITY]
    if probability < 1.0 and chance(memory.score_ints[slot, S_SEED], track, grid_index) >= probability:
        return count
    for stroke in range(details[RATCHET]):
        frame = frame_at(memory, slot, onset + stroke * ints[T_STEP_TICKS] // details[RATCHET])
        if first_frame <= frame < end_frame:
            count = insert_event(memory, count, frame, track, velocity)
    return count


@njit(INT(MEMORY, INT, INT, INT), cache=True, nogil=True)
def due_events(memory, slot, first_frame, end_frame):  # type: ignore[no-untyped-def]
    """Fill `memory.events` with the strokes in [first_frame, end_frame), in order; how many there are.

    A stroke lies at most half a step early, and less than two steps late (swing, microtiming, ratchet).
    """
    count = 0
    if memory.score_ints[slot, S_PLAYING] == 0:
        return count
    phase = memory.score_ints[slot, S_PHASE]
    first = ticks_at(memory, slot, first_frame) - phase
    last = ticks_at(memory, slot, end_frame) - phase
    for track in range(memory.score_ints[slot, S_TRACKS]):
        if memory.track_ints[slot, track, T_AUDIBLE]:
            stride = memory.track_ints[slot, track, T_STEP_TICKS]
            for grid_index in range((first - 1) // stride - 2, (last + 1) // stride + 2):
                count = strokes_of_step(memory, slot, track, grid_index, first_frame, end_frame, count)
    return count


assert TRACKS == 8, "chance() tells tracks apart by their index below 8"
