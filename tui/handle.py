"""What a face needs of an engine. `engine.bridge.client.EngineClient` has this shape."""

from pathlib import Path
from typing import Protocol

from engine.core.commands import Boundary, Command
from engine.core.recording import RecordingSetup
from engine.core.requests import FitOptions, MidiRequest, SoundSource
from engine.core.snapshot import Snapshot


class EngineHandle(Protocol):
    """One connection to a running engine. No method waits; to ask an engine that has gone raises TaoError."""

    connected: bool

    def send(self, message: Command | MidiRequest, boundary: Boundary = Boundary.NOW) -> None:
        """Ask for a command at a boundary, or something of the MIDI desk; a refusal comes back as a notice."""

    def snapshot(self) -> Snapshot:
        """The newest status and meters."""

    def start_recording(self, beats: int) -> None:
        """Record from the next bar line."""

    def cancel_recording(self) -> None:
        """Forget the take that is armed or running."""

    def start_free_take(self) -> None:
        """Record until told to end."""

    def end_take(self) -> None:
        """End the running take on the bar line."""

    def capture_last(self, beats: int) -> None:
        """Make a take of what was just heard."""

    def overdub(self) -> None:
        """Record a layer over the loop."""

    def resample(self, source: str, beats: int) -> None:
        """Record Tao's own sound: "master", "kit" or a track."""

    def hold(self, beats: int) -> None:
        """Loop what was just played."""

    def set_recording(self, setup: RecordingSetup) -> None:
        """How takes are made from now on."""

    def decompose(self) -> None:
        """Decompose the loaded loop again."""

    def correct(self) -> None:
        """Make the kit anew from the steps as they are now."""

    def count_as(self, beats: int) -> None:
        """Count the loop as so many quarter notes."""

    def cancel_job(self) -> None:
        """Stop the decomposer's job."""

    def browse(self, track: str, where: SoundSource, path: str = "") -> None:
        """Look for other sounds for a track; the status' list of sounds shows them."""

    def audition(self, track: str, place: int, fit: FitOptions) -> None:
        """Let a sound of the list be heard."""

    def swap(self, track: str, place: int, fit: FitOptions, boundary: Boundary = Boundary.NOW) -> None:
        """Give the track a sound of the list."""

    def swap_next(self, track: str, by: int, fit: FitOptions, boundary: Boundary = Boundary.NOW) -> None:
        """Give the track the next sound of its list, or the one before."""

    def swap_kit(self, name: str, fit: FitOptions, boundary: Boundary = Boundary.NOW) -> None:
        """Give every unlocked track its sound from a kit of the list."""

    def undo(self) -> None:
        """Take back the last change."""

    def redo(self) -> None:
        """Do again what was taken back."""

    def open_audio(self, path: str | Path) -> None:
        """Decompose an audio file."""

    def load_folder(self, path: str | Path) -> None:
        """Load a decomposition folder."""

    def quit(self) -> None:
        """End the engine."""

    def close(self) -> None:
        """Leave; the engine plays on."""
