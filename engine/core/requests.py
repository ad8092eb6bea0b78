"""What a client asks of the engine beyond the machine: takes, jobs, sounds, saving, MIDI ports and controllers, undo,
quit."""

from dataclasses import dataclass
from enum import Enum

from engine.core.errors import InvalidValue
from engine.core.exports import AS_RECORDED, ExportSettings
from engine.core.names import check_name
from engine.core.recording import RecordingSetup


@dataclass(frozen=True, slots=True)
class StartRecording:
    """Record `beats` beats from the next bar line on; when stopped, start the song after the count-in."""

    beats: int


@dataclass(frozen=True, slots=True)
class StartFreeTake:
    """Record until EndTake. Its length sets the tempo if the song is stopped and has no loop; else it ends on a bar
    line."""


@dataclass(frozen=True, slots=True)
class EndTake:
    """End the running take: on the next bar line, or at once if it sets the tempo."""


@dataclass(frozen=True, slots=True)
class CancelRecording:
    """Discard the take that is armed or running."""


@dataclass(frozen=True, slots=True)
class CaptureLast:
    """Make a take of the last `beats` beats of input, up to the bar line just passed."""

    beats: int


@dataclass(frozen=True, slots=True)
class Overdub:
    """Record one pass of the running loop and mix it into the loop."""


@dataclass(frozen=True, slots=True)
class Resample:
    """Record `beats` beats of Tao's own sound from the next bar line on: "master" (after effects), "kit", or a
    track by its name."""

    source: str
    beats: int


@dataclass(frozen=True, slots=True)
class Hold:
    """Loop the last `beats` beats of the master, so that you can load something else meanwhile."""

    beats: int


@dataclass(frozen=True, slots=True)
class SetRecording:
    """Make takes this way from now on."""

    setup: RecordingSetup


@dataclass(frozen=True, slots=True)
class Calibrate:
    """Measure how late a click comes back through a loopback cable, and remember it for this device."""


TakeRequest = (StartRecording | StartFreeTake | EndTake | CancelRecording | CaptureLast | Overdub | Resample | Hold
               | SetRecording | Calibrate)


class Direction(Enum):
    """Which way MIDI goes, seen from Tao."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class ConnectMidi:
    """Keep Tao's port `number` (from 1) connected to the port whose name contains `name`, whenever that exists; None:
    to none."""

    direction: Direction
    number: int
    name: str | None

    def __post_init__(self) -> None:
        check_name(self.name or "", "A MIDI port")


@dataclass(frozen=True, slots=True)
class Learn:
    """Give this target to the next controller that moves or, for `pad TRACK`, to the next note; None: stop waiting.

    Targets: those of `engine.core.midi.CONTROLS`, and pad TRACK.
    """

    target: str | None

    def __post_init__(self) -> None:
        check_name(self.target or "", "What a controller moves")


@dataclass(frozen=True, slots=True)
class Unlearn:
    """Forget every controller that has this target."""

    target: str


@dataclass(frozen=True, slots=True)
class WriteSteps:
    """Record pads played while the song runs as steps of the pattern, or stop doing so."""

    on: bool


MidiRequest = ConnectMidi | Learn | Unlearn | WriteSteps


class SoundSource(Enum):
    """Where to look for sounds: in this loop and kit, in other kits, in a folder of audio files, in the library; or,
    for kits, among the library's patterns."""

    LOOP = "loop"
    KITS = "kits"
    FOLDER = "folder"
    LIBRARY = "library"
    PATTERNS = "patterns"


@dataclass(frozen=True, slots=True)
class FitOptions:
    """In which respects a replacement is fitted to the one-shot it replaces."""

    level: bool = True
    onset: bool = True
    tuning: bool = False
    decay: bool = False


@dataclass(frozen=True, slots=True)
class BrowseSounds:
    """List other sounds for a track, for SoundSource.PATTERNS kits with a pattern like the present one.

    path: the folder for SoundSource.FOLDER; for SoundSource.LIBRARY words that have to apply, the nearest sounds come
    first.
    """

    track: str
    where: SoundSource
    path: str = ""


@dataclass(frozen=True, slots=True)
class AuditionSound:
    """Play sound `place` of the list, fitted to the track."""

    track: str
    place: int
    fit: FitOptions = FitOptions()


@dataclass(frozen=True, slots=True)
class SwapSound:
    """Give the track sound `place` of the list."""

    track: str
    place: int
    fit: FitOptions = FitOptions()


@dataclass(frozen=True, slots=True)
class SwapNextSound:
    """Give the track the next sound of the list (by 1), or the previous one (-1)."""

    track: str
    by: int = 1
    fit: FitOptions = FitOptions()


@dataclass(frozen=True, slots=True)
class SwapKit:
    """Give every unlocked track the sound of its name from the kit folder called `name`."""

    name: str
    fit: FitOptions = FitOptions()

    def __post_init__(self) -> None:
        check_name(self.name, "A kit")


@dataclass(frozen=True, slots=True)
class LoadFoundKit:
    """Load the kit, with its pattern, that entry `place` of the list belongs to."""

    place: int


SoundRequest = BrowseSounds | AuditionSound | SwapSound | SwapNextSound | SwapKit | LoadFoundKit


@dataclass(frozen=True, slots=True)
class Decompose:
    """Decompose the loaded loop again."""


@dataclass(frozen=True, slots=True)
class Correct:
    """Solve the loop's kit again from your edited steps."""


@dataclass(frozen=True, slots=True)
class CountAs:
    """Count the loop as this many quarter notes."""

    beats: int


@dataclass(frozen=True, slots=True)
class OpenAudio:
    """Decompose an audio file. beats: its length in quarter notes, if known."""

    path: str
    beats: int | None = None


@dataclass(frozen=True, slots=True)
class LoadFolder:
    """Load a decomposition folder."""

    path: str


@dataclass(frozen=True, slots=True)
class CancelJob:
    """Stop the worker's job."""


JobRequest = Decompose | Correct | CountAs | OpenAudio | LoadFolder | CancelJob


MOST_FORMATS = 100


@dataclass(frozen=True, slots=True)
class ExportKit:
    """Write what plays now to `folder`, in these formats of other programs; none named: in all."""

    formats: tuple[str, ...]
    folder: str
    settings: ExportSettings = AS_RECORDED

    def __post_init__(self) -> None:
        for name in self.formats[:MOST_FORMATS]:
            check_name(name, "A format")
        if len(self.formats) > MOST_FORMATS:
            raise InvalidValue(f"At most {MOST_FORMATS} formats are written at a time; {len(self.formats)} were named.")


@dataclass(frozen=True, slots=True)
class OpenFile:
    """Open whatever this is: audio is decomposed, a kit folder loaded; patterns of other programs go into free slots,
    their kits replace the sounds."""

    path: str


FileRequest = ExportKit | OpenFile


@dataclass(frozen=True, slots=True)
class SaveKit:
    """Save the kit as it is now as a folder of this name beside the takes; empty: its own name."""

    name: str = ""

    def __post_init__(self) -> None:
        check_name(self.name, "A kit")


@dataclass(frozen=True, slots=True)
class New:
    """Start over with an empty machine. Undo brings everything back; what is on disk stays."""


@dataclass(frozen=True, slots=True)
class SaveSet:
    """Save takes, kits, MIDI setup and journal of this session as one folder of this name."""

    name: str

    def __post_init__(self) -> None:
        check_name(self.name, "A set")


@dataclass(frozen=True, slots=True)
class OpenSet:
    """Load the kit that the set in this folder ended with, and its MIDI setup."""

    path: str


KeepRequest = SaveKit | New | SaveSet | OpenSet


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
