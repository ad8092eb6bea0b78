"""The reading end of the audio thread's MIDI rings."""

from dataclasses import dataclass

import numpy as np

from engine.dsp.layout import MIDI_RING, TAIL
from engine.dsp.midi_out import BYTES, FRAME, PORT, SIZE
from engine.dsp.ring import consume, unread


@dataclass(frozen=True, slots=True)
class MidiEvent:
    """A message of one to three bytes that came in, or went out, by `port` (from 0 on) on engine frame `frame`."""

    frame: int
    port: int
    message: bytes


class MidiRing:
    """Audio thread to control thread. One reader; what it does not read in time is lost."""

    def __init__(self, events: np.ndarray, heads: np.ndarray) -> None:
        self._events, self._heads = events, heads

    def drain(self) -> list[MidiEvent]:
        """Every event since the last call, in order."""
        count, tail = unread(self._heads), int(self._heads[TAIL])
        rows = [self._events[(tail + offset) % MIDI_RING].tolist() for offset in range(count)]
        consume(self._heads, count)
        return [MidiEvent(row[FRAME], row[PORT], row[BYTES].to_bytes(4, "little")[: row[SIZE]]) for row in rows]
