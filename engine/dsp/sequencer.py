"""Which strokes are due: worked out from the score and the frame alone, so no block ever misses or repeats one."""

import math

from numba import types

from engine.dsp.kernel import inner
from engine.dsp.layout import EVENTS, MEMORY, TRACKS
from engine.dsp.sampler import T_AUDIBLE, T_COUNT, T_NAME, T_STEP_TICKS, T_STRUCK, T_SWING_TICKS

# words of a score: `score_ints`, then `score_floats`
(S_PLAYING, S_ORIGIN_TICKS, S_ORIGIN_FRAMES, S_PHASE, S_SEED, S_TRACKS, S_LOOP_ADDRESS, S_LOOP_LENGTH,
 S_RESIDUAL_ADDRESS, S_RESIDUAL_LENGTH, S_PASS_TICKS, S_SEQUENCE, S_LOOP_PHASE, S_FILL_UNTIL, S_GATES,
 S_DOWNBEAT) = range(16)
S_FOLLOW, S_RESTING = 24, 25
S_REVERSE, S_STUTTER, S_TAPE, S_GATE, S_DUCK = range(27, 32)  # note lengths in ticks; the first three 0 while off
(S_FRAMES_PER_TICK, S_KIT_GAIN, S_LOOP_GAIN, S_RESIDUAL_GAIN) = range(4)
S_CONTROLS = 16  # and on: where the controls are to go
# words of a step: `step_ints`, then `step_floats`
# SOUNDS sounds from SOUND on take turns: RANK strokes of theirs come before this step's in a pass of STROKES
(MICROTIMING, NTH, OF, RATCHET, WHEN, SOUND, SOUNDS, RANK, STROKES, DECAY) = range(10)
VELOCITY, PROBABILITY, INCREMENT, CUTOFF = range(4)  # DECAY, INCREMENT and CUTOFF override the sound's unless 0
IN_FILLS, OUTSIDE_FILLS = 1, 2
NEVER_STRUCK = -(1 << 62)
FOR_EVER = 1 << 60
NEAR_TICKS = 240  # two songs this close are one song whose tempo changed
# 8 tracks of 16 steps a beat with 8 strokes each at 300 BPM and 8 kHz, three steps' strokes at once: under EVENTS
STRETCH_FRAMES = 256

INT, FLOAT = types.int64, types.float64


@inner(INT(MEMORY, INT, INT))
def frame_at(memory, slot, ticks):
    """core's Timeline.frames_at, for the timeline of score `slot`."""
    ints = memory.score_ints[slot]
    exact = (ticks - ints[S_ORIGIN_TICKS]) * memory.score_floats[slot, S_FRAMES_PER_TICK]
    return ints[S_ORIGIN_FRAMES] + math.floor(exact + 0.5)


@inner(INT(MEMORY, INT, INT))
def ticks_at(memory, slot, frame):
    """core's Timeline.ticks_at: the last tick that has sounded at `frame`."""
    ints = memory.score_ints[slot]
    per_tick = memory.score_floats[slot, S_FRAMES_PER_TICK]
    guess = ints[S_ORIGIN_TICKS] + math.floor((frame - ints[S_ORIGIN_FRAMES]) / per_tick)
    while frame_at(memory, slot, guess + 1) <= frame:
        guess += 1
    while frame_at(memory, slot, guess) > frame:
        guess -= 1
    return guess


@inner(FLOAT(INT, INT, INT))
def chance(seed, track, grid_index):
    """core.groove.chance: 0..1, the same for the same slot for ever."""
    mixed = types.uint64(seed) * types.uint64(0x9E3779B97F4A7C15)
    mixed += types.uint64(grid_index * 8 + track + 1) * types.uint64(0xD1342543DE82EF95)
    mixed = (mixed ^ (mixed >> types.uint64(30))) * types.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> types.uint64(27))) * types.uint64(0x94D049BB133111EB)
    return types.float64((mixed ^ (mixed >> types.uint64(31))) >> types.uint64(11)) / 9007199254740992.0


@inner(INT(MEMORY, INT, INT, INT))
def grid_tick_of(memory, slot, track, grid_index):
    """The song tick of the track's swung grid slot."""
    ints = memory.track_ints[slot, track]
    late = ints[T_SWING_TICKS] if grid_index % 2 else 0
    return memory.score_ints[slot, S_PHASE] + grid_index * ints[T_STEP_TICKS] + late


@inner(INT(MEMORY, INT, INT, INT))
def strokes_in(memory, slot, track, grid_index):
    """How many strokes sound in this grid slot on this pass: none where the step is empty or its turn is not
    due, else its ratchet."""
    steps = memory.track_ints[slot, track, T_COUNT]
    step, turn = grid_index % steps, grid_index // steps
    details = memory.step_ints[slot, track, step]
    if memory.step_floats[slot, track, step, VELOCITY] <= 0.0 or turn % details[OF] != details[NTH] - 1:
        return 0
    grid_tick = grid_tick_of(memory, slot, track, grid_index)
    if grid_tick < 0:
        return 0
    fills = grid_tick < memory.score_ints[slot, S_FILL_UNTIL]
    if (details[WHEN] == IN_FILLS and not fills) or (details[WHEN] == OUTSIDE_FILLS and fills):
        return 0
    probability = memory.step_floats[slot, track, step, PROBABILITY]
    if probability < 1.0 and chance(memory.score_ints[slot, S_SEED], track, grid_index) >= probability:
        return 0
    return details[RATCHET]


