"""All that comes in by MIDI and is not done by the audio thread itself: clocks to follow, pads, knobs."""

from engine.core.commands import Boundary
from engine.core.errors import TaoError
from engine.core.snapshot import Sync
from engine.dsp.midi_ring import MidiRing
from engine.dsp.processor import Processor
from engine.live.conductor import Conductor
from engine.live.sync import MidiFollower

CLOCKS = range(0xF8, 0x100)
LIVELY_S = 1.0


class MidiDesk:
    """The control thread calls `step` on every turn; nothing here waits."""

    def __init__(self, processor: Processor, conductor: Conductor) -> None:
        self._conductor, self._rate = conductor, processor.sample_rate
        self._heard = MidiRing(processor.memory.midi_heard, processor.memory.midi_heard_heads)
        self._follower = MidiFollower(processor.sample_rate)
        self._lively_frames = -1 << 40

    @property
    def lively(self) -> bool:
        """Whether somebody plays just now, and wants to be answered quickly."""
        return self._conductor.now_frames - self._lively_frames < LIVELY_S * self._rate

    @property
    def status(self) -> Sync:
        """Whose time we keep."""
        return self._follower.status(self._conductor.machine, self._conductor.now_frames)

    def step(self) -> None:
        """Take in what has come, and steer."""
        midi = self._conductor.machine.midi
        for event in self._heard.drain():
            self._follower.hear(event.frame, event.port, event.message, midi.song_position[event.port])
            if event.message[0] not in CLOCKS:
                self._lively_frames = event.frame
        self._steer()

    def _steer(self) -> None:
        conductor = self._conductor
        machine, at_frames = conductor.machine, conductor.earliest_frames
        if machine.playing:
            self._follower.continued_at(machine.resting_ticks // 240 * 240)
        steer = self._follower.steer(machine, conductor.now_frames, at_frames)
        if steer is not None and conductor.schedule.has_room:
            try:
                conductor.follow_up(steer, Boundary.NOW, at_frames)
            except TaoError as error:
                conductor.complaints.append(str(error))
