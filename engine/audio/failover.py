"""The device in use; while it is lost, a clock plays on in its place and a thread searches for it.

A device that comes back at another sample rate is refused, and the musician is told what to do: every position, sample
and effect of a session is at one rate, and its journal replays at that one. `resume` opens the session at another.
"""

import threading
import time
from collections.abc import Callable

from engine.audio.backend import Backend
from engine.audio.host import Host
from engine.audio.null import NullBackend
from engine.core.errors import TaoError
from engine.core.snapshot import Notice
from engine.rack.pyo_rack import CHUNK_FRAMES

NO_SOUND = "No sound, as asked (--audio null). To hear Tao: make run, or make run AUDIO=jack or AUDIO=portaudio."
NO_DEVICE = ("No sound: there is no JACK or PipeWire server, and no audio device. Start or plug in one, then start Tao "
             "again: make run, or make run AUDIO=jack to insist on it.")
STILL_S, LOOKS = 0.7, 3  # silent for so long, and seen to be so often: a frozen computer is no lost device
SEARCH_S = 1.0


class FailoverDevice:
    """Starts, loses and finds again. The control thread alone calls it; `find` runs in a thread of its own. no_sound:
    what to tell the musician if there is no device from the start."""

    def __init__(self, backend: Backend, find: Callable[[], Backend], host: Host, notify: Callable[[Notice], None],
                 no_sound: str = NO_SOUND) -> None:
        self.backend, self._find, self._host, self._notify = backend, find, host, notify
        self.banner = no_sound if backend.name == "null" else None
        self._seen_frames, self._seen_s, self._looks = -1, 0.0, 0
        self._search: threading.Thread | None = None
        self._closing = threading.Event()
        self._found: Backend | None = None
        self._unfit: str | None = None
        self._lost_s = 0.0

    def start(self, on_lost: Callable[[str], None]) -> None:
        """Open it. Raises DeviceNotFound."""
        self._on_lost = on_lost
        self.backend.start(self._host, on_lost)

    def lose(self, sentence: str) -> None:
        """The device has disappeared: the music plays on, paced by the clock, during the search for it."""
        if self.backend.name == "null":
            return
        lost, self._lost_s = self.backend, time.monotonic()
        lost.stop()
        self._stand_in()
        self.banner = f"{sentence} Tao will use it again as soon as it is back."
        self._search = threading.Thread(target=self._look_for, name="device-search", daemon=True)
        self._search.start()

    def watch(self) -> None:
        """Call a few times a second: notices a device that no longer requests audio, and takes back a found one."""
        if (sentence := self.backend.gone()) is not None:
            self.lose(sentence)
        now, now_s = self._host.now_frames, time.monotonic()
        if now != self._seen_frames:
            self._seen_frames, self._seen_s, self._looks = now, now_s, 0
        elif self.backend.name != "null":
            self._looks += 1
            if self._looks >= LOOKS and now_s - self._seen_s > STILL_S:
                self.lose(f"{self.backend.device} is not requesting audio; Tao plays on without a device.")
        if self._found is not None:
            self._take_back(self._found)
        elif self._unfit is not None:
            self.banner = self._unfit

    def close(self) -> None:
        """Stop the device, or the search."""
        self._closing.set()
        if self._search is not None:
            self._search.join(5.0)
        if self._found is not None:
            self._found.stop()
        self.backend.stop()

    def _stand_in(self) -> None:
        """Play on by the clock, from where the song would be by now."""
        self._host.skip_to_now()
        self.backend = NullBackend(self._host.sample_rate, self.backend.block_frames)
        self.backend.start(self._host, lambda _: None)

    def _take_back(self, found: Backend) -> None:
        """Move the music from the clock back to the device, without a jump in the song."""
        self._found = self._unfit = None
        self.backend.stop()
        self._host.skip_to_now()
        previous, self.backend = self.backend, found
        try:
            found.start(self._host, self._on_lost)
        except TaoError as error:
            self.backend = previous
            found.stop()
            self._stand_in()
            self._unfit = str(error)
            self._search = threading.Thread(target=self._look_for, name="device-search", daemon=True)
            self._search.start()
            return
        self.banner = None
        away_s = time.monotonic() - self._lost_s
        self._notify(Notice(f"{found.device} is back after {away_s:.0f} s; the song played on."))

    def _look_for(self) -> None:
        """Search once a second until the device is there and fits."""
        while not self._closing.wait(SEARCH_S):
            try:
                found = self._find()
            except TaoError:
                continue
            self._unfit = self._misfit(found)
            if self._unfit is None:
                self._found = found
                return
            found.stop()

    def _misfit(self, found: Backend) -> str | None:
        """Why the session cannot continue on this device; None if it can."""
        rate = self._host.sample_rate
        if found.sample_rate != rate:
            return (f"{found.device} is back at {found.sample_rate} Hz, and this session plays at {rate} Hz: set the "
                    f"device to {rate} Hz, or quit, and `tao_live.py resume` plays it at {found.sample_rate} Hz.")
        if found.block_frames % CHUNK_FRAMES or found.block_frames > self._host.max_frames:
            return (f"{found.device} is back with blocks of {found.block_frames} frames; set it to a multiple of "
                    f"{CHUNK_FRAMES} up to {self._host.max_frames}, or start Tao again.")
        return None