@inner(INT(MEMORY, INT, INT, INT, INT))
def stroke_tick(memory, slot, track, grid_index, stroke):
    """The song tick of a stroke in this grid slot. A first step that is played early would lie before the song:
    it sounds with the song's first frame."""
    ints = memory.track_ints[slot, track]
    details = memory.step_ints[slot, track, grid_index % ints[T_COUNT]]
    onset = max(0, grid_tick_of(memory, slot, track, grid_index) + details[MICROTIMING])
    return onset + stroke * ints[T_STEP_TICKS] // details[RATCHET]


@inner(INT(MEMORY, INT, INT, INT, INT))
def sound_of(memory, slot, track, grid_index, stroke):
    """Which sound a stroke starts. Recordings of one velocity take turns, counted from the pattern's first pass on:
    the place in the song decides, so any block size and any replay choose alike."""
    steps = memory.track_ints[slot, track, T_COUNT]
    details = memory.step_ints[slot, track, grid_index % steps]
    if details[SOUNDS] <= 1:
        return details[SOUND]
    turn = (grid_index // steps) * details[STROKES] + details[RANK] + stroke
    return details[SOUND] + turn % details[SOUNDS]


@inner(INT(MEMORY, INT, INT, INT, INT, INT, INT))
def insert_event(memory, slot, count, frame, track, grid_index, stroke):
    """Keep the events sorted by frame, then track; the number of events after it."""
    if count >= EVENTS:
        return count
    place = count
    while place > 0 and (memory.events[place - 1, 0] > frame
                         or (memory.events[place - 1, 0] == frame and memory.events[place - 1, 1] > track)):
        memory.events[place] = memory.events[place - 1]
        memory.event_velocities[place] = memory.event_velocities[place - 1]
        place -= 1
    step = grid_index % memory.track_ints[slot, track, T_COUNT]
    event = memory.events[place]
    event[0], event[1], event[2], event[3] = frame, track, grid_tick_of(memory, slot, track, grid_index), step
    event[4] = sound_of(memory, slot, track, grid_index, stroke)
    memory.event_velocities[place] = memory.step_floats[slot, track, step, VELOCITY]
    return count + 1


@inner(INT(MEMORY, INT, INT, INT))
def due_events(memory, slot, first_frame, end_frame):
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
            for index in range((first - 1) // stride - 2, (last + 1) // stride + 2):
                for stroke in range(strokes_in(memory, slot, track, index)):
                    frame = frame_at(memory, slot, stroke_tick(memory, slot, track, index, stroke))
                    if first_frame <= frame < end_frame:
                        count = insert_event(memory, slot, count, frame, track, index, stroke)
    return count


@inner(types.boolean(MEMORY, INT, INT, INT))
def is_one_song(memory, before, slot, frame):
    """Whether score `slot` goes on at `frame` where score `before` is in the song."""
    if memory.score_ints[before, S_PLAYING] == 0 or memory.score_ints[slot, S_PLAYING] == 0:
        return False
    return abs(ticks_at(memory, slot, frame) - ticks_at(memory, before, frame)) <= NEAR_TICKS


@inner(types.void(MEMORY, INT, INT))
def remember_strokes(memory, before, slot):
    """Let the tracks of score `slot` know what the tracks of the same names struck last."""
    for track in range(memory.score_ints[slot, S_TRACKS]):
        for other in range(memory.score_ints[before, S_TRACKS]):
            if memory.track_ints[slot, track, T_NAME] == memory.track_ints[before, other, T_NAME]:
                memory.track_ints[slot, track, T_STRUCK] = memory.track_ints[before, other, T_STRUCK]


@inner(types.boolean(MEMORY, INT, INT, INT, INT, INT, INT))
def is_owed(memory, slot, track, grid_index, stroke, heard_tick, frame):
    """Whether a stroke due before `frame` is still to be heard, when the song was heard up to heard_tick."""
    tick = stroke_tick(memory, slot, track, grid_index, stroke)
    if frame_at(memory, slot, tick) >= frame:
        return False
    if stroke > 0:
        return tick > heard_tick
    grid_tick = grid_tick_of(memory, slot, track, grid_index)
    struck = memory.track_ints[slot, track, T_STRUCK] >= grid_tick
    return not struck and max(tick, grid_tick) > heard_tick


@inner(INT(MEMORY, INT, INT, INT))
def owed_events(memory, before, slot, frame):
    """Fill `memory.events` with what score `slot`, taking over from `before` at `frame`, must strike at once.

    A downbeat that is played early lies before the bar line on which its pattern takes over, and a faster tempo
    moves the next tick to before the frame of the change: without this, neither score would strike them.
    """
    heard_tick = ticks_at(memory, before, frame - 1)
    since = heard_tick - memory.score_ints[slot, S_PHASE]
    count = 0
    for track in range(memory.score_ints[slot, S_TRACKS]):
        if memory.track_ints[slot, track, T_AUDIBLE]:
            stride = memory.track_ints[slot, track, T_STEP_TICKS]
            for index in range(since // stride - 2, (since + NEAR_TICKS) // stride + 3):
                for stroke in range(strokes_in(memory, slot, track, index)):
                    if is_owed(memory, slot, track, index, stroke, heard_tick, frame):
                        count = insert_event(memory, slot, count, frame, track, index, stroke)
    return count


assert TRACKS == 8, "chance() tells tracks apart by their index below 8"
