"""MIDI that does not come through the audio thread: pads and transport are handed to it as soon as they are heard."""

from engine.core.commands import TriggerPad
from engine.core.errors import TaoError
from engine.dsp.midi_in import SONG_START
from engine.dsp.midi_ring import MidiEvent
from engine.dsp.ring import BEGIN, END
from engine.live.conductor import Conductor

NOTE_ON = 0x90
CLOCK, START, CONTINUE, STOP, POSITION = 0xF8, 0xFA, 0xFB, 0xFC, 0xF2
SIXTEENTH_TICKS = 240


class OutsideMidi:
    """What `engine.dsp.midi_in` does to the frame, done at the next block."""

    def __init__(self, conductor: Conductor) -> None:
        self._conductor = conductor
        self._armed: int | None = None
        self._position: int | None = None

    def hear(self, event: MidiEvent) -> None:
        """One message."""
        machine, kind = self._conductor.machine, event.message[0]
        if kind & 0xF0 == NOTE_ON and len(event.message) == 3 and event.message[2]:
            track = machine.midi.pads.get(event.message[1])
            if track in [known.name for known in machine.pattern.tracks]:
                self._strike(str(track), event.message[2] / 127.0)
        elif machine.midi.follows_transport:
            self._transport(kind, event)

    def _strike(self, track: str, velocity: float) -> None:
        try:
            self._conductor.perform(TriggerPad(track, velocity))
        except TaoError as error:
            self._conductor.complaints.append(str(error))

    def _transport(self, kind: int, event: MidiEvent) -> None:
        machine = self._conductor.machine
        if kind == START:
            self._armed = SONG_START
        elif kind == POSITION and len(event.message) == 3 and machine.midi.song_position[event.port]:
            self._position = (event.message[1] | event.message[2] << 7) * SIXTEENTH_TICKS
        elif kind == CONTINUE:
            resting = machine.resting_ticks // SIXTEENTH_TICKS * SIXTEENTH_TICKS
            self._armed = resting if self._position is None else self._position
        elif kind == STOP:
            self._armed = self._position = None
            self._conductor.happen(END, 0)
        elif kind == CLOCK and self._armed is not None:
            self._conductor.happen(BEGIN, self._armed)
            self._armed = self._position = None
