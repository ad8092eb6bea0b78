"""The whole engine as one Processor: it does not know who calls it, or when."""

from collections.abc import Mapping, Sequence

import numpy as np

from engine.core.kit import SampleId
from engine.core.loop import Audio
from engine.core.machine import Machine
from engine.dsp import deck, sampler
from engine.dsp import layout as memory
from engine.dsp import midi_out as midi
from engine.dsp.controls import CONTROLS, KIT, NEUTRAL
from engine.dsp.lowering import RAMP_S, ScoreSlots
from engine.dsp.render import render_at
from engine.dsp.ring import CaptureRing, CommandRing, Done, Record, ReturnRing

HEARD_S = 2.2  # an eighth, or half of the longest tape stop, at the slowest tempo, and some more
PLAYED_S = 17.2  # a bar that runs back while the next one passes, at the slowest tempo, and some more


class Processor:
    """Owns the audio thread's memory. A callback may render from `addresses` alone; `process` does it here.

    sample_rate in Hz; max_frames: the longest block; capture_s: how much input is remembered at least.
    """

    latency_frames = 0

    def __init__(self, sample_rate: int, max_frames: int, capture_s: float = 1.0) -> None:
        self._capture_s = capture_s
        self.prepare(sample_rate, max_frames)

    def prepare(self, sample_rate: int, max_frames: int) -> None:
        """Make all memory anew: nothing may hold the old `memory` or `addresses` any more."""
        self.sample_rate, self.max_frames = sample_rate, max_frames
        wanted = max(int(self._capture_s * sample_rate) + 2 * max_frames, 1024)
        heard, played = (1 << round(seconds * sample_rate - 1).bit_length() for seconds in (HEARD_S, PLAYED_S))
        self.memory = memory.make_memory(max_frames, wanted, heard, played)
        self.addresses = memory.addresses_of(self.memory)
        self.commands, self.returns = CommandRing(self.memory), ReturnRing(self.memory)
        self.capture = CaptureRing(self.memory)
        self.reset()

    def reset(self) -> None:
        """Back to silence at frame 0. Nothing may be rendering."""
        for array in self.memory:
            array[:] = 0
        self.memory.state[memory.RAMP_FRAMES] = max(1, round(RAMP_S * self.sample_rate))
        self.memory.state[memory.CUT_AT] = -1
        self.memory.score_floats[0, :] = 0.0
        self.memory.score_floats[0, 0] = 1.0  # ticks of a score that does not play still divide by it
        self.memory.ramp_floats[:CONTROLS] = np.array(NEUTRAL)[:, None]
        self.memory.ramp_floats[KIT] = 1.0
        self.memory.route_ints[:, :, midi.R_OUTPUT] = -1
        self.slots = ScoreSlots(self.memory)

    def process(self, block: Audio, frame_time: int) -> Audio:
        """Render the block that begins at `frame_time`: input float32 (frames, 2) in, dry mix float64 out."""
        frames = len(block)
        self.memory.audio_in[:frames] = block
        render_at(self.addresses, frame_time, frames)
        return self.memory.mix[:frames]

    def score(self, sequence: int, at_frame: int, machine: Machine, bank: Mapping[SampleId, Audio]) -> Record:
        """A record that lets the audio thread play `machine` from `at_frame` on (0: at once). Raises RingFull."""
        return self.slots.write(sequence, at_frame, machine, bank)

    def push(self, records: Sequence[Record]) -> None:
        """Publish all records at once. Raises RingFull."""
        self.commands.push(records)

    def drain(self) -> list[Done]:
        """All that the audio thread did since the last call."""
        done = self.returns.drain()
        for item in done:
            self.slots.heard(item)
        return done

    def sounding(self) -> set[int]:
        """The addresses of all audio that a voice or a deck is reading."""
        voices = self.memory.voice_ints[self.memory.voice_ints[:, sampler.ACTIVE] != 0, sampler.ADDRESS]
        decks = self.memory.deck_ints[self.memory.deck_ints[:, deck.D_ACTIVE] != 0, deck.D_ADDRESS]
        return {int(address) for address in np.concatenate((voices, decks))}
