"""The reading end of the audio thread's MIDI rings."""

from dataclasses import dataclass

import numpy as np

from engine.dsp.layout import MIDI_RING_EVENTS
from engine.dsp.ring import consume, unread


@dataclass(frozen=True, slots=True)
class MidiEvent:
    """A message of one to three bytes that came in, or went out, by `port` (from 0 on) on engine frame `frame`."""

    frame: int
    port: int
    message: bytes


class MidiRing:
    """Audio thread to control thread. One reader; what it does not read in time is lost."""

    def __init__(self, ring: np.void) -> None:
        self._ring = ring

    def drain(self) -> list[MidiEvent]:
        """Every event since the last call, in order."""
        count, tail, events = unread(self._ring), int(self._ring["tail"][0]), self._ring["events"]
        rows = [events[(tail + offset) % MIDI_RING_EVENTS].tolist() for offset in range(count)]
        consume(self._ring, count)
        return [MidiEvent(frame, port, message.to_bytes(4, "little")[:size]) for frame, port, message, size in rows]
