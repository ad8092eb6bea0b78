"""What processes say to each other besides core's commands and requests: the engine's answers, jobs, stages."""

from dataclasses import dataclass, field
from typing import get_args

from engine.core.candidates import TrackCandidates
from engine.core.commands import Command
from engine.core.kit import Kit, SampleId
from engine.core.loop import PlayedLoop, Reading
from engine.core.methods import USUAL, Methods
from engine.core.pattern import Pattern
from engine.core.requests import Request
from engine.core.snapshot import Status
from engine.core.time_signature import Quarters


@dataclass(frozen=True, slots=True)
class Hello:
    """The engine's first message to a client: its process id and the file of its meters page."""

    pid: int
    meters: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """The message with this id will be carried out."""

    id: int


@dataclass(frozen=True, slots=True)
class Refused:
    """The message with this id (0: it had none) was refused; text says why, in one sentence."""

    id: int
    text: str


@dataclass(frozen=True, slots=True)
class SampleRef:
    """Where a sample is: `frames` float32 stereo frames, `offset_frames` after the start of its segment."""

    segment: str
    offset_frames: int
    frames: int


@dataclass(frozen=True, slots=True)
class DecomposeJob:
    """To the worker: decompose the loop in `segment`, float32 (frames, channels) at `sample_rate`.

    The answer's samples are at `engine_rate`, in segments written into `folder`. wanted: the user's pattern; then only
    the kit is solved again, from the hits that were heard, corrected to this pattern. sure: whether `beats` is known;
    if not, the recording holds a loop somewhere, which the worker finds. kits: where the solved kit is kept as a
    folder; empty for nowhere. methods: the plugins to use.
    """

    job_id: int
    segment: str
    frames: int
    channels: int
    sample_rate: int
    name: str
    beats: Quarters | None
    engine_rate: int
    folder: str
    wanted: Pattern | None = None
    sure: bool = True
    kits: str = ""
    methods: Methods = USUAL


@dataclass(frozen=True, slots=True)
class DecomposeFile:
    """To the worker: read this audio file and decompose it; the answers are the same as to a DecomposeJob. readings:
    how it can be read, and is to be read as by the first; none where that is to be found out."""

    job_id: int
    path: str
    beats: Quarters | None
    engine_rate: int
    folder: str
    kits: str = ""
    readings: tuple[Reading, ...] = ()
    methods: Methods = USUAL


@dataclass(frozen=True, slots=True)
class OpenFolder:
    """To the worker: read this decomposition folder and answer with its kit as one stage."""

    job_id: int
    path: str
    engine_rate: int
    folder: str


@dataclass(frozen=True, slots=True)
class CancelWork:
    """To the worker: stop the job, and answer JobFailed or JobDone."""

    job_id: int


@dataclass(frozen=True, slots=True)
class Progress:
    """From the worker: the stage it is on (slices, pattern, stems, kit) and how much of the job is done, 0..1."""

    job_id: int
    stage: str
    fraction: float


@dataclass(frozen=True, slots=True)
class StageReady:
    """From the worker: a playable result. The last stage of every job is called kit.

    Every SampleId in kit and loop is a key of `samples` here or in an earlier stage of the same job.
    bpm: the loop's own tempo; match: 0..1, how much of the loop kit and pattern explain; track_match: the same
    of each track's stem; readings: ways to read it, likeliest first, unless that was known. stored_patterns: of a kit
    saved live, the patterns of the other slots
    (None where a slot is empty, and at `slot`, where `pattern` belongs); () leaves the slots alone.
    candidates: what the decomposition is not sure of, track by track.
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
    stored_patterns: tuple[Pattern | None, ...] = ()
    slot: int = 0
    candidates: tuple[TrackCandidates, ...] = ()
    track_match: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JobNotice:
    """From the worker: a sentence to the musician about the job, which continues."""

    job_id: int
    sentence: str


@dataclass(frozen=True, slots=True)
class JobFailed:
    """From the worker: the job failed; sentence says why."""

    job_id: int
    sentence: str


@dataclass(frozen=True, slots=True)
class JobDone:
    """From the worker: all stages of the job have been sent. kept: the folder that holds its kit, empty for none;
    fresh: whether it was written for this job, rather than found."""

    job_id: int
    kept: str = ""
    fresh: bool = False


FROM_CLIENTS: tuple[type, ...] = (*get_args(Command), *get_args(Request))
TO_CLIENTS: tuple[type, ...] = (Hello, Status, Accepted, Refused)
TO_WORKER: tuple[type, ...] = (DecomposeJob, DecomposeFile, OpenFolder, CancelWork)
FROM_WORKER: tuple[type, ...] = (Progress, StageReady, JobNotice, JobFailed, JobDone)
