"""No device: a thread paced by the clock calls the same compiled callback, so the whole instrument runs."""

import threading
import time
from collections.abc import Callable

from engine.audio.callback import clock_call
from engine.audio.host import Host

MAX_BEHIND_BLOCKS = 8


class NullBackend:
    """Silence in, no sound out; the computer's clock paces the blocks."""

    name = "null"
    device = "no device"

    def __init__(self, sample_rate: int, block_frames: int) -> None:
        self.sample_rate, self.block_frames = sample_rate, block_frames
        self._call = clock_call()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, host: Host, on_lost: Callable[[str], None]) -> None:
        self._thread = threading.Thread(target=self._pace, args=(host,), name="null-audio", daemon=True)
        self._thread.start()

    def latency_frames(self) -> int:
        return 0

    def output_latency_frames(self) -> int:
        return 0

    def gone(self) -> str | None:
        return None

    def stop(self) -> None:
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def _pace(self, host: Host) -> None:
        """Call each block when its time has come; after a long sleep skip the blocks that were missed."""
        first_frame, began_s = host.now_frames, time.monotonic()
        at = first_frame
        while not self._stopping.is_set():
            due = first_frame + int((time.monotonic() - began_s) * self.sample_rate)
            if due - at > MAX_BEHIND_BLOCKS * self.block_frames:
                at += (due - at) // self.block_frames * self.block_frames
            if due >= at:
                self._call(host.address, self.block_frames, at)
                at += self.block_frames
            else:
                self._stopping.wait((at - due) / self.sample_rate)
