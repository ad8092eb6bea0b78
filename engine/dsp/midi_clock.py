"""MIDI clock out: which clock bytes are due on which frame, from the song's timeline alone.

Each output reads the song a little ahead of what sounds (its head), as far as its offset and the pause between
Start and the first clock ask for; so tempo changes that are planned are known in time. Clocks are counted and
never sent twice or left out: one that is late is sent at once, a millisecond after the one before.
"""

from numba import types

from engine.core.midi_bytes import CLOCKS_PER_BEAT
from engine.core.timeline import PPQN
from engine.dsp.kernel import inner
from engine.dsp.layout import MEMORY, MIDI_OUTPUTS, PENDING_COUNT, SLOT
from engine.dsp.midi_out import (
    C_HEAD,
    C_LAST,
    C_LATE,
    C_NEXT,
    C_RUNNING,
    C_STARTED,
    CLOCK,
    CONTINUE,
    POSITION,
    START,
    STOP,
    queue_event,
)
from engine.dsp.ring import AT_FRAME, KIND, SCORE, VALUE
from engine.dsp.sequencer import NEAR_TICKS, S_ORIGIN_FRAMES, S_ORIGIN_TICKS, S_PLAYING, frame_at, ticks_at

# words of a score's clock: `clock_ints`
K_ON, K_OFFSET, K_STOPPED, K_GAP = range(4)
CLOCK_TICKS = PPQN // CLOCKS_PER_BEAT
SIXTEENTH_CLOCKS, POSITIONS = CLOCKS_PER_BEAT // 4, 1 << 14
LATE_TICKS = PPQN
CATCH_UP_GAPS = 200  # the gap is a millisecond
NEVER = 1 << 62

INT = types.int64


@inner(types.UniTuple(INT, 2)(MEMORY, INT))
def score_at(memory, frame):
    """The score slot that is in force at `frame`, as far as is known now, and until which frame it is."""
    slot, since, until = memory.state[SLOT], -NEVER, NEVER
    for index in range(memory.state[PENDING_COUNT]):
        record = memory.pending[index]
        if record[KIND] == SCORE:
            if record[AT_FRAME] > frame:
                until = min(until, record[AT_FRAME])
            elif record[AT_FRAME] >= since:
                slot, since = record[VALUE], record[AT_FRAME]
    return slot, until


@inner(types.void(MEMORY, INT, INT, INT, INT, INT, INT))
def send(memory, output, ideal, now, gap, message, size):
    """Queue a byte of the clock for frame `ideal`, or when that has passed, at once, `gap` after the one before."""
    sender = memory.sender[output]
    frame = ideal
    late = ideal < now or ideal < sender[C_LAST] + (gap if sender[C_LATE] else 0)
    if late:
        frame = max(now, sender[C_LAST] + gap)
    sender[C_LAST], sender[C_LATE] = frame, late and gap > 0
    queue_event(memory, frame, output, message, size)


@inner(types.boolean(MEMORY, INT, INT, INT))
def begins(memory, output, slot, now):
    """Whether score `slot` has its origin at `now`, ahead, or so shortly before that its clocks can catch up."""
    late = CATCH_UP_GAPS * memory.clock_ints[slot, output, K_GAP]
    return memory.score_ints[slot, S_ORIGIN_FRAMES] + late >= now


