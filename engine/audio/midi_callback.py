"""JACK MIDI within the audio callback: events are stamped with their frame where they come in, and leave on it."""

import numpy as np
from numba import carray, types

from engine.audio import host_layout as w
from engine.audio.ccall import call_at, call_four_at, pointer_to
from engine.audio.output_stage import TABLE
from engine.core.midi import MIDI_INPUTS, MIDI_OUTPUTS
from engine.dsp import layout as m
from engine.dsp import midi_out as midi
from engine.dsp.kernel import inner

# words of jack_midi_event_t, then a place for a message of our own
TIME, LENGTH, DATA, MESSAGE = range(4)
EVENT_WORDS = 4

INT = types.int64


@inner(types.void(m.MEMORY, INT, INT, INT, INT))
def add_heard(memory, frame, port, message, size):
    """Put an event among this block's, which stay in order of time. Past MIDI_EVENTS it is lost, and counted."""
    place = memory.state[m.MIDI_HEARING]
    if place >= m.MIDI_EVENTS:
        memory.state[m.MIDI_LOST] += 1
        return
    events = memory.midi_in
    while place > 0 and events[place - 1, midi.FRAME] > frame:
        events[place] = events[place - 1]
        place -= 1
    events[place, midi.FRAME], events[place, midi.PORT] = frame, port
    events[place, midi.BYTES], events[place, midi.SIZE] = message, size
    memory.state[m.MIDI_HEARING] += 1


@inner(types.void(TABLE, m.MEMORY, INT, INT))
def read_midi(host, memory, start, frames):
    """Take what came in during this block, from engine frame `start` on; System Exclusive is left out."""
    event = carray(pointer_to(host[w.MIDI_EVENT]), (EVENT_WORDS,), np.int64)
    for port in range(MIDI_INPUTS):
        if host[w.MIDI_IN + port] != 0:
            buffer = call_at(host[w.GET_BUFFER], host[w.MIDI_IN + port], frames)
            count = call_at(host[w.MIDI_COUNT], buffer, 0) & 0xFFFFFFFF
            for index in range(count):
                failed = call_four_at(host[w.MIDI_GET], host[w.MIDI_EVENT], buffer, index, 0) & 0xFFFFFFFF
                if failed == 0 and 0 < event[LENGTH] <= 3:
                    data = carray(pointer_to(event[DATA]), (event[LENGTH],), np.uint8)
                    message = np.int64(0)
                    for place in range(event[LENGTH]):
                        message |= np.int64(data[place]) << 8 * place
                    add_heard(memory, start + (event[TIME] & 0xFFFFFFFF), port, message, event[LENGTH])


@inner(types.void(TABLE, m.MEMORY, INT, INT))
def write_midi(host, memory, start, frames):
    """Send this block's events on their frames."""
    event = carray(pointer_to(host[w.MIDI_EVENT]), (EVENT_WORDS,), np.int64)
    for port in range(MIDI_OUTPUTS):
        if host[w.MIDI_OUT + port] != 0:
            buffer = call_at(host[w.GET_BUFFER], host[w.MIDI_OUT + port], frames)
            call_at(host[w.MIDI_CLEAR], buffer, 0)
            for index in range(memory.state[m.MIDI_SENDING]):
                out = memory.midi_out[index]
                if out[midi.PORT] == port:
                    event[MESSAGE] = out[midi.BYTES]  # the lowest byte lies first
                    failed = call_four_at(host[w.MIDI_WRITE], buffer, out[midi.FRAME] - start,
                                          host[w.MIDI_EVENT] + 8 * MESSAGE, out[midi.SIZE])
                    if failed & 0xFFFFFFFF:
                        memory.state[m.MIDI_LOST] += 1
