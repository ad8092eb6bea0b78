"""Which strokes are due: worked out from the score and the frame alone, so no block ever misses or repeats one."""

import math

from numba import types

from engine.core.midi_bytes import SIXTEENTH_TICKS
from engine.dsp.kernel import inner
from engine.dsp.layout import EVENTS, MEMORY, SCORE, STEP, TRACK, TRACKS

IN_FILLS, OUTSIDE_FILLS = 1, 2  # as step.when
NEVER = 1 << 62
NEVER_TRIGGERED = -NEVER
FOR_EVER = 1 << 60
NEAR_TICKS = SIXTEENTH_TICKS  # two songs this close are one song whose tempo changed
# 8 tracks of 16 steps a beat with 8 strokes each at 300 BPM and 8 kHz, three steps' strokes at once: under EVENTS
STRETCH_FRAMES = 256

INT, FLOAT = types.int64, types.float64


@inner(INT(SCORE, INT))
def frame_at(score, ticks):
    """core's Timeline.frames_at, for the score's timeline."""
    exact = (ticks - score.origin_ticks) * score.frames_per_tick
    return score.origin_frames + math.floor(exact + 0.5)


@inner(INT(SCORE, INT))
def ticks_at(score, frame):
    """core's Timeline.ticks_at: the last tick that has sounded at `frame`."""
    guess = score.origin_ticks + math.floor((frame - score.origin_frames) / score.frames_per_tick)
    while frame_at(score, guess + 1) <= frame:
        guess += 1
    while frame_at(score, guess) > frame:
        guess -= 1
    return guess


@inner(FLOAT(INT, INT, INT))
def chance(seed, track, grid_index):
    """core.groove.chance: 0..1, the same for the same grid slot for ever."""
    mixed = types.uint64(seed) * types.uint64(0x9E3779B97F4A7C15)
    mixed += types.uint64(grid_index * 8 + track + 1) * types.uint64(0xD1342543DE82EF95)
    mixed = (mixed ^ (mixed >> types.uint64(30))) * types.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> types.uint64(27))) * types.uint64(0x94D049BB133111EB)
    return types.float64((mixed ^ (mixed >> types.uint64(31))) >> types.uint64(11)) / 9007199254740992.0


@inner(STEP(TRACK, INT))
def step_in(track, grid_index):
    """The step that fills a grid slot of the track."""
    return track.steps[grid_index % track.step_count]


@inner(INT(SCORE, TRACK, INT))
def grid_tick_of(score, track, grid_index):
    """The song tick of the track's swung grid slot."""
    late = track.swing_ticks if grid_index % 2 else 0
    return score.phase_ticks + grid_index * track.step_ticks + late


@inner(INT(SCORE, INT, INT))
def strokes_in(score, index, grid_index):
    """How many strokes sound in this grid slot of track `index` on this pass: none where the step is empty or not
    due, else its ratchet."""
    track = score.tracks[index]
    step, turn = step_in(track, grid_index), grid_index // track.step_count
    if step.velocity <= 0.0 or turn % step.of != step.nth - 1:
        return 0
    grid_tick = grid_tick_of(score, track, grid_index)
    if grid_tick < 0:
        return 0
    fills = grid_tick < score.fill_until_ticks
    if (step.when == IN_FILLS and not fills) or (step.when == OUTSIDE_FILLS and fills):
        return 0
    if step.probability < 1.0 and chance(score.seed, index, grid_index) >= step.probability:
        return 0
    return step.ratchet


@inner(INT(SCORE, TRACK, INT, INT))
def stroke_tick(score, track, grid_index, stroke):
    """The song tick of a stroke in this grid slot. A first step that is played early would lie before the song:
    it sounds with the song's first frame."""
    step = step_in(track, grid_index)
    onset = max(0, grid_tick_of(score, track, grid_index) + step.microtiming)
    return onset + stroke * track.step_ticks // step.ratchet


