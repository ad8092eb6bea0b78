"""MIDI clock out: which clock bytes are due on which frame, from the song's timeline alone.

Each output reads the song a little ahead of what sounds (its head), as far as its offset and the pause between
Start and the first clock ask for; so tempo changes that are planned are known in time. Clocks are counted and
never sent twice or left out: one that is late is sent at once, a millisecond after the one before.
"""

from numba import types

from engine.core.midi_bytes import (
    CLOCK,
    CLOCK_TICKS,
    CLOCKS_PER_SIXTEENTH,
    CONTINUE,
    DATA_MASK,
    SIXTEENTH_TICKS,
    SONG_POSITION,
    SONG_POSITIONS,
    START,
    STOP,
)
from engine.core.timeline import PPQN
from engine.dsp.kernel import inner
from engine.dsp.layout import MEMORY, MIDI_OUTPUTS, SCORE
from engine.dsp.midi_out import queue_event
from engine.dsp.ring import SCORE as TAKES_SCORE
from engine.dsp.sequencer import NEAR_TICKS, NEVER, frame_at, ticks_at

LATE_TICKS = PPQN
CATCH_UP_GAPS = 200  # the gap is a millisecond

INT = types.int64


@inner(types.UniTuple(INT, 2)(MEMORY, INT))
def slot_at(memory, frame):
    """The slot of the score in force at `frame`, as far as is known now, and until which frame it is."""
    slot, since, until = memory.state.slot, -NEVER, NEVER
    for index in range(memory.state.pending_count):
        record = memory.pending[index]
        if record.kind == TAKES_SCORE:
            if record.frame > frame:
                until = min(until, record.frame)
            elif record.frame >= since:
                slot, since = record.value, record.frame
    return slot, until


@inner(types.void(MEMORY, INT, INT, INT, INT, INT, INT))
def send(memory, output, ideal, now, gap, message, size):
    """Queue a byte of the clock for frame `ideal`, or when that has passed, at once, `gap` after the one before."""
    sender = memory.senders[output]
    frame = ideal
    late = ideal < now or ideal < sender.last + (gap if sender.late else 0)
    if late:
        frame = max(now, sender.last + gap)
    sender.last, sender.late = frame, late and gap > 0
    queue_event(memory, frame, output, message, size)


@inner(types.boolean(SCORE, INT, INT))
def begins(score, output, now):
    """Whether the score has its origin at `now`, ahead, or so shortly before that its clocks can catch up."""
    return score.origin_frames + CATCH_UP_GAPS * score.clocks[output].gap >= now


@inner(types.void(MEMORY, SCORE, INT, INT, INT))
def start_sender(memory, score, output, head, now):
    """Send Start, or where the song does not begin at its beginning, Song Position and Continue at the next
    sixteenth; the clocks follow."""
    sender, clock = memory.senders[output], score.clocks[output]
    begins_here = begins(score, output, now) and score.origin_ticks % SIXTEENTH_TICKS == 0
    ticks = score.origin_ticks if begins_here else ticks_at(score, head)
    position = max(0, -(-ticks // SIXTEENTH_TICKS))
    if sender.running:
        send(memory, output, head + clock.offset - clock.gap, now, 0, STOP, 1)
    sender.next_clock, sender.running = position * CLOCKS_PER_SIXTEENTH, 1
    sender.started = score.origin_frames
    ideal = frame_at(score, sender.next_clock * CLOCK_TICKS) + clock.offset - clock.gap
    if position == 0:
        send(memory, output, ideal, now, 0, START, 1)
    else:
        place = position % SONG_POSITIONS
        message = SONG_POSITION | (place & DATA_MASK) << 8 | place >> 7 << 16
        send(memory, output, ideal, now, 0, message, 3)
        send(memory, output, ideal, now, 0, CONTINUE, 1)


@inner(types.boolean(MEMORY, SCORE, INT, INT, INT))
def has_jumped(memory, score, output, head, now):
    """Whether the song is elsewhere than the clocks that were sent say."""
    sender = memory.senders[output]
    starts = score.origin_ticks == 0 and begins(score, output, now)
    if starts and score.origin_frames != sender.started:
        return True
    ahead = sender.next_clock * CLOCK_TICKS - ticks_at(score, head)
    return ahead > 2 * NEAR_TICKS or ahead < -LATE_TICKS


@inner(types.boolean(MEMORY, SCORE, INT, INT, INT))
def set_sender(memory, score, output, head, now):
    """Start, stop or realign `output` as the score wants it at `head`; whether it sends clocks from there on."""
    sender, clock, playing = memory.senders[output], score.clocks[output], score.playing != 0
    if sender.running and not (playing and clock.on):
        send(memory, output, head + clock.offset, now, 0, STOP, 1)
        sender.running = 0
    if clock.on == 0:
        return False
    if playing:
        if sender.running == 0 or has_jumped(memory, score, output, head, now):
            start_sender(memory, score, output, head, now)
    else:
        if clock.runs_stopped == 0:
            return False
        following = -(-ticks_at(score, head) // CLOCK_TICKS)
        if abs(sender.next_clock - following) > 1:
            sender.next_clock = following
    return True


@inner(types.void(MEMORY, SCORE, INT, INT, INT, INT))
def send_stretch(memory, score, output, head, until, now):
    """What `output` sends for the song's frames [head, until) under the score."""
    if not set_sender(memory, score, output, head, now):
        return
    sender, clock = memory.senders[output], score.clocks[output]
    frame = frame_at(score, sender.next_clock * CLOCK_TICKS)
    while frame < until:
        send(memory, output, frame + clock.offset, now, clock.gap, CLOCK, 1)
        sender.next_clock += 1
        frame = frame_at(score, sender.next_clock * CLOCK_TICKS)


@inner(types.void(MEMORY, INT, INT))
def send_clocks(memory, now, end):
    """Queue all clock bytes that must be known for [now, end), a stretch without commands. Real-time: yes."""
    score = memory.scores[memory.state.slot]
    for output in range(MIDI_OUTPUTS):
        sender, clock = memory.senders[output], score.clocks[output]
        until = end + max(0, clock.gap - clock.offset)
        behind_ticks = ticks_at(score, now) - sender.next_clock * CLOCK_TICKS
        if sender.head < now and behind_ticks > LATE_TICKS:
            sender.head = now  # blocks were dropped
        while sender.head < until:
            slot, change = slot_at(memory, sender.head)
            reached = min(until, change)
            send_stretch(memory, memory.scores[slot], output, sender.head, reached, now)
            sender.head = reached
