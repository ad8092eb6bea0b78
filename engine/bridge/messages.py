"""What processes say to each other besides core's commands: faces and engine, engine and worker."""

from dataclasses import dataclass
from typing import get_args

from engine.bridge.take_messages import TakeRequest
from engine.core.browsing import Where, Wishes
from engine.core.commands import Command, Play, SetTempo
from engine.core.desk_requests import MidiRequest
from engine.core.kit import Kit, SampleId
from engine.core.loop import PlayedLoop, Reading
from engine.core.pattern import Pattern
from engine.core.snapshot import Status


@dataclass(frozen=True, slots=True)
class Decompose:
    """Decompose the loop that is loaded (again)."""


@dataclass(frozen=True, slots=True)
class Correct:
    """Make the loop's kit anew from the steps as the musician has put them."""


@dataclass(frozen=True, slots=True)
class CountAs:
    """Count the loop as so many quarter notes."""

    beats: int


@dataclass(frozen=True, slots=True)
class OpenAudio:
    """Decompose an audio file. beats: its length in quarter notes where that is known."""

    path: str
    beats: int | None = None


@dataclass(frozen=True, slots=True)
class LoadFolder:
    """Load a decomposition from its folder."""

    path: str


@dataclass(frozen=True, slots=True)
class CancelJob:
    """Stop the worker's job."""


@dataclass(frozen=True, slots=True)
class Undo:
    """Take back the last change of pattern, kit, loop, roles, effects, mutes or solos."""


@dataclass(frozen=True, slots=True)
class Redo:
    """Do again what was taken back."""


@dataclass(frozen=True, slots=True)
class Browse:
    """Look for other sounds for a track; `path` is the folder where that is asked for."""

    track: str
    where: Where
    path: str = ""


@dataclass(frozen=True, slots=True)
class Audit:
    """Let sound `place` of the shelf be heard, made to fit the track."""

    track: str
    place: int
    wishes: Wishes = Wishes()


@dataclass(frozen=True, slots=True)
class Swap:
    """Give the track sound `place` of the shelf; undo takes it back."""

    track: str
    place: int
    wishes: Wishes = Wishes()


@dataclass(frozen=True, slots=True)
class SwapNext:
    """Give the track the next sound of the shelf (by 1), or the one before (-1)."""

    track: str
    by: int = 1
    wishes: Wishes = Wishes()


@dataclass(frozen=True, slots=True)
class SwapKit:
    """Give every track that is not locked the sound of its name from the kit folder called `name`."""

    name: str
    wishes: Wishes = Wishes()


@dataclass(frozen=True, slots=True)
class Quit:
    """Fade out, save and end the engine."""


Request = (TakeRequest | MidiRequest | Decompose | Correct | CountAs | OpenAudio | LoadFolder | CancelJob | Undo | Redo
           | Browse | Audit | Swap | SwapNext | SwapKit | Quit)


@dataclass(frozen=True, slots=True)
class Hello:
    """The engine's first word to a face: its process id and the file of its meters page."""

    pid: int
    meters: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """The message with this id was understood and will be done."""

    id: int


@dataclass(frozen=True, slots=True)
class Refused:
    """The message with this id (0: one that had none) was not done, and why, in one sentence."""

    id: int
    text: str


@dataclass(frozen=True, slots=True)
class SampleRef:
    """Where a sample lies: `frames` float32 stereo frames, `offset_frames` from its segment's start."""

    segment: str
    offset_frames: int
    frames: int


@dataclass(frozen=True, slots=True)
class DecomposeJob:
    """To the worker: decompose the loop in `segment`, float32 (frames, channels) at `sample_rate`.

    Samples are answered at `engine_rate`, in segments written into `folder`. With `wanted` the kit alone is made,
    from what was heard as that pattern corrects it. sure: whether the beats are known, or were guessed by the length.
    """

    job_id: int
    segment: str
    frames: int
    channels: int
    sample_rate: int
    name: str
    beats: int | None
    engine_rate: int
    folder: str
    wanted: Pattern | None = None
    sure: bool = True


@dataclass(frozen=True, slots=True)
class DecomposeFile:
    """To the worker: read this audio file and decompose it; the answers are those to a DecomposeJob."""

    job_id: int
    path: str
    beats: int | None
    engine_rate: int
    folder: str


@dataclass(frozen=True, slots=True)
class OpenFolder:
    """To the worker: read this decomposition folder and answer its kit as one stage."""

    job_id: int
    path: str
    engine_rate: int
    folder: str


@dataclass(frozen=True, slots=True)
class CancelWork:
    """To the worker: drop the job; answer JobFailed or JobDone for it."""

    job_id: int


@dataclass(frozen=True, slots=True)
class Progress:
    """From the worker: the stage it works on (slices, pattern, stems, kit) and the share done, 0..1."""

    job_id: int
    stage: str
    fraction: float


@dataclass(frozen=True, slots=True)
class StageReady:
    """From the worker: a playable result. The last stage of every job is called kit.

    Every SampleId in kit and loop is a key of `samples` here or in an earlier stage of the same job.
    bpm: the loop's own tempo; match: 0..1, how well kit and pattern re-render the loop; readings: where its beats are
    not known, ways to count them, likeliest first.
    """

    job_id: int
    stage: str
    kit: Kit
    pattern: Pattern
    loop: PlayedLoop | None
    samples: dict[SampleId, SampleRef]
    match: float | None = None
    bpm: float | None = None
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True)
class JobNotice:
    """From the worker: what a musician should know about the job, which goes on."""

    job_id: int
    sentence: str


@dataclass(frozen=True, slots=True)
class JobFailed:
    """From the worker: no result, and why, in one sentence."""

    job_id: int
    sentence: str


@dataclass(frozen=True, slots=True)
class JobDone:
    """From the worker: every stage of the job was sent."""

    job_id: int


RESTARTING = (Play, SetTempo)  # what moves the frames of a running take
FROM_FACES: tuple[type, ...] = (*get_args(Command), *get_args(Request))
TO_FACES: tuple[type, ...] = (Hello, Status, Accepted, Refused)
TO_WORKER: tuple[type, ...] = (DecomposeJob, DecomposeFile, OpenFolder, CancelWork)
FROM_WORKER: tuple[type, ...] = (Progress, StageReady, JobNotice, JobFailed, JobDone)
