"""Tao's clicks in an Ableton Link session, as heard by a JACK client: a program that benchmarks.link runs.

    python -m benchmarks.link_clicks BLOCK_FRAMES

It prints how late each click is against the session's beat, in ms, one a line. A click is heard when its block began
plus what the sound card's port reports as its latency; JACK's clock and Link's are both read beside the monotonic one.
"""

import ctypes
import ctypes.util
import subprocess
import sys
import time

import jack

from benchmarks.click import RATE, click_stage
from benchmarks.second_client import Listener
from engine.core.commands import Play, SetClockSource
from engine.core.midi import ClockSource
from engine.sync.link_session import LinkSession

BPM, SECONDS, SETTLE_S = 133.0, 20.0, 4.0
PLAYBACK = 1  # jack_latency_callback_mode_t
PAIRINGS = 50


class JackClock:
    """When a frame of a JACK client is heard, in ns of the monotonic clock."""

    def __init__(self, client: jack.Client) -> None:
        self._jack = ctypes.CDLL(ctypes.util.find_library("jack"))
        for name in ("jack_get_time", "jack_frames_to_time"):
            getattr(self._jack, name).restype = ctypes.c_uint64
        address = lambda thing: ctypes.c_void_p(int(jack._ffi.cast("uintptr_t", thing._ptr)))  # noqa: E731
        self._client = address(client)
        card = client.get_ports(is_audio=True, is_physical=True, is_input=True)[0]
        span = (ctypes.c_uint32 * 2)()
        self._jack.jack_port_get_latency_range(address(card), PLAYBACK, span)
        self.latency_frames = int(span[1])

    def heard_ns(self, frame: int) -> int:
        """jackd counts from another moment than the monotonic clock: the closest of a few pairs of readings."""
        pairs = []
        for _ in range(PAIRINGS):
            before_ns, jack_us, after_ns = time.monotonic_ns(), self._jack.jack_get_time(), time.monotonic_ns()
            pairs.append((after_ns - before_ns, (before_ns + after_ns) // 2 - 1000 * jack_us))
        began_us = self._jack.jack_frames_to_time(self._client, ctypes.c_uint32(frame))
        return int(1000 * began_us + min(pairs)[1] + self.latency_frames * 10**9 // RATE)


def main() -> None:
    subprocess.run(["ip", "link", "set", "lo", "up"], capture_output=True, check=False)
    with click_stage(int(sys.argv[1])) as stage:
        listener, session = Listener(), LinkSession(BPM)
        listener.client.activate()
        listener.client.connect("tao:out_1", listener.ear)
        listener.client.connect("tao:out_1", "system:playback_1")
        stage.client.ask(SetClockSource(ClockSource.LINK))
        end_s = time.monotonic() + 30.0
        while session.at(time.monotonic_ns(), 4).peers == 0 and time.monotonic() < end_s:
            time.sleep(0.02)
        session.set_bpm(BPM)
        time.sleep(1.0)
        stage.client.ask(Play())
        hear(listener, session)
        listener.client.deactivate()
        listener.client.close()


def hear(listener: Listener, session: LinkSession) -> None:
    """Judge each click while it is fresh: what is known of JACK's clock is known of now. Not the first few, nor those
    soon after a dropped block."""
    clock, seen = JackClock(listener.client), 0
    end_s = time.monotonic() + SECONDS
    while time.monotonic() < end_s:
        time.sleep(0.02)
        for frame in listener.onsets[seen:]:
            seen += 1
            beat = session.at(clock.heard_ns(frame), 4).beat
            if all(not gap - 0.1 * RATE < frame < gap + SETTLE_S * RATE for gap in listener.gaps) and seen > 4:
                print(((beat + 0.5) % 1.0 - 0.5) * 60e3 / BPM, flush=True)


if __name__ == "__main__":
    main()