@inner(INT(TRACK, INT, INT))
def sound_of(track, grid_index, stroke):
    """Which sound a stroke starts. Recordings of one velocity take turns, counted from the pattern's first pass on:
    the place in the song decides, so any block size and any replay choose alike."""
    step = step_in(track, grid_index)
    if step.sounds <= 1:
        return step.sound
    turn = (grid_index // track.step_count) * step.strokes + step.rank + stroke
    return step.sound + turn % step.sounds


@inner(INT(MEMORY, SCORE, INT, INT, INT, INT, INT))
def insert_event(memory, score, count, frame, index, grid_index, stroke):
    """Keep the events sorted by frame, then track; the number of events after it."""
    if count >= EVENTS:
        return count
    events, place = memory.events, count
    while place > 0 and (events[place - 1].frame > frame
                         or (events[place - 1].frame == frame and events[place - 1].track > index)):
        events[place] = events[place - 1]
        place -= 1
    track, event = score.tracks[index], events[place]
    event.frame, event.track = frame, index
    event.grid_tick = grid_tick_of(score, track, grid_index)
    event.step = grid_index % track.step_count
    event.sound = sound_of(track, grid_index, stroke)
    event.velocity = step_in(track, grid_index).velocity
    return count + 1


@inner(INT(MEMORY, SCORE, INT, INT))
def due_events(memory, score, first_frame, end_frame):
    """Fill `memory.events` with the strokes in [first_frame, end_frame), in order; how many there are.

    A stroke lies at most half a step early, and less than two steps late (swing, microtiming, ratchet).
    """
    count = 0
    if score.playing == 0:
        return count
    first = ticks_at(score, first_frame) - score.phase_ticks
    last = ticks_at(score, end_frame) - score.phase_ticks
    for index in range(score.track_count):
        track = score.tracks[index]
        if track.audible:
            stride = track.step_ticks
            for grid_index in range((first - 1) // stride - 2, (last + 1) // stride + 2):
                for stroke in range(strokes_in(score, index, grid_index)):
                    frame = frame_at(score, stroke_tick(score, track, grid_index, stroke))
                    if first_frame <= frame < end_frame:
                        count = insert_event(memory, score, count, frame, index, grid_index, stroke)
    return count


@inner(types.boolean(SCORE, SCORE, INT))
def is_one_song(before, score, frame):
    """Whether `score` goes on at `frame` where the score `before` is in the song."""
    if before.playing == 0 or score.playing == 0:
        return False
    return abs(ticks_at(score, frame) - ticks_at(before, frame)) <= NEAR_TICKS


@inner(types.void(SCORE, SCORE))
def remember_triggers(before, score):
    """Let the tracks of `score` know what the tracks of the same names in `before` triggered last."""
    for index in range(score.track_count):
        for other in range(before.track_count):
            if score.tracks[index].name == before.tracks[other].name:
                score.tracks[index].triggered_tick = before.tracks[other].triggered_tick


@inner(types.boolean(SCORE, TRACK, INT, INT, INT, INT))
def is_owed(score, track, grid_index, stroke, sounded_tick, frame):
    """Whether a stroke due before `frame` still has to sound, when the song has sounded up to sounded_tick."""
    tick = stroke_tick(score, track, grid_index, stroke)
    if frame_at(score, tick) >= frame:
        return False
    if stroke > 0:
        return tick > sounded_tick
    grid_tick = grid_tick_of(score, track, grid_index)
    return not track.triggered_tick >= grid_tick and max(tick, grid_tick) > sounded_tick


@inner(INT(MEMORY, SCORE, SCORE, INT))
def owed_events(memory, before, score, frame):
    """Fill `memory.events` with what `score`, taking over from `before` at `frame`, must trigger at once.

    A downbeat that is played early lies before the bar line on which its pattern takes over, and a faster tempo
    moves the next tick to before the frame of the change: without this, neither score would trigger them.
    """
    sounded_tick = ticks_at(before, frame - 1)
    since = sounded_tick - score.phase_ticks
    count = 0
    for index in range(score.track_count):
        track = score.tracks[index]
        if track.audible:
            stride = track.step_ticks
            for grid_index in range(since // stride - 2, (since + NEAR_TICKS) // stride + 3):
                for stroke in range(strokes_in(score, index, grid_index)):
                    if is_owed(score, track, grid_index, stroke, sounded_tick, frame):
                        count = insert_event(memory, score, count, frame, index, grid_index, stroke)
    return count


assert TRACKS == 8, "chance() tells tracks apart by their index below 8"
