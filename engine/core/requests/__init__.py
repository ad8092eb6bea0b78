"""What a client asks of the engine beyond the machine: takes, MIDI, sounds, jobs, files, saving, undo, quit."""

from dataclasses import dataclass

from engine.core.requests.files import ExportKit, FileRequest, OpenFile
from engine.core.requests.jobs import (
    CancelJob,
    ChooseMethod,
    ChooseReading,
    Correct,
    CountAs,
    Decompose,
    JobRequest,
    LoadFolder,
    OpenAudio,
)
from engine.core.requests.midi import ChooseGrid, ConnectMidi, Direction, Learn, MidiRequest, Unlearn, WriteSteps
from engine.core.requests.saving import KeepRequest, New, OpenSet, SaveKit, SaveSet
from engine.core.requests.sounds import (
    AuditionSound,
    BrowseSounds,
    FitOptions,
    LoadFoundKit,
    SoundRequest,
    SoundSource,
    SwapKit,
    SwapNextSound,
    SwapSound,
)
from engine.core.requests.takes import (
    Calibrate,
    CancelRecording,
    CaptureLast,
    EndTake,
    Hold,
    Overdub,
    Resample,
    SetRecording,
    StartFreeTake,
    StartRecording,
    TakeRequest,
)


@dataclass(frozen=True, slots=True)
class Undo:
    """Undo the last change of pattern, kit, loop, roles, effects, mutes or solos."""


@dataclass(frozen=True, slots=True)
class Redo:
    """Redo what was undone."""


@dataclass(frozen=True, slots=True)
class Quit:
    """Fade out, save and end the engine."""


Request = (TakeRequest | MidiRequest | SoundRequest | JobRequest | FileRequest | KeepRequest | Undo | Redo
           | Quit)

__all__ = [
    "AuditionSound",
    "BrowseSounds",
    "Calibrate",
    "CancelJob",
    "CancelRecording",
    "CaptureLast",
    "ChooseGrid",
    "ChooseMethod",
    "ChooseReading",
    "ConnectMidi",
    "Correct",
    "CountAs",
    "Decompose",
    "Direction",
    "EndTake",
    "ExportKit",
    "FileRequest",
    "FitOptions",
    "Hold",
    "JobRequest",
    "KeepRequest",
    "Learn",
    "LoadFolder",
    "LoadFoundKit",
    "MidiRequest",
    "New",
    "OpenAudio",
    "OpenFile",
    "OpenSet",
    "Overdub",
    "Quit",
    "Redo",
    "Request",
    "Resample",
    "SaveKit",
    "SaveSet",
    "SetRecording",
    "SoundRequest",
    "SoundSource",
    "StartFreeTake",
    "StartRecording",
    "SwapKit",
    "SwapNextSound",
    "SwapSound",
    "TakeRequest",
    "Undo",
    "Unlearn",
    "WriteSteps",
]
