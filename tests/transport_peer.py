"""Another program on JACK's transport: it moves it, may be its timebase, and hears when Tao plays a note."""

from dataclasses import dataclass

import jack
import numpy as np

NOTE_ON = 0x90


@dataclass(frozen=True)
class Seen:
    """The transport at the start of a block. at: JACK's frame; beats: quarter notes since bar 1, None without BBT."""

    at: int
    rolls: bool
    frame: int
    beats: float | None
    bpm: float


class TransportPeer:
    """A JACK client; `lead` makes it the timebase. notes: the JACK frames of every note that came in."""

    def __init__(self, source: str = "tao:midi_out_1") -> None:
        self.client = jack.Client("peer", no_start_server=True)
        self._ear = self.client.midi_inports.register("ear")
        self.seen: list[Seen] = []
        self.notes: list[int] = []
        self.bpm, self.gaps, self._leads = 120.0, 0, False
        self._expected: int | None = None
        self.client.set_process_callback(self._process)
        self.client.activate()
        self.client.connect(source, self._ear)

    def lead(self, bpm: float) -> None:
        """Become the timebase, at `bpm`."""
        self.bpm, self._leads = bpm, True
        self.client.set_timebase_callback(self._say_beat)

    def close(self) -> None:
        """Leave the server."""
        self.client.deactivate()
        self.client.close()

    @property
    def rolled(self) -> list[Seen]:
        """The blocks in which the transport rolled."""
        return [seen for seen in list(self.seen) if seen.rolls]

    def off_frames(self) -> np.ndarray:
        """How late each note is, in frames, against the transport's nearest beat."""
        rolled = [seen for seen in self.rolled if seen.beats is not None]
        at, beats = np.array([seen.at for seen in rolled]), np.array([seen.beats for seen in rolled])
        onsets = np.array(list(self.notes))
        block = np.searchsorted(at, onsets, "right") - 1
        onsets, block = onsets[block >= 0], block[block >= 0]
        per_beat = 60.0 * self.client.samplerate / np.array([seen.bpm for seen in rolled])[block]
        there = beats[block] + (onsets - at[block]) / per_beat
        return (there - np.round(there)) * per_beat

    def _process(self, frames: int) -> None:
        start = self.client.last_frame_time
        if self._expected not in (None, start):
            self.gaps += 1
        self._expected = start + frames
        state, position = self.client.transport_query_struct()
        beats = None
        if position.valid & jack._lib.JackPositionBBT:
            bars = (position.bar - 1) * position.beats_per_bar
            beats = (bars + position.beat - 1 + position.tick / position.ticks_per_beat) * 4 / position.beat_type
            if self._leads:  # what was said is a block old where the block before came late
                beats = position.frame * self.bpm / (60.0 * position.frame_rate)
        self.seen.append(Seen(start, state == jack.ROLLING, position.frame, beats, position.beats_per_minute))
        for offset, data in self._ear.incoming_midi_events():
            if data[0][0] & 0xF0 == NOTE_ON and data[2] != b"\0":
                self.notes.append(start + offset)

    def _say_beat(self, state: object, frames: int, position: object, moved: bool) -> None:
        beats = position.frame * self.bpm / (60.0 * position.frame_rate)  # type: ignore[attr-defined]
        bar, beat = divmod(beats, 4.0)
        values = {"valid": jack._lib.JackPositionBBT, "bar": int(bar) + 1, "beat": int(beat) + 1,
                  "tick": int(beat % 1.0 * 1920), "bar_start_tick": bar * 4 * 1920, "beats_per_bar": 4.0,
                  "beat_type": 4.0, "ticks_per_beat": 1920.0, "beats_per_minute": self.bpm}
        for name, value in values.items():
            setattr(position, name, value)
