"""A face's handle on the engine: commands go out, the newest snapshot is always at hand."""

import contextlib
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.bridge import messages
from engine.bridge.codec import BadMessage, Codec
from engine.bridge.messages import Accepted, Hello, Refused
from engine.bridge.meters import MetersPage
from engine.bridge.wire import FrameReader, framed
from engine.core import requests
from engine.core.commands import Boundary, Command
from engine.core.errors import TaoError
from engine.core.recording import RecordingSetup
from engine.core.requests import FitOptions, SoundSource
from engine.core.snapshot import Notice, Snapshot, Status

GONE = "The engine has gone; start Tao again."


class EngineGone(TaoError):
    """The engine does not answer any more, or never did."""


class EngineClient:
    """One connection to a running engine. A background thread reads; every method returns at once but `ask`
    and `wait`. Raises EngineGone when nothing answers on `socket_path` within `timeout_s`."""

    def __init__(self, socket_path: str | Path, timeout_s: float = 5.0) -> None:
        self._codec = Codec(messages.TO_CLIENTS)
        self._changed = threading.Condition()
        self._status: Status | None = None
        self._page: MetersPage | None = None
        self._refusals: deque[Notice] = deque(maxlen=4)
        self._answers: dict[int, Accepted | Refused] = {}
        self._last_id = 0
        self._sending = threading.Lock()
        self.connected = True
        self.pid = 0
        self._socket = socket.socket(socket.AF_UNIX)
        try:
            self._socket.connect(str(socket_path))
        except OSError as error:
            self._socket.close()
            text = f"No engine answers on {socket_path}: {error}. Start Tao without attach."
            raise EngineGone(text) from None
        self._reader = threading.Thread(target=self._read, name="engine-client", daemon=True)
        self._reader.start()
        if not self.wait(lambda _: True, timeout_s):
            self.close()
            raise EngineGone(f"The engine on {socket_path} did not say what it plays within {timeout_s:g} s.")

    def send(self, message: Command | requests.Request, boundary: Boundary = Boundary.NOW,
             at_frames: int = 0) -> None:
        """Ask for something; a refusal comes back as a notice. Raises EngineGone."""
        self._write(self._codec.encode(message, boundary, at_frames))

    def ask(self, message: Command | requests.Request, boundary: Boundary = Boundary.NOW, at_frames: int = 0,
            timeout_s: float = 5.0) -> None:
        """Like `send`, and wait until the engine has accepted it. Raises TaoError with the reason if not."""
        with self._changed:
            self._last_id += 1
            number = self._last_id
        self._write(self._codec.encode(message, boundary, at_frames, number))
        with self._changed:
            self._changed.wait_for(lambda: number in self._answers or not self.connected, timeout_s)
            answer = self._answers.pop(number, None)
        if answer is None:
            late = f"The engine did not answer within {timeout_s:g} s."
            raise EngineGone(late if self.connected else GONE)
        if isinstance(answer, Refused):
            raise TaoError(answer.text)

    def snapshot(self) -> Snapshot:
        """The newest status and meters; with a banner once the engine has gone."""
        with self._changed:
            status, page, refusals = self._status, self._page, tuple(self._refusals)
        assert status is not None and page is not None, "the constructor waited for the first status"
        if refusals:
            status = replace(status, notices=status.notices + refusals)
        if not self.connected:
            status = replace(status, banner=GONE)
        return Snapshot(status, page.read())

    def wait(self, until: Callable[[Snapshot], bool], timeout_s: float = 10.0) -> bool:
        """Wait until a snapshot is as wanted; False when it was not in time."""
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            with self._changed:
                known = self._status is not None and self._page is not None
                if not known:
                    self._changed.wait(0.05)
            if known and until(self.snapshot()):
                return True
            if not self.connected:
                return False
            with self._changed:
                self._changed.wait(0.01)
        return False

    def start_recording(self, beats: int) -> None:
        """Record from the next bar line."""
        self.send(requests.StartRecording(beats))

    def cancel_recording(self) -> None:
        """Forget the running take."""
        self.send(requests.CancelRecording())

    def start_free_take(self) -> None:
        """Record until told to end."""
        self.send(requests.StartFreeTake())

    def end_take(self) -> None:
        """End the running take on the bar line."""
        self.send(requests.EndTake())

    def capture_last(self, beats: int) -> None:
        """Make a take of what was just heard."""
        self.send(requests.CaptureLast(beats))

    def overdub(self) -> None:
        """Record a layer over the loop."""
        self.send(requests.Overdub())

    def resample(self, source: str, beats: int) -> None:
        """Record Tao's own sound."""
        self.send(requests.Resample(source, beats))

    def hold(self, beats: int) -> None:
        """Loop what was just played."""
        self.send(requests.Hold(beats))

    def set_recording(self, setup: RecordingSetup) -> None:
        """How takes are made from now on."""
        self.send(requests.SetRecording(setup))

    def decompose(self) -> None:
        """Decompose the loaded loop again."""
        self.send(requests.Decompose())

    def correct(self) -> None:
        """Make the kit anew from the steps as they are now."""
        self.send(requests.Correct())

    def count_as(self, beats: int) -> None:
        """Count the loop as so many quarter notes."""
        self.send(requests.CountAs(beats))

    def open_audio(self, path: str | Path, beats: int | None = None) -> None:
        """Decompose an audio file."""
        self.send(requests.OpenAudio(str(Path(path).absolute()), beats))

    def load_folder(self, path: str | Path) -> None:
        """Load a decomposition folder."""
        self.send(requests.LoadFolder(str(Path(path).absolute())))

    def cancel_job(self) -> None:
        """Stop the worker's job."""
        self.send(requests.CancelJob())

    def browse(self, track: str, where: SoundSource, path: str = "") -> None:
        """Look for other sounds for a track; the status' shelf shows them."""
        self.send(requests.BrowseSounds(track, where, path))

    def audition(self, track: str, place: int, fit: FitOptions) -> None:
        """Let a sound of the shelf be heard."""
        self.send(requests.AuditionSound(track, place, fit))

    def swap(self, track: str, place: int, fit: FitOptions, boundary: Boundary = Boundary.NOW) -> None:
        """Give the track a sound of the shelf."""
        self.send(requests.SwapSound(track, place, fit), boundary)

    def swap_next(self, track: str, by: int, fit: FitOptions, boundary: Boundary = Boundary.NOW) -> None:
        """Give the track the next sound of its shelf, or the one before."""
        self.send(requests.SwapNextSound(track, by, fit), boundary)

    def swap_kit(self, name: str, fit: FitOptions, boundary: Boundary = Boundary.NOW) -> None:
        """Give every unlocked track its sound from a kit of the shelf."""
        self.send(requests.SwapKit(name, fit), boundary)

    def undo(self) -> None:
        """Take back the last change."""
        self.send(requests.Undo())

    def redo(self) -> None:
        """Do again what was taken back."""
        self.send(requests.Redo())

    def quit(self) -> None:
        """End the engine."""
        self.send(requests.Quit())

    def close(self) -> None:
        """Leave; the engine plays on."""
        with contextlib.suppress(OSError):  # the engine may have hung up first
            self._socket.shutdown(socket.SHUT_RDWR)
        self._reader.join(2.0)
        self._socket.close()

    def _write(self, data: bytes) -> None:
        with self._sending:
            try:
                self._socket.sendall(framed(data))
            except OSError:
                raise EngineGone(GONE) from None

    def _read(self) -> None:
        frames = FrameReader()
        # an engine that hangs up or talks another version is as good as gone
        with contextlib.suppress(OSError, BadMessage):
            while piece := self._socket.recv(1 << 16):
                for data in frames.feed(piece):
                    self._take(self._codec.decode(data).message)
        with self._changed:
            self.connected = False
            self._changed.notify_all()

    def _take(self, message: Any) -> None:
        with self._changed:
            match message:
                case Status():
                    self._status = message
                case Hello():
                    self.pid, self._page = message.pid, MetersPage(message.meters)
                case Refused(id=0):
                    self._refusals.append(Notice(message.text))
                case Accepted() | Refused():
                    self._answers[message.id] = message
            self._changed.notify_all()
