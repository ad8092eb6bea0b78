"""The host: owns the audio thread's memory outside dsp. Python builds it, compiled code works on it."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from engine.audio.block import play_block
from engine.audio.ccall import clock_address
from engine.audio.click import Clicks
from engine.audio.host_layout import HOST_DTYPE, JACK_EVENT_DTYPE, NEVER, TIMING_WORDS
from engine.audio.output_stage import CEILING, LONG_AGO
from engine.audio.tape import Tape
from engine.bridge.meters import WORDS as PAGE_WORDS
from engine.bridge.meters import create_page
from engine.dsp.layout import address_of_record, memory_behind
from engine.dsp.processor import Processor
from engine.dsp.render import render
from engine.rack.pyo_rack import PyoRack

UNDER_WAY_S = 0.5  # a callback that has not returned by then never will: its server is gone
TAP_S = 10.0  # the recorder empties it many times a second


class Host:
    """The host record (see host_layout), and what it points to: meters page, timing page, rack, tapes, clicks.

    shared: the folder in which others find the pages `meters` and `timing`; None for private pages.
    tape_s: how much of the master is remembered, 0 for no tape.
    """

    def __init__(self, processor: Processor, rack: PyoRack | None, shared: Path | None, tape_s: float = 0.0) -> None:
        self.processor, self.rack = processor, rack
        self.sample_rate, self.max_frames = processor.sample_rate, processor.max_frames
        self.record = np.zeros(1, HOST_DTYPE)[0]
        memory_behind(self.record).view(np.uint8)[:] = 0  # every page is touched
        self.address = address_of_record(self.record)  # what a callback gets as its user data
        self.out = self.record["out"]
        self.page = np.zeros(PAGE_WORDS, np.int64) if shared is None else create_page(shared / "meters")
        self.timing = (np.zeros(TIMING_WORDS, np.int64) if shared is None
                       else create_page(shared / "timing", TIMING_WORDS))
        self.timing[:] = 0
        self.clicks = Clicks(self.record["clicks"])
        self.tape, self.tap = (Tape(round(seconds * self.sample_rate), self.max_frames, self.record[name])
                               if tape_s else None for name, seconds in (("tape", tape_s), ("tap", TAP_S)))
        self._fill()

    @property
    def now_frames(self) -> int:
        """The engine frame on which the next block begins, unless blocks are dropped."""
        return int(self.record["expected"][0])

    def fade_out(self, at_frames: int, frames: int) -> None:
        """Ramp the output to silence in `frames` frames from `at_frames` on, and stay silent."""
        self.record["fade_frames"] = frames
        self.record["fade_at"] = at_frames

    def listen_in(self, tap: int) -> None:
        """From the next block on, put this on the tap's tape: layout.TAP_KIT, a track's index + 1, 0 for nothing."""
        if tap and not self.record["tapped"] and self.tap is not None:
            self.record["tap"]["written"][0] = self.now_frames  # what was before need not be silenced
        self.record["tapped"] = tap

    def monitor(self, on: bool) -> None:
        """Pass the input to the output, or stop to; either way within 5 ms."""
        self.record["monitor"] = on

    @contextlib.contextmanager
    def shut(self) -> Iterator[None]:
        """While this lasts a callback returns at once, and none is under way.

        libjack ends its thread wherever that is, even inside pyo while it holds Python's lock: then all of Python
        would wait for ever.
        """
        self.record["max_frames"] = 0
        end_s = time.monotonic() + UNDER_WAY_S
        while self.record["ended_ns"] < self.record["began_ns"][0] and time.monotonic() < end_s:
            time.sleep(0.001)
        try:
            yield
        finally:
            self.record["max_frames"] = self.max_frames

    def skip_to_now(self) -> None:
        """While no device calls: let the next block begin where the song would be by now."""
        if self.record["ended_ns"]:
            since_s = max(0, time.monotonic_ns() - int(self.record["ended_ns"])) * 1e-9
            self.record["expected"][0] += round(since_s * self.sample_rate)
            self.record["ended_ns"] = time.monotonic_ns()

    def _fill(self) -> None:
        record = self.record
        compiled: Any = {"render": render, "play_block": play_block}
        for name, function in compiled.items():
            record[name] = function.address
        record["memory"] = self.processor.address
        record["page"], record["timing"] = self.page.ctypes.data, self.timing.ctypes.data
        record["max_frames"], record["sample_rate"], record["fade_at"] = self.max_frames, self.sample_rate, NEVER
        record["clock"], record["clock_id"] = clock_address(), time.CLOCK_MONOTONIC
        record["timespec_address"] = self.address + _offset(HOST_DTYPE, "timespec")
        event = self.address + _offset(HOST_DTYPE, "midi_event")
        record["midi_event_address"] = event
        record["midi_message_address"] = event + _offset(JACK_EVENT_DTYPE, "message")
        record["position_address"] = self.address + _offset(HOST_DTYPE, "position")
        record["level"] = CEILING
        if self.rack is not None:
            record["rack"], record["rack_server"] = self.rack.process_address, self.rack.server_address
            record["rack_in"], record["rack_out"] = self.rack.input.ctypes.data, self.rack.output.ctypes.data
            record["tail_frames"] = -1 if self.rack.tail_frames is None else self.rack.tail_frames
            record["since_cut"] = LONG_AGO
            record["neutral_frames"] = record["tail_frames"] + 1  # nothing rings in it yet


def _offset(dtype: np.dtype, field: str) -> int:
    """Where a field lies in its record, in bytes."""
    assert dtype.fields is not None
    return int(dtype.fields[field][1])
