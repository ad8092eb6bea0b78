"""MIDI that does not come through the audio thread: pads and transport reach it as soon as they are read."""

from engine.core.commands import TriggerPad
from engine.core.errors import TaoError
from engine.core.midi_transport import Begin, End, Transport
from engine.dsp.midi_ring import MidiEvent
from engine.dsp.ring import BEGIN, END
from engine.live.conductor import Conductor
from engine.live.notices import Notices
from engine.midi.parsing import parsed


class RtMidiInput:
    """Does at the next block what `engine.dsp.midi_in` does on the very frame."""

    def __init__(self, conductor: Conductor, notices: Notices) -> None:
        self._conductor, self._notices = conductor, notices
        self._transport = Transport()

    def hear(self, event: MidiEvent) -> None:
        """One message."""
        machine, message = self._conductor.machine, parsed(event.message)
        if message is not None and message.type == "note_on" and message.velocity:
            track = machine.midi.pads.get(message.note)
            if track in [known.name for known in machine.pattern.tracks]:
                self._trigger(str(track), message.velocity / 127.0)
        elif machine.midi.follows_transport:
            obeys = machine.midi.song_position[event.port]
            at_ticks = machine.timeline.ticks_at(event.frame) if machine.playing else machine.resting_ticks
            match self._transport.hear(event.message, at_ticks, machine.playing, obeys):
                case Begin(ticks):
                    self._conductor.happen(BEGIN, ticks)
                case End():
                    self._conductor.happen(END, 0)

    def _trigger(self, track: str, velocity: float) -> None:
        try:
            self._conductor.perform(TriggerPad(track, velocity))
        except TaoError as error:
            self._notices.warn(str(error))
