"""JACK MIDI within the audio callback: events are stamped with their frame where they come in, and leave on it."""

import numpy as np
from numba import carray, types

from engine.audio.ccall import call_at, call_four_at
from engine.audio.host_layout import HOST
from engine.core.midi import MIDI_INPUTS, MIDI_OUTPUTS
from engine.dsp.atomics import pointer_to
from engine.dsp.kernel import inner
from engine.dsp.layout import MEMORY, MIDI_EVENTS

SHORT, BITS_32 = 3, 0xFFFFFFFF  # bytes of the longest message that is not System Exclusive; of a C int

INT = types.int64


@inner(types.void(MEMORY, INT, INT, INT, INT))
def add_event(memory, frame, port, message, size):
    """Put an event among this block's, which stay in order of time. Past MIDI_EVENTS it is lost, and counted."""
    place, events = memory.state.midi_incoming, memory.midi_in
    if place >= MIDI_EVENTS:
        memory.state.midi_lost += 1
        return
    while place > 0 and events[place - 1].frame > frame:
        events[place] = events[place - 1]
        place -= 1
    event = events[place]
    event.frame, event.port, event.message, event.size = frame, port, message, size
    memory.state.midi_incoming += 1


@inner(types.void(HOST, MEMORY, INT, INT))
def read_midi(host, memory, start, frames):
    """Take what came in during this block, from engine frame `start` on; System Exclusive is left out."""
    event = host.midi_event
    for port in range(MIDI_INPUTS):
        if host.midi_inputs[port] != 0:
            buffer = call_at(host.get_buffer, host.midi_inputs[port], frames)
            count = call_at(host.midi_count, buffer, 0) & BITS_32
            for index in range(count):
                failed = call_four_at(host.midi_get, host.midi_event_address, buffer, index, 0) & BITS_32
                if failed == 0 and 0 < event.length <= SHORT:
                    data = carray(pointer_to(event.data), (event.length,), np.uint8)
                    message = np.int64(0)
                    for place in range(event.length):
                        message |= np.int64(data[place]) << 8 * place
                    add_event(memory, start + (event.time & BITS_32), port, message, event.length)


@inner(types.void(HOST, MEMORY, INT, INT))
def write_midi(host, memory, start, frames):
    """Send this block's events on their frames."""
    for port in range(MIDI_OUTPUTS):
        if host.midi_outputs[port] != 0:
            buffer = call_at(host.get_buffer, host.midi_outputs[port], frames)
            call_at(host.midi_clear, buffer, 0)
            for index in range(memory.state.midi_sending):
                out = memory.midi_out[index]
                if out.port == port:
                    host.midi_event.message = out.message  # the lowest byte lies first
                    failed = call_four_at(host.midi_write, buffer, out.frame - start, host.midi_message_address,
                                          out.size)
                    if failed & BITS_32:
                        memory.state.midi_lost += 1
