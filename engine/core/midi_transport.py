"""Start, Continue, Stop and Song Position, as one sender says them (MIDI 1.0, "System Real Time Messages").

Start and Continue only announce: the song begins with the first clock after them. So does a Song Position while the
song plays, as from a sequencer that loops: the song goes on there. The audio thread has the same machine as a kernel in
`engine.dsp.midi_in`; a law in the tests holds the two together.
"""

from dataclasses import dataclass

from engine.core import midi_bytes
from engine.core.midi_bytes import ALREADY_THERE_TICKS, SIXTEENTH_TICKS

SONG_START = -1  # as a Begin's ticks: from bar 1 on
RESTING = -2  # as `at_ticks` of those who do not know where the song rests


@dataclass(frozen=True, slots=True)
class Begin:
    """The song begins with this very clock: from bar 1 (SONG_START), or on song tick `ticks`."""

    ticks: int


@dataclass(frozen=True, slots=True)
class End:
    """The song stops."""


class Transport:
    """What one sender has announced. `hear` every message, in order."""

    def __init__(self) -> None:
        self._announced_ticks: int | None = None
        self._position_ticks: int | None = None

    def hear(self, message: bytes, at_ticks: int, playing: bool, obeys_position: bool) -> Begin | End | None:
        """What happens now. at_ticks: where the song is or rests; playing: whether it plays; obeys_position: whether
        Song Position counts. Messages that are no transport do nothing."""
        match message[0]:
            case midi_bytes.START:
                self._announced_ticks = SONG_START
            case midi_bytes.SONG_POSITION if obeys_position and len(message) == 3:
                self._position_ticks = (message[1] | message[2] << 7) * SIXTEENTH_TICKS
                if playing or self._announced_ticks is not None:  # the song runs: it goes on there
                    self._announced_ticks = self._position_ticks
            case midi_bytes.CONTINUE if self._position_ticks is not None:
                self._announced_ticks = self._position_ticks
            case midi_bytes.CONTINUE if not playing:
                resting = at_ticks if at_ticks < 0 else at_ticks // SIXTEENTH_TICKS * SIXTEENTH_TICKS
                self._announced_ticks = resting
            case midi_bytes.CLOCK if self._announced_ticks is not None:
                ticks, self._announced_ticks, self._position_ticks = self._announced_ticks, None, None
                there = playing and ticks != SONG_START and abs(at_ticks - ticks) <= ALREADY_THERE_TICKS
                return None if there else Begin(ticks)
            case midi_bytes.STOP:
                self._announced_ticks = self._position_ticks = None
                return End()
        return None