@inner(types.void(MEMORY, INT, INT, INT, INT))
def start_sender(memory, output, slot, head, now):
    """Send Start, or where the song does not begin at its beginning, Song Position and Continue at the next
    sixteenth; the clocks follow."""
    sender, ints, clock = memory.sender[output], memory.score_ints[slot], memory.clock_ints[slot, output]
    begins_here = begins(memory, output, slot, now) and ints[S_ORIGIN_TICKS] % (SIXTEENTH_CLOCKS * CLOCK_TICKS) == 0
    ticks = ints[S_ORIGIN_TICKS] if begins_here else ticks_at(memory, slot, head)
    position = max(0, -(-ticks // (SIXTEENTH_CLOCKS * CLOCK_TICKS)))
    if sender[C_RUNNING]:
        send(memory, output, head + clock[K_OFFSET] - clock[K_GAP], now, 0, STOP, 1)
    sender[C_NEXT], sender[C_RUNNING] = position * SIXTEENTH_CLOCKS, 1
    sender[C_STARTED] = ints[S_ORIGIN_FRAMES]
    ideal = frame_at(memory, slot, sender[C_NEXT] * CLOCK_TICKS) + clock[K_OFFSET] - clock[K_GAP]
    if position == 0:
        send(memory, output, ideal, now, 0, START, 1)
    else:
        place = position % POSITIONS
        send(memory, output, ideal, now, 0, POSITION | (place & 127) << 8 | place >> 7 << 16, 3)
        send(memory, output, ideal, now, 0, CONTINUE, 1)


@inner(types.boolean(MEMORY, INT, INT, INT, INT))
def has_jumped(memory, output, slot, head, now):
    """Whether the song is elsewhere than the clocks that were sent say."""
    sender, ints = memory.sender[output], memory.score_ints[slot]
    starts = ints[S_ORIGIN_TICKS] == 0 and begins(memory, output, slot, now)
    if starts and ints[S_ORIGIN_FRAMES] != sender[C_STARTED]:
        return True
    ahead = sender[C_NEXT] * CLOCK_TICKS - ticks_at(memory, slot, head)
    return ahead > 2 * NEAR_TICKS or ahead < -LATE_TICKS


@inner(types.void(MEMORY, INT, INT, INT, INT, INT))
def send_stretch(memory, output, slot, head, until, now):
    """What `output` sends for the song's frames [head, until) under score `slot`."""
    sender, clock = memory.sender[output], memory.clock_ints[slot, output]
    playing = memory.score_ints[slot, S_PLAYING] != 0
    if sender[C_RUNNING] and not (playing and clock[K_ON]):
        send(memory, output, head + clock[K_OFFSET], now, 0, STOP, 1)
        sender[C_RUNNING] = 0
    if clock[K_ON] == 0:
        return
    if playing:
        if sender[C_RUNNING] == 0 or has_jumped(memory, output, slot, head, now):
            start_sender(memory, output, slot, head, now)
    else:
        if clock[K_STOPPED] == 0:
            return
        following = -(-ticks_at(memory, slot, head) // CLOCK_TICKS)
        if abs(sender[C_NEXT] - following) > 1:
            sender[C_NEXT] = following
    frame = frame_at(memory, slot, sender[C_NEXT] * CLOCK_TICKS)
    while frame < until:
        send(memory, output, frame + clock[K_OFFSET], now, clock[K_GAP], CLOCK, 1)
        sender[C_NEXT] += 1
        frame = frame_at(memory, slot, sender[C_NEXT] * CLOCK_TICKS)


@inner(types.void(MEMORY, INT, INT))
def send_clocks(memory, now, end):
    """Queue all clock bytes that must be known for [now, end), a stretch without commands. Real-time: yes."""
    for output in range(MIDI_OUTPUTS):
        sender, clock = memory.sender[output], memory.clock_ints[memory.state[SLOT], output]
        until = end + max(0, clock[K_GAP] - clock[K_OFFSET])
        behind_ticks = ticks_at(memory, memory.state[SLOT], now) - sender[C_NEXT] * CLOCK_TICKS
        if sender[C_HEAD] < now and behind_ticks > LATE_TICKS:
            sender[C_HEAD] = now  # blocks were dropped
        while sender[C_HEAD] < until:
            slot, change = score_at(memory, sender[C_HEAD])
            reached = min(until, change)
            send_stretch(memory, output, slot, sender[C_HEAD], reached, now)
            sender[C_HEAD] = reached
