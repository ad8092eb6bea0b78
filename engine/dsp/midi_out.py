"""MIDI out by frame: what is to be sent waits in order of time, and the notes of tracks that play elsewhere."""

from numba import types

from engine.core.midi_bytes import (
    ALL_NOTES_OFF,
    ALL_SOUND_OFF,
    CONTROL_CHANGE,
    FIRST_SYSTEM,
    KIND_MASK,
    NOTE_OFF,
    NOTE_ON,
)
from engine.dsp.atomics import load_acquire, store_release
from engine.dsp.kernel import inner
from engine.dsp.layout import (
    MEMORY,
    MIDI_EVENT,
    MIDI_EVENTS,
    MIDI_OUTPUTS,
    MIDI_RING,
    MIDI_RING_EVENTS,
    SCORE,
    TRACKS,
)

CHANNELS = 16

INT = types.int64


@inner(INT(INT))
def rank(message):
    """Which of two events on one frame is sent first: the clock, then ends of notes, then their beginnings."""
    kind = message & KIND_MASK
    return 0 if kind == FIRST_SYSTEM else 2 if kind == NOTE_ON else 1


@inner(types.void(MEMORY, INT, INT, INT, INT))
def queue_event(memory, frame, port, message, size):
    """Have `message` sent on `frame`. Real-time: yes. Past MIDI_EVENTS waiting ones it is lost, and counted."""
    place, queue = memory.state.midi_queued, memory.midi_queue
    if place >= MIDI_EVENTS:
        memory.state.midi_lost += 1
        return
    while place > 0 and (queue[place - 1].frame > frame or (
            queue[place - 1].frame == frame and rank(queue[place - 1].message) > rank(message))):
        queue[place] = queue[place - 1]
        place -= 1
    event = queue[place]
    event.frame, event.port, event.message, event.size = frame, port, message, size
    memory.state.midi_queued += 1


@inner(types.void(MIDI_RING, MIDI_EVENT))
def put_in_ring(ring, event):
    """Tell the ring's reader of an event; when it has not read for long, the event is lost to it."""
    head = ring.head[0]
    if head - load_acquire(ring.tail, 0) < MIDI_RING_EVENTS:
        ring.events[head % MIDI_RING_EVENTS] = event
        store_release(ring.head, 0, head + 1)


@inner(types.void(MEMORY, INT, INT))
def send_due(memory, begin, end):
    """Move what is due before `end` to `midi_out`, the events of the block [begin, end) in order."""
    queue, count = memory.midi_queue, memory.state.midi_queued
    due = 0
    while due < count and queue[due].frame < end:
        memory.midi_out[due] = queue[due]
        memory.midi_out[due].frame = max(begin, queue[due].frame)  # blocks may have been dropped
        put_in_ring(memory.midi_sent, memory.midi_out[due])
        due += 1
    for place in range(due, count):
        queue[place - due] = queue[place]
    memory.state.midi_queued = count - due
    memory.state.midi_sending = due


@inner(types.void(MEMORY, INT, INT))
def end_note(memory, track, frame):
    """End the track's note on `frame`, if it would still sound then."""
    note, queue = memory.notes[track], memory.midi_queue
    if note.off_frame <= frame:
        return
    message = NOTE_OFF | note.channel | note.note << 8
    kept, found = 0, False
    for place in range(memory.state.midi_queued):
        event = queue[place]
        if not found and event.frame == note.off_frame and event.port == note.output and event.message == message:
            found = True
        else:
            queue[kept] = event
            kept += 1
    memory.state.midi_queued = kept
    queue_event(memory, frame, note.output, message, 3)
    note.off_frame = frame


@inner(types.void(MEMORY, SCORE, INT, types.float64, INT))
def play_note(memory, score, track, velocity, frame):
    """Send the note of a stroke to where the score routes its track."""
    route, note = score.tracks[track].route, memory.notes[track]
    if route.output < 0:
        return
    end_note(memory, track, frame)
    loud = max(1, min(127, int(velocity * 127.0 + 0.5)))
    note.output, note.channel, note.note = route.output, route.channel, route.note
    note.off_frame = frame + route.frames
    memory.senders[note.output].used_channels |= 1 << note.channel
    queue_event(memory, frame, note.output, NOTE_ON | note.channel | note.note << 8 | loud << 16, 3)
    queue_event(memory, note.off_frame, note.output, NOTE_OFF | note.channel | note.note << 8, 3)


@inner(types.void(MEMORY, INT))
def silence_outputs(memory, frame):
    """End every note on `frame`, and tell every channel that was ever used to fall silent."""
    for track in range(TRACKS):
        end_note(memory, track, frame)
    for output in range(MIDI_OUTPUTS):
        for channel in range(CHANNELS):
            if memory.senders[output].used_channels >> channel & 1:
                for controller in (ALL_SOUND_OFF, ALL_NOTES_OFF):
                    queue_event(memory, frame, output, CONTROL_CHANGE | channel | controller << 8, 3)
