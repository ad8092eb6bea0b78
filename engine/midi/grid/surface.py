"""A grid controller: the process with its ports (see `ports`), and a thread that hears its pads and sets its lights."""

import contextlib
import os
import select
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from engine.bridge.children import environment
from engine.bridge.wire import FrameReader, framed
from engine.core.errors import TaoError
from engine.core.machine import Machine
from engine.midi.grid.leds import Leds
from engine.midi.grid.lights import lights, turned
from engine.midi.grid.note_map import Greeting, NoteMap
from engine.midi.grid.ports import OPEN
from engine.midi.grid.view import View

LIGHT_S, GOODBYE_S, OPEN_S = 0.02, 2.0, 20.0
MAX_WAITING = 256


@dataclass(frozen=True, slots=True)
class Shown:
    """What the lights are to show."""

    machine: Machine
    view: View
    recording: bool


class Surface:
    """source, destination: names of ports on the MIDI `system` (see `ports`); now_frames: the frame that plays, from
    any thread; wake: called, by the thread, when there is something to read. problem: why it has ended, empty before.

    Raises TaoError when the process does not start. Nothing here waits but `wait`."""

    def __init__(self, system: str, source: str, destination: str, note_map: NoteMap, greeting: Greeting,
                 now_frames: Callable[[], int], wake: Callable[[], None]) -> None:
        self.source, self._note_map, self._greeting = source, note_map, greeting
        self._now_frames, self._wake = now_frames, wake
        self._leds = Leds(note_map.channel)
        self._shown: Shown | None = None
        self._heard: deque[bytes] = deque(maxlen=MAX_WAITING)
        self._frames, self._stopping = FrameReader(), threading.Event()
        self.open, self.problem = False, ""
        argv = (sys.executable, "-m", "engine.midi.grid.ports", system, source, destination)
        try:
            self._process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
                                             env=environment(), start_new_session=True)
        except OSError as error:
            raise TaoError(f"The grid controller does not start: {error.strerror}. Free some memory.") from None
        self._thread = threading.Thread(target=self._run, name="grid", daemon=True)
        self._thread.start()

    def show(self, shown: Shown) -> None:
        """Show this from now on; the thread follows the playhead by itself."""
        self._shown = shown

    def heard(self) -> list[bytes]:
        """The messages that have come in since the last call."""
        found = []
        while self._heard:
            found.append(self._heard.popleft())
        return found

    def close(self) -> None:
        """Begin to put the lights out and to close the ports."""
        self._stopping.set()

    def wait(self) -> None:
        """Wait until that is done."""
        self._thread.join(2 * GOODBYE_S)

    def _run(self) -> None:
        """Greet the controller, serve it, say goodbye."""
        try:
            self._open()
            self._write(self._greeting.begin)
            while not self._stopping.is_set():
                self._light(time.monotonic())
                self._read()
            self._write(*self._leds.dark(), self._greeting.end)
        except (OSError, TaoError) as error:
            self.problem = str(error) or "it has ended"
        finally:
            self._hang_up()
            self._wake()

    def _open(self) -> None:
        """Wait for the process to say that the ports are open. Raises TaoError."""
        answer = next(self._arriving(OPEN_S), b"it does not answer")
        if answer != OPEN:
            raise TaoError(answer.decode(errors="replace"))
        self.open = True
        self._wake()

    def _read(self) -> None:
        """Wait for a pad, but no longer than lights may be late."""
        for message in self._arriving(LIGHT_S):
            self._heard.append(message)
            self._wake()

    def _arriving(self, within_s: float) -> Iterator[bytes]:
        """What arrives. Raises TaoError when the process has ended."""
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], within_s)
        piece = os.read(self._process.stdout.fileno(), 1 << 16) if ready else None
        if piece == b"":
            raise TaoError("its process has ended")
        if piece:
            yield from self._frames.feed(piece)

    def _light(self, now_s: float) -> None:
        shown = self._shown
        if shown is None:
            return
        position = shown.machine.timeline.ticks_at(self._now_frames()) if shown.machine.playing else None
        view = turned(self._note_map, shown.machine, shown.view, position)
        wanted = lights(self._note_map, shown.machine, view, position, shown.recording)
        self._write(*self._leds.messages(wanted, now_s))

    def _write(self, *messages: bytes) -> None:
        assert self._process.stdin is not None
        data = b"".join(framed(message) for message in messages if message)
        while data:
            data = data[self._process.stdin.write(data) or 0 :]

    def _hang_up(self) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        try:
            self._process.wait(GOODBYE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
