"""An engine without sound: it records every request, and plays a Machine through core's own `apply`."""

import math
from dataclasses import replace
from pathlib import Path

from engine.core.commands import Boundary, Command, TriggerPad, apply, target_frames
from engine.core.errors import TaoError
from engine.core.exports import ExportSettings
from engine.core.kit import GM_NOTES, Kit, OneShot
from engine.core.loop import PlayedLoop
from engine.core.machine import Machine
from engine.core.pattern import Pattern, Step, Track
from engine.core.recording import RecordingSetup
from engine.core.requests import FitOptions, MidiRequest, SoundSource
from engine.core.snapshot import Meters, Notice, RecordState, Snapshot, SoundFacts, SoundList, Status
from engine.core.time_signature import Quarters, TimeSignature
from engine.core.timeline import Ticks, Timeline


def track(name: str, drawing: str, steps_per_beat: int = 4) -> Track:
    """A track from a drawing: X strong, x medium, o ghost, ? strong but uncertain, anything else empty."""
    steps = {"X": Step(1.0), "x": Step(0.6, confidence=0.9), "o": Step(0.3, microtiming=Ticks(18)),
             "?": Step(0.8, microtiming=Ticks(-12), confidence=0.4)}
    return Track(name, tuple(steps.get(letter) for letter in drawing), steps_per_beat)


def demo_pattern() -> Pattern:
    """Two bars on six tracks."""
    return Pattern((
        track("kick", "X-----x---X-----X-----x---X--o--"),
        track("snare", "----X--o-o--X--o----X--o-?--X-oo"),
        track("tom", "----------------------------?-x-"),
        track("hihat", "x-o-x-o-x-o-x-o-x-o-x-o-x-o-x-o-"),
        track("ride", "--------------------------------"),
        track("crash", "X-------------------------------"),
    ), beats=8, swing=0.54)


def overview(columns: int = 512) -> tuple[float, ...]:
    """Peaks like a drum loop's: eight decays, kick and snare in turn."""
    beats = (divmod(8 * column / columns, 1.0) for column in range(columns))
    return tuple((1.0 - 0.25 * (beat % 2)) * 0.9 * math.exp(-3.0 * part) + 0.1 * math.exp(-9 * (part % 0.5))
                 for beat, part in beats)


def demo_machine() -> Machine:
    """The pattern with a kit and its loop, at 96.00 BPM and 48 kHz; stopped."""
    kit = Kit("demo", {name: OneShot(f"{note:016x}", 9600 + 700 * note, gain=0.8, midi_note=note)
                       for name, note in GM_NOTES.items() if name != "ride"})
    loop = PlayedLoop("0" * 16, 240000, 8, "demo loop", residual="1" * 16, overview=overview())
    return Machine(Timeline(96.0, 48000), demo_pattern(), kit, loop=loop)


