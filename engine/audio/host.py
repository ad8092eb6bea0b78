"""The host table: all that a callback must know, in locked memory. Python builds it, compiled code reads it."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from engine.audio import host_layout as w
from engine.audio.ccall import clock_address
from engine.audio.click import Clicks
from engine.audio.midi_callback import EVENT_WORDS
from engine.audio.output_stage import CEILING, LONG_AGO
from engine.audio.tape import WRITTEN, Tape
from engine.bridge.meters import WORDS as PAGE_WORDS
from engine.bridge.meters import create_page
from engine.dsp.processor import Processor
from engine.rack.pyo_rack import PyoRack

UNDER_WAY_S = 0.5  # a callback that has not returned by then never will: its server is gone
TAP_S = 10.0  # the recorder empties it many times a second


class Host:
    """Owns the memory of the audio thread outside dsp: output, meters page, histogram, effects rack.

    shared: the folder in which others find the pages `meters` and `timing` (see
    words); None for pages that nobody else reads. tape_s: how much of the master is remembered, 0 for no tape.
    """

    def __init__(self, processor: Processor, rack: PyoRack | None, shared: Path | None, tape_s: float = 0.0) -> None:
        self.processor, self.rack = processor, rack
        self.sample_rate, self.max_frames = processor.sample_rate, processor.max_frames
        self.words = np.zeros(w.WORDS, np.int64)
        self.out = np.zeros((self.max_frames, 2), np.float32)
        self.page = np.zeros(PAGE_WORDS, np.int64) if shared is None else create_page(shared / "meters")
        self.timing = (np.zeros(w.TIMING_WORDS, np.int64) if shared is None
                       else create_page(shared / "timing", w.TIMING_WORDS))
        self.timing[:] = 0  # every page is touched
        self._timespec = np.zeros(2, np.int64)
        self._midi_event = np.zeros(EVENT_WORDS, np.int64)
        self.clicks = Clicks()
        self.tape = Tape(round(tape_s * self.sample_rate), self.max_frames) if tape_s else None
        self.tap = Tape(round(TAP_S * self.sample_rate), self.max_frames) if tape_s else None
        self._level = np.full(1, CEILING)
        self._fill()

    @property
    def address(self) -> int:
        """What a callback gets as its user data."""
        return self.words.ctypes.data

    @property
    def now_frames(self) -> int:
        """The engine frame on which the next block begins, unless blocks are dropped."""
        return int(self.words[w.EXPECTED])

    def fade_out(self, at_frames: int, frames: int) -> None:
        """Ramp the output to silence in `frames` frames from `at_frames` on, and stay silent."""
        self.words[w.FADE_FRAMES] = frames
        self.words[w.FADE_AT] = at_frames

    def listen_in(self, tap: int) -> None:
        """From the next block on, put this on the tap's tape: memory.TAP_KIT, a track's index + 1, 0 for nothing."""
        if tap and not self.words[w.TAP] and self.tap is not None:
            self.tap.head[WRITTEN] = self.now_frames  # what was before need not be silenced
        self.words[w.TAP] = tap

    def monitor(self, on: bool) -> None:
        """Pass the input to the output, or stop to; either way within 5 ms."""
        self.words[w.MONITOR] = on

    @contextlib.contextmanager
    def shut(self) -> Iterator[None]:
        """While this lasts a callback returns at once, and none is under way.

        libjack ends its thread wherever that is, even inside pyo with Python's lock in its hands: then all of Python
        would wait for ever.
        """
        self.words[w.MAX_FRAMES] = 0
        end_s = time.monotonic() + UNDER_WAY_S
        while self.words[w.LAST_NS] < self.words[w.BEGAN_NS] and time.monotonic() < end_s:
            time.sleep(0.001)
        try:
            yield
        finally:
            self.words[w.MAX_FRAMES] = self.max_frames

    def skip_to_now(self) -> None:
        """While no device calls: let the next block begin where the song would be by now."""
        if self.words[w.LAST_NS]:
            since_s = max(0, time.monotonic_ns() - int(self.words[w.LAST_NS])) * 1e-9
            self.words[w.EXPECTED] += round(since_s * self.sample_rate)
            self.words[w.LAST_NS] = time.monotonic_ns()

    def _fill(self) -> None:
        words, addresses = self.words, self.processor.addresses
        words[w.MEMORY], words[w.MEMORY_WORDS] = addresses.ctypes.data, len(addresses)
        words[w.OUT], words[w.PAGE] = self.out.ctypes.data, self.page.ctypes.data
        words[w.TIMING], words[w.TIMESPEC] = self.timing.ctypes.data, self._timespec.ctypes.data
        words[w.MIDI_EVENT] = self._midi_event.ctypes.data
        words[w.MAX_FRAMES], words[w.SAMPLE_RATE], words[w.FADE_AT] = self.max_frames, self.sample_rate, w.NEVER
        words[w.CLOCK], words[w.CLOCK_ID] = clock_address(), time.CLOCK_MONOTONIC
        words[w.CLICKS] = self.clicks.plan.ctypes.data
        if self.tape is not None:
            words[w.TAPE], words[w.TAPE_HEAD] = self.tape.audio.ctypes.data, self.tape.head.ctypes.data
            words[w.TAPE_FRAMES] = len(self.tape.audio)
        if self.tap is not None:
            words[w.TAP_TAPE], words[w.TAP_HEAD] = self.tap.audio.ctypes.data, self.tap.head.ctypes.data
            words[w.TAP_FRAMES] = len(self.tap.audio)
        words[w.LIMITER] = self._level.ctypes.data
        if self.rack is not None:
            words[w.RACK], words[w.RACK_SERVER] = self.rack.process_address, self.rack.server_address
            words[w.RACK_IN], words[w.RACK_OUT] = self.rack.input.ctypes.data, self.rack.output.ctypes.data
            words[w.TAIL_FRAMES] = -1 if self.rack.tail_frames is None else self.rack.tail_frames
            words[w.SINCE_CUT] = LONG_AGO
            words[w.NEUTRAL_FRAMES] = words[w.TAIL_FRAMES] + 1  # nothing rings in it yet
