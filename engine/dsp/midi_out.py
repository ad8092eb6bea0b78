"""MIDI events by frame: what is to be sent waits in order of time, what came in strikes pads."""

from numba import types

from engine.dsp.kernel import inner
from engine.dsp.layout import (
    HEAD,
    MEMORY,
    MIDI_EVENTS,
    MIDI_LOST,
    MIDI_OUTPUTS,
    MIDI_QUEUED,
    MIDI_RING,
    MIDI_SENDING,
    TAIL,
    TRACKS,
    load_acquire,
    store_release,
)

# words of an event; its bytes lie in one word, the first lowest
FRAME, PORT, BYTES, SIZE = range(4)
# words of a route: output and channel from 0 on, output -1 for none
R_OUTPUT, R_CHANNEL, R_NOTE, R_SILENT, R_FRAMES = range(5)
# words of a track's sounding note
N_OUTPUT, N_CHANNEL, N_NOTE, N_OFF = range(4)
# words of an output's sender
C_RUNNING, C_NEXT, C_HEAD, C_LAST, C_USED, C_STARTED, C_LATE = range(7)
NOTE_OFF, NOTE_ON, CONTROL = 0x80, 0x90, 0xB0
CLOCK, START, CONTINUE, STOP, POSITION = 0xF8, 0xFA, 0xFB, 0xFC, 0xF2
ALL_SOUND_OFF, ALL_NOTES_OFF = 120, 123

INT = types.int64


@inner(INT(INT))
def rank(message):
    """Which of two events on one frame is sent first: the clock, then ends of notes, then their beginnings."""
    kind = message & 0xF0
    return 0 if kind == 0xF0 else 2 if kind == NOTE_ON else 1


@inner(types.void(MEMORY, INT, INT, INT, INT))
def queue_event(memory, frame, port, message, size):
    """Have `message` sent on `frame`. Real-time: yes. Past MIDI_EVENTS waiting ones it is lost, and counted."""
    count = memory.state[MIDI_QUEUED]
    if count >= MIDI_EVENTS:
        memory.state[MIDI_LOST] += 1
        return
    queue, place = memory.midi_queue, count
    while place > 0 and (queue[place - 1, FRAME] > frame or (
            queue[place - 1, FRAME] == frame and rank(queue[place - 1, BYTES]) > rank(message))):
        queue[place] = queue[place - 1]
        place -= 1
    queue[place, FRAME], queue[place, PORT], queue[place, BYTES], queue[place, SIZE] = frame, port, message, size
    memory.state[MIDI_QUEUED] = count + 1


@inner(types.void(types.Array(types.int64, 2, "C"), types.Array(types.int64, 1, "C"), types.Array(types.int64, 1, "C")))
def put_in_ring(ring, heads, event):
    """Tell the ring's reader of an event; when it has not read for long, the event is lost to it."""
    if heads[HEAD] - load_acquire(heads, TAIL) < MIDI_RING:
        ring[heads[HEAD] % MIDI_RING] = event
        store_release(heads, HEAD, heads[HEAD] + 1)


@inner(types.void(MEMORY, INT, INT))
def send_due(memory, begin, end):
    """Move what is due before `end` to `midi_out`, the events of the block [begin, end) in order."""
    queue, count = memory.midi_queue, memory.state[MIDI_QUEUED]
    due = 0
    while due < count and queue[due, FRAME] < end:
        memory.midi_out[due] = queue[due]
        memory.midi_out[due, FRAME] = max(begin, queue[due, FRAME])  # blocks may have been dropped
        put_in_ring(memory.midi_sent, memory.midi_sent_heads, memory.midi_out[due])
        due += 1
    for place in range(due, count):
        queue[place - due] = queue[place]
    memory.state[MIDI_QUEUED] = count - due
    memory.state[MIDI_SENDING] = due


@inner(types.void(MEMORY, INT, INT))
def end_note(memory, track, frame):
    """End the track's note on `frame`, if it would still sound then."""
    note, queue = memory.notes[track], memory.midi_queue
    if note[N_OFF] <= frame:
        return
    message = NOTE_OFF | note[N_CHANNEL] | note[N_NOTE] << 8
    count, kept, found = memory.state[MIDI_QUEUED], 0, False
    for place in range(count):
        event = queue[place]
        if not found and event[FRAME] == note[N_OFF] and event[PORT] == note[N_OUTPUT] and event[BYTES] == message:
            found = True
        else:
            queue[kept] = event
            kept += 1
    memory.state[MIDI_QUEUED] = kept
    queue_event(memory, frame, note[N_OUTPUT], message, 3)
    note[N_OFF] = frame


@inner(types.void(MEMORY, INT, INT, types.float64, INT))
def play_note(memory, slot, track, velocity, frame):
    """Send the note of a stroke, where score `slot` routes its track to."""
    route, note = memory.route_ints[slot, track], memory.notes[track]
    if route[R_OUTPUT] < 0:
        return
    end_note(memory, track, frame)
    loud = max(1, min(127, int(velocity * 127.0 + 0.5)))
    note[N_OUTPUT], note[N_CHANNEL], note[N_NOTE] = route[R_OUTPUT], route[R_CHANNEL], route[R_NOTE]
    note[N_OFF] = frame + route[R_FRAMES]
    memory.sender[note[N_OUTPUT], C_USED] |= 1 << note[N_CHANNEL]
    queue_event(memory, frame, note[N_OUTPUT], NOTE_ON | note[N_CHANNEL] | note[N_NOTE] << 8 | loud << 16, 3)
    queue_event(memory, note[N_OFF], note[N_OUTPUT], NOTE_OFF | note[N_CHANNEL] | note[N_NOTE] << 8, 3)


@inner(types.void(MEMORY, INT))
def silence_outputs(memory, frame):
    """End every note on `frame`, and tell every channel that was ever used to fall silent."""
    for track in range(TRACKS):
        end_note(memory, track, frame)
    for output in range(MIDI_OUTPUTS):
        for channel in range(16):
            if memory.sender[output, C_USED] >> channel & 1:
                for controller in (ALL_SOUND_OFF, ALL_NOTES_OFF):
                    queue_event(memory, frame, output, CONTROL | channel | controller << 8, 3)
