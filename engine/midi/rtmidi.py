"""MIDI without JACK audio: RtMidi's ports, a thread that sends on time, and time stamps on what comes in.

The audio thread works out the frame on which each event is due; this thread can only be as exact as it wakes up (see
the benchmark clock_out). One block's time is added to all, so that every event is known before it is due.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np
import rtmidi

from engine.audio.frame_clock import FrameClock
from engine.core.requests import Direction
from engine.dsp.midi_ring import MidiEvent, MidiRing
from engine.midi.patchbay import COUNTS

POLL_S, IDLE_S = 0.001, 0.1


def open_system() -> int | None:
    """The number of the first of RtMidi's MIDI systems that works here; None where none does."""
    for api in rtmidi.get_compiled_api():
        try:
            probe = rtmidi.MidiOut(rtapi=api, name="tao-probe")
            probe.get_ports()
        except (rtmidi.RtMidiError, RuntimeError):
            continue
        probe.delete()
        return int(api)
    return None


class RtMidiPorts:
    """Tao's ports on the MIDI system `api`. `wake` is called from RtMidi's thread when something has come in."""

    def __init__(self, api: int, clock: FrameClock, sent: np.void, wake: Callable[[], None]
                 ) -> None:
        self._api, self._clock, self._wake = api, clock, wake
        self._ring = MidiRing(sent)
        self._ring.drain()
        self._open: dict[Direction, dict[int, tuple[str, Any]]] = {direction: {} for direction in Direction}
        self._probe = {Direction.IN: rtmidi.MidiIn(rtapi=api, name="tao"),
                       Direction.OUT: rtmidi.MidiOut(rtapi=api, name="tao")}
        self._received: deque[tuple[int, int, bytes]] = deque(maxlen=4096)
        self._lock, self._stopping = threading.Lock(), threading.Event()
        self._thread = threading.Thread(target=self._send, name="midi-out", daemon=True)
        self._thread.start()

    def others(self, direction: Direction) -> list[str]:
        """Sources for IN, destinations for OUT."""
        return [name for name in self._probe[direction].get_ports() if not name.startswith("tao")]

    def joined(self, direction: Direction, number: int) -> str:
        """The port that this one was opened on, while that is there."""
        name, _ = self._open[direction].get(number, ("", None))
        if name and name not in self.others(direction):
            self.part(direction, number)
            return ""
        return name

    def join(self, direction: Direction, number: int, name: str) -> str | None:
        """Open a port on it; a sentence when the system refuses."""
        kind = rtmidi.MidiIn if direction is Direction.IN else rtmidi.MidiOut
        port = kind(rtapi=self._api, name="tao")
        try:
            port.open_port(port.get_ports().index(name), f"midi_{direction.value}_{number + 1}")
        except (rtmidi.RtMidiError, RuntimeError, ValueError) as error:
            port.delete()
            return f"The MIDI port {name} does not open: {error}."
        if direction is Direction.IN:
            port.ignore_types(timing=False)
            port.set_callback(self._take, number)
        with self._lock:
            self._open[direction][number] = (name, port)
        return None

    def part(self, direction: Direction, number: int) -> None:
        """Close the port."""
        with self._lock:
            _, port = self._open[direction].pop(number, ("", None))
        if port is not None:
            port.close_port()
            port.delete()

    def received(self) -> list[MidiEvent]:
        """What has come in since the last call, each with the frame that its time stamp falls on."""
        found = []
        while self._received:
            at_ns, port, message = self._received.popleft()
            found.append(MidiEvent(self._clock.frame_at(at_ns), port, message))
        return found

    def close(self) -> None:
        """Stop sending; close all ports."""
        self._stopping.set()
        self._thread.join()
        for direction, count in COUNTS.items():
            for number in range(count):
                self.part(direction, number)
        for probe in self._probe.values():
            probe.delete()

    def _take(self, event: tuple[list[int], float], number: int) -> None:
        message, _ = event
        if 0 < len(message) <= 3:
            self._received.append((time.monotonic_ns(), number, bytes(message)))
            if message[0] != 0xF8:
                self._wake()

    def _send(self) -> None:
        """Sleep until the next event is due, and send it."""
        while not self._stopping.wait(POLL_S if self._open[Direction.OUT] else IDLE_S):
            for event in self._ring.drain():
                wait_s = (self._clock.due_ns(event.frame) - time.monotonic_ns()) * 1e-9
                if wait_s > 0.0:
                    time.sleep(wait_s)
                with self._lock:
                    _, port = self._open[Direction.OUT].get(event.port, ("", None))
                    if port is not None:
                        port.send_message(event.message)
