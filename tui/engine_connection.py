"""What a client needs of an engine. `engine.bridge.client.EngineClient` has this shape."""

from pathlib import Path
from typing import Protocol

from engine.core.commands import Boundary, Command
from engine.core.exports import ExportSettings
from engine.core.recording import RecordingSetup
from engine.core.requests import FitOptions, MidiRequest, SoundSource
from engine.core.snapshot import Snapshot
from engine.core.time_signature import Quarters, TimeSignature


class EngineConnection(Protocol):
    """One connection to a running engine. No method waits; all raise TaoError once the engine has stopped."""

    connected: bool

    def send(self, message: Command | MidiRequest, boundary: Boundary = Boundary.NOW) -> None:
        """Send a command that takes effect at a boundary, or a MIDI request; a refusal comes back as a notice."""

    def snapshot(self) -> Snapshot:
        """The newest status and meters."""

    def start_recording(self, beats: Quarters) -> None:
        """Record from the next bar line."""

    def cancel_recording(self) -> None:
        """Drop the take that is armed or running."""

    def start_free_take(self) -> None:
        """Record until `end_take`."""

    def end_take(self) -> None:
        """End the running take on the bar line."""

    def capture_last(self, beats: Quarters) -> None:
        """Turn what was just heard into a take."""

    def overdub(self) -> None:
        """Record a layer over the loop."""

    def resample(self, source: str, beats: Quarters) -> None:
        """Record Tao's own sound: "master", "kit" or a track."""

    def hold(self, beats: Quarters) -> None:
        """Loop what was just played."""

    def set_recording(self, setup: RecordingSetup) -> None:
        """Set count-in, threshold and monitoring."""

    def decompose(self) -> None:
        """Decompose the loaded loop again."""

    def choose_method(self, kind: str, name: str) -> None:
        """Decompose with this plugin from now on."""

    def correct(self) -> None:
        """Re-solve the kit from the current steps."""

    def choose_reading(self, number: int) -> None:
        """Read the loop's recording in another of the ways that the status lists; 0 is the present one."""

    def count_as(self, beats: Quarters, time_signature: TimeSignature | None = None) -> None:
        """Count the loop as so many quarter notes."""

    def cancel_job(self) -> None:
        """Stop the worker's job."""

    def browse(self, track: str, where: SoundSource, path: str = "") -> None:
        """Search other sounds for a track; the status shows what was found."""

    def audition(self, track: str, place: int, fit: FitOptions) -> None:
        """Play a sound that was found."""

    def swap(self, track: str, place: int, fit: FitOptions, boundary: Boundary = Boundary.NOW) -> None:
        """Give the track a sound that was found."""

    def swap_next(self, track: str, by: int, fit: FitOptions, boundary: Boundary = Boundary.NOW) -> None:
        """Give the track the next of its sounds, or the previous one."""

    def swap_kit(self, name: str, fit: FitOptions, boundary: Boundary = Boundary.NOW) -> None:
        """Give every unlocked track its sound from a kit that was found."""

    def load_found_kit(self, place: int) -> None:
        """Load the kit that a found sound belongs to, with its pattern, on the next bar line."""

    def save_kit(self, name: str) -> None:
        """Save the kit as a folder of this name."""

    def new(self, boundary: Boundary = Boundary.NOW) -> None:
        """Empty the machine."""

    def save_set(self, name: str) -> None:
        """Save the session as a set of this name."""

    def open_set(self, path: str | Path) -> None:
        """Load the kit and the MIDI setup of a set."""

    def undo(self) -> None:
        """Undo the last change."""

    def redo(self) -> None:
        """Redo the change that was undone."""

    def open_audio(self, path: str | Path) -> None:
        """Decompose an audio file."""

    def load_folder(self, path: str | Path) -> None:
        """Load a decomposition folder."""

    def open_file(self, path: str | Path) -> None:
        """Open audio, a kit folder, or a kit or pattern of another program."""

    def export_kit(self, formats: tuple[str, ...], folder: str | Path, settings: ExportSettings) -> None:
        """Write what plays in formats of other programs; none named: in all."""

    def quit(self) -> None:
        """End the engine."""

    def close(self) -> None:
        """Disconnect; the engine plays on."""
