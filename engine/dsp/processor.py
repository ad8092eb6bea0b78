"""The whole engine as one Processor: it does not know who calls it, or when."""

import ctypes
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from engine.core.errors import InvalidValue
from engine.core.kit import SampleId
from engine.core.loop import Audio
from engine.core.machine import Machine
from engine.dsp.controls import CONTROLS, KIT, NEUTRAL
from engine.dsp.layout import MAX_FRAMES, address_of_record, make_memory, memory_behind
from engine.dsp.lowering import RAMP_S, ScoreSlots
from engine.dsp.render import render
from engine.dsp.ring import CommandRing, Done, FrameRing, Record, ReturnRing

RECENT_S = 2.2  # an eighth, or half of the longest tape stop, at the slowest tempo, and some more
LAST_BARS_S = 17.2  # a bar that runs back while the next one passes, at the slowest tempo, and some more
_address: Any = render.address
_render = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64, ctypes.c_int64, ctypes.c_int64)(_address)


class Processor:
    """Owns the audio thread's memory. A callback may render from `address` alone; `process` does it here.

    sample_rate in Hz; max_frames: the longest block; capture_s: how much input is remembered at least. Raises
    InvalidValue when max_frames is more than MAX_FRAMES.
    """

    latency_frames = 0

    def __init__(self, sample_rate: int, max_frames: int, capture_s: float = 1.0) -> None:
        self._capture_s = capture_s
        self.prepare(sample_rate, max_frames)

    def prepare(self, sample_rate: int, max_frames: int) -> None:
        """Make new memory. Nothing may hold the old `memory` or `address` any more."""
        if max_frames > MAX_FRAMES:
            raise InvalidValue(f"A block has at most {MAX_FRAMES} frames; {max_frames} were asked for.")
        self.sample_rate, self.max_frames = sample_rate, max_frames
        wanted = max(int(self._capture_s * sample_rate) + 2 * max_frames, 1024)
        recent, bars = (1 << round(seconds * sample_rate - 1).bit_length() for seconds in (RECENT_S, LAST_BARS_S))
        self.memory = make_memory()
        self.address = address_of_record(self.memory)
        self._capture, self._recent_mix, self._last_bars = (np.zeros((frames, 2), np.float32)
                                                            for frames in (wanted, recent, bars))
        self.commands, self.returns = CommandRing(self.memory), ReturnRing(self.memory)
        self.capture = FrameRing(self._capture, self.memory["capture"]["written"], max_frames)
        self.reset()

    def reset(self) -> None:
        """Back to silence at frame 0. Nothing may be rendering."""
        memory = self.memory
        for array in (memory_behind(memory).view(np.uint8), self._capture, self._recent_mix, self._last_bars):
            array[:] = 0  # every page is touched
        memory["capture"]["audio"] = (self._capture.ctypes.data, len(self._capture))
        memory["recent_mix"] = (self._recent_mix.ctypes.data, len(self._recent_mix))
        memory["last_bars"] = (self._last_bars.ctypes.data, len(self._last_bars))
        memory["state"]["ramp_frames"] = max(1, round(RAMP_S * self.sample_rate))
        memory["state"]["cut_at"] = -1
        memory["scores"]["frames_per_tick"][0] = 1.0  # ticks of a score that does not play still divide by it
        for end in ("from_value", "to_value"):
            memory["ramps"][end][:CONTROLS] = NEUTRAL
            memory["ramps"][end][KIT] = 1.0
        memory["scores"]["tracks"]["route"]["output"] = -1
        self.slots = ScoreSlots(memory)

    def process(self, block: Audio, frame_time: int) -> Audio:
        """Render the block that begins at `frame_time`: input float32 (frames, 2) in, dry mix float64 out."""
        frames = len(block)
        self.memory["audio_in"][:frames] = block
        _render(self.address, frame_time, frames)
        return np.asarray(self.memory["mix"][:frames])

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
            self.slots.confirm(item)
        return done

    def sounding(self) -> set[int]:
        """The addresses of all audio that a voice or a deck is reading."""
        return {int(address) for players in (self.memory["voices"], self.memory["decks"])
                for address in players["audio"]["address"][players["active"] != 0]}
