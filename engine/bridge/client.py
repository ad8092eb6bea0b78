"""A client's connection to the engine: sends commands and requests, and always has the newest snapshot."""

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
from engine.core.exports import ExportSettings
from engine.core.recording import RecordingSetup
from engine.core.requests import FitOptions, SoundSource
from engine.core.snapshot import Notice, Snapshot, Status
from engine.core.time_signature import Quarters, TimeSignature

GONE = "The engine has stopped; start Tao again."


class EngineGone(TaoError):
    """The engine no longer answers, or never did."""


class EngineClient:
    """One connection to a running engine. A background thread reads; every method but `ask` and `wait` returns at once.

    Raises EngineGone when nothing answers on `socket_path` within `timeout_s`.
    """

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
            raise EngineGone(f"The engine on {socket_path} did not send its status within {timeout_s:g} s.")

    def send(self, message: Command | requests.Request, boundary: Boundary = Boundary.NOW,
             at_frames: int = 0) -> None:
        """Send a command or request; a refusal arrives as a notice. Raises EngineGone."""
        self._write(self._codec.encode(message, boundary, at_frames))

    def ask(self, message: Command | requests.Request, boundary: Boundary = Boundary.NOW, at_frames: int = 0,
            timeout_s: float = 5.0) -> None:
        """Like `send`, but wait until the engine accepts it. Raises TaoError with the reason if it refuses."""
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
        """The newest status and meters; with a banner once the engine has ended."""
        with self._changed:
            status, page, refusals = self._status, self._page, tuple(self._refusals)
        assert status is not None and page is not None, "the constructor waited for the first status"
        if refusals:
            status = replace(status, notices=status.notices + refusals)
        if not self.connected:
            status = replace(status, banner=GONE)
        return Snapshot(status, page.read())

    def wait(self, until: Callable[[Snapshot], bool], timeout_s: float = 10.0) -> bool:
        """Wait until `until` accepts a snapshot; False if none did in time."""
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

    def start_recording(self, beats: Quarters) -> None:
        """Record from the next bar line."""
        self.send(requests.StartRecording(beats))

    def cancel_recording(self) -> None:
        """Discard the running take."""
        self.send(requests.CancelRecording())

    def start_free_take(self) -> None:
        """Record until `end_take`."""
        self.send(requests.StartFreeTake())

    def end_take(self) -> None:
        """End the running take on the bar line."""
        self.send(requests.EndTake())

    def capture_last(self, beats: Quarters) -> None:
        """Make a take of the input just heard."""
        self.send(requests.CaptureLast(beats))

    def overdub(self) -> None:
        """Record a layer over the loop."""
        self.send(requests.Overdub())

    def resample(self, source: str, beats: Quarters) -> None:
        """Record Tao's own sound."""
        self.send(requests.Resample(source, beats))

    def hold(self, beats: Quarters) -> None:
        """Loop what was just played."""
        self.send(requests.Hold(beats))

    def set_recording(self, setup: RecordingSetup) -> None:
        """Make takes this way from now on."""
        self.send(requests.SetRecording(setup))

    def decompose(self) -> None:
        """Decompose the loaded loop again."""
        self.send(requests.Decompose())

    def choose_method(self, kind: str, name: str) -> None:
        """Decompose with this plugin from now on."""
        self.send(requests.ChooseMethod(kind, name))

    def correct(self) -> None:
        """Solve the kit again from the edited steps."""
        self.send(requests.Correct())

    def choose_reading(self, number: int) -> None:
        """Read the loop's recording in another of the ways that the status lists; 0 is the present one."""
        self.send(requests.ChooseReading(number))

    def count_as(self, beats: Quarters, time_signature: TimeSignature | None = None) -> None:
        """Count the loop as this many quarter notes, in another metre if one is given."""
        self.send(requests.CountAs(beats, time_signature))

    def open_audio(self, path: str | Path, beats: Quarters | None = None) -> None:
        """Decompose an audio file."""
        self.send(requests.OpenAudio(str(Path(path).absolute()), beats))

    def load_folder(self, path: str | Path) -> None:
        """Load a decomposition folder."""
        self.send(requests.LoadFolder(str(Path(path).absolute())))

    def open_file(self, path: str | Path) -> None:
        """Open whatever this is."""
        self.send(requests.OpenFile(str(Path(path).absolute())))

    def export_kit(self, formats: tuple[str, ...], folder: str | Path, settings: ExportSettings) -> None:
        """Write what plays in formats of other programs."""
        self.send(requests.ExportKit(formats, str(Path(folder).absolute()), settings))

    def cancel_job(self) -> None:
        """Stop the worker's job."""
        self.send(requests.CancelJob())

    def browse(self, track: str, where: SoundSource, path: str = "") -> None:
        """List other sounds for a track, in the status' `sounds`."""
        self.send(requests.BrowseSounds(track, where, path))

    def audition(self, track: str, place: int, fit: FitOptions) -> None:
        """Play a sound of the list."""
        self.send(requests.AuditionSound(track, place, fit))

    def swap(self, track: str, place: int, fit: FitOptions, boundary: Boundary = Boundary.NOW) -> None:
        """Give the track a sound of the list."""
        self.send(requests.SwapSound(track, place, fit), boundary)

    def swap_next(self, track: str, by: int, fit: FitOptions, boundary: Boundary = Boundary.NOW) -> None:
        """Give the track the next sound of its list, or the previous one."""
        self.send(requests.SwapNextSound(track, by, fit), boundary)

    def swap_kit(self, name: str, fit: FitOptions, boundary: Boundary = Boundary.NOW) -> None:
        """Give every unlocked track its sound from a kit of the list."""
        self.send(requests.SwapKit(name, fit), boundary)

    def load_found_kit(self, place: int) -> None:
        """Load the kit that a sound of the list belongs to, with its pattern."""
        self.send(requests.LoadFoundKit(place))

    def save_kit(self, name: str) -> None:
        """Save the kit as a folder of this name."""
        self.send(requests.SaveKit(name))

    def new(self, boundary: Boundary = Boundary.NOW) -> None:
        """Empty the machine."""
        self.send(requests.New(), boundary)

    def save_set(self, name: str) -> None:
        """Save the session as a set of this name."""
        self.send(requests.SaveSet(name))

    def open_set(self, path: str | Path) -> None:
        """Load the kit and the MIDI setup of a set."""
        self.send(requests.OpenSet(str(Path(path).absolute())))

    def undo(self) -> None:
        """Undo the last change."""
        self.send(requests.Undo())

    def redo(self) -> None:
        """Redo what was undone."""
        self.send(requests.Redo())

    def quit(self) -> None:
        """End the engine."""
        self.send(requests.Quit())

    def close(self) -> None:
        """Disconnect; the engine plays on."""
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
        # an engine that hangs up or speaks another version counts as ended
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