class FakeEngine:
    """An EngineConnection. `sent` holds (command, boundary), `asked` the other requests,
    `calls` both in their order.

    `advance` is its clock: what waits for a boundary happens when the clock gets there.
    """

    def __init__(self, machine: Machine | None = None) -> None:
        self.connected = True
        self.sent: list[tuple[Command, Boundary]] = []
        self.asked: list[tuple] = []
        self.calls: list[object] = []
        self._waiting: list[tuple[int, Command]] = []
        self.status = Status(machine or demo_machine(), "jack", "system", 48000, 128)
        self.meters = Meters(peaks=(0.0,) * 8)

    @property
    def commands(self) -> list[Command]:
        """What was sent, without the boundaries."""
        return [command for command, _ in self.sent]

    @property
    def machine(self) -> Machine:
        """What is loaded and playing now."""
        return self.status.machine

    def send(self, message: Command | MidiRequest, boundary: Boundary = Boundary.NOW) -> None:
        """Record it, and do it at once or at its boundary. Raises TaoError once gone."""
        self._answer()
        if isinstance(message, MidiRequest):
            self.asked.append(message)
            return
        self.sent.append((message, boundary))
        self.calls.append(message)
        at = target_frames(self.machine, boundary, self.meters.frames)
        if at > self.meters.frames:
            self._waiting.append((at, message))
        else:
            self._apply(message, at)

    def advance(self, beats: float) -> None:
        """Let the music play on for so many quarter notes."""
        timeline = self.machine.timeline
        end = self.meters.frames + round(beats * 60.0 / timeline.bpm * timeline.sample_rate)
        for at, command in [waiting for waiting in self._waiting if waiting[0] <= end]:
            self._apply(command, at)
        self._waiting = [waiting for waiting in self._waiting if waiting[0] > end]
        self.meters = replace(self.meters, frames=end)
        self._place()

    def _apply(self, command: Command, at_frames: int) -> None:
        try:
            machine = apply(command, self.machine, at_frames)
        except TaoError as problem:
            self.notify(str(problem))
            return
        if not isinstance(command, TriggerPad):
            self.status = replace(self.status, machine=machine)
        self._place()

    def _place(self) -> None:
        playing = self.machine.playing
        ticks = self.machine.timeline.ticks_at(self.meters.frames) if playing else 0
        self.meters = replace(self.meters, playing=playing, position_ticks=ticks)

    def notify(self, text: str, urgent: bool = False) -> None:
        """Send a notice to the clients."""
        self.status = replace(self.status, notices=(*self.status.notices, Notice(text, urgent)))

    def die(self) -> None:
        """Go as a killed process goes: snapshots stay as they were, requests fail."""
        self.connected = False
        self.status = replace(self.status, banner="The engine has stopped; start Tao again.")

    def snapshot(self) -> Snapshot:
        """The newest status and meters."""
        return Snapshot(self.status, self.meters)

    def start_recording(self, beats: Quarters) -> None:
        """Arm a take."""
        self._ask("start_recording", beats)
        self.status = replace(self.status, record_state=RecordState.ARMED, record_beats=beats)

    def cancel_recording(self) -> None:
        """Cancel the take."""
        self._ask("cancel_recording")
        self.status = replace(self.status, record_state=RecordState.OFF)

    def start_free_take(self) -> None:
        """Start a take without a set length."""
        self._ask("start_free_take")
        self.status = replace(self.status, record_state=RecordState.RECORDING)

    def end_take(self) -> None:
        """End it."""
        self._ask("end_take")
        self.status = replace(self.status, record_state=RecordState.OFF)

    def capture_last(self, beats: Quarters) -> None:
        """Recorded."""
        self._ask("capture_last", beats)

    def overdub(self) -> None:
        """Recorded."""
        self._ask("overdub")

    def resample(self, source: str, beats: Quarters) -> None:
        """Recorded."""
        self._ask("resample", source, beats)

    def hold(self, beats: Quarters) -> None:
        """Recorded."""
        self._ask("hold", beats)

    def set_recording(self, setup: RecordingSetup) -> None:
        """Set."""
        self._ask("set_recording")
        self.status = replace(self.status, recording=setup)

    def decompose(self) -> None:
        """Recorded."""
        self._ask("decompose")

    def choose_method(self, kind: str, name: str) -> None:
        """Chosen."""
        methods = self.status.methods.changed(kind, name)
        self._ask("choose_method", kind, name)
        self.status = replace(self.status, methods=methods)

    def correct(self) -> None:
        """Recorded."""
        self._ask("correct")

    def choose_reading(self, number: int) -> None:
        """Recorded."""
        self._ask("choose_reading", number)

    def count_as(self, beats: Quarters, time_signature: TimeSignature | None = None) -> None:
        """Recorded."""
        self._ask("count_as", beats, time_signature)

    def cancel_job(self) -> None:
        """Recorded."""
        self._ask("cancel_job")

    def browse(self, track: str, where: SoundSource, path: str = "") -> None:
        """Recorded; finds three sounds."""
        self._ask("browse", track, where, path)
        names = ("hit one", "old kit: kick", "old kit: snare")
        facts = (SoundFacts(0.34, -3.2, bytes(range(255, 0, -8)), 0.82), SoundFacts(1.62, -11.0, bytes((9, 255) * 16)))
        self.status = replace(self.status, sounds=SoundList(track, where, path, names, facts=facts))

    def audition(self, track: str, place: int, fit: FitOptions) -> None:
        """Recorded."""
        self._ask("audition", track, place, fit)

    def swap(self, track: str, place: int, fit: FitOptions, boundary: Boundary = Boundary.NOW) -> None:
        """Recorded."""
        self._ask("swap", track, place, fit, boundary)

    def swap_next(self, track: str, by: int, fit: FitOptions, boundary: Boundary = Boundary.NOW) -> None:
        """Recorded."""
        self._ask("swap_next", track, by, fit, boundary)

    def swap_kit(self, name: str, fit: FitOptions, boundary: Boundary = Boundary.NOW) -> None:
        """Recorded."""
        self._ask("swap_kit", name, fit, boundary)

    def load_found_kit(self, place: int) -> None:
        """Recorded."""
        self._ask("load_found_kit", place)

    def save_kit(self, name: str) -> None:
        """Recorded."""
        self._ask("save_kit", name)

    def new(self, boundary: Boundary = Boundary.NOW) -> None:
        """Recorded."""
        self._ask("new", boundary)

    def save_set(self, name: str) -> None:
        """Recorded."""
        self._ask("save_set", name)

    def open_set(self, path: str | Path) -> None:
        """Recorded."""
        self._ask("open_set", str(path))

    def undo(self) -> None:
        """Recorded."""
        self._ask("undo")

    def redo(self) -> None:
        """Recorded."""
        self._ask("redo")

    def open_audio(self, path: str | Path) -> None:
        """Recorded."""
        self._ask("open_audio", str(path))

    def load_folder(self, path: str | Path) -> None:
        """Recorded."""
        self._ask("load_folder", str(path))

    def open_file(self, path: str | Path) -> None:
        """Recorded."""
        self._ask("open_file", str(path))

    def export_kit(self, formats: tuple[str, ...], folder: str | Path, settings: ExportSettings) -> None:
        """Recorded."""
        self._ask("export_kit", formats, str(folder), settings)

    def quit(self) -> None:
        """End."""
        self._ask("quit")

    def close(self) -> None:
        """The client leaves."""
        self.asked.append(("close",))

    def _ask(self, *request) -> None:
        self._answer()
        self.asked.append(request)
        self.calls.append(request)

    def _answer(self) -> None:
        if not self.connected:
            raise TaoError("The engine has stopped; start Tao again.")
