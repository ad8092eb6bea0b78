"""The journal: everything the audio thread did, on which frame, and the samples it needed, so `replay` can repeat it.

docs/formats.md describes the files; rename classes and fields only by way of `journal_versions`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soundfile

from engine.bridge import messages
from engine.bridge.codec import BadMessage, Codec
from engine.bridge.wire import framed, read_frame
from engine.core.commands import apply
from engine.core.errors import InvalidValue, TaoError
from engine.core.kit import SampleId
from engine.core.loop import Audio
from engine.core.machine import Machine, empty_machine
from engine.live.journal_versions import SCHEMA, NewerJournal, renames_since
from engine.live.schedule import Planned

LOG, SAMPLES = "log", "samples"


class UnreadableJournal(TaoError):
    """A session's folder without a usable journal."""


@dataclass(frozen=True, slots=True)
class Session:
    """The first record: what the audio depends on besides the commands, and the version of the journal."""

    sample_rate: int
    effects: str
    max_frames: int
    schema: str = SCHEMA


@dataclass(frozen=True, slots=True)
class Plan:
    """A machine sent to the audio thread: the one of `base`, changed by `commands` (encoded) at `at_frames`."""

    sequence: int
    base: int
    at_frames: int
    commands: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class PadHit:
    """A pad sent to the audio thread: the track by its index in the current pattern."""

    sequence: int
    track: int
    velocity: float


@dataclass(frozen=True, slots=True)
class PanicSent:
    """A panic sent to the audio thread: silence every voice and, if `cuts`, the effects' tails. The first sessions lack
    `cuts`, because Tao did not do that then."""

    sequence: int
    cuts: bool = False


@dataclass(frozen=True, slots=True)
class Applied:
    """The audio thread took what was sent as `sequence` on this frame."""

    sequence: int
    at_frames: int


@dataclass(frozen=True, slots=True)
class MidiActed:
    """The audio thread obeyed incoming MIDI on this frame: `kind` and `value` are those of dsp's HIT, BEGIN or END."""

    kind: int
    at_frames: int
    value: int


@dataclass(frozen=True, slots=True)
class Jumped:
    """Blocks were dropped: `from_frames` was followed by `to_frames`."""

    from_frames: int
    to_frames: int


@dataclass(frozen=True, slots=True)
class Faded:
    """The output was faded out over `frames` frames from `at_frames`."""

    at_frames: int
    frames: int


@dataclass(frozen=True, slots=True)
class Clicked:
    """A click was planned for this frame."""

    at_frames: int
    accent: bool


@dataclass(frozen=True, slots=True)
class Unclicked:
    """Clicks planned for `from_frames` or later were cancelled."""

    from_frames: int


RECORDS = (Session, Plan, PadHit, PanicSent, Applied, MidiActed, Jumped, Faded, Clicked, Unclicked)
Record = Session | Plan | PadHit | PanicSent | Applied | MidiActed | Jumped | Faded | Clicked | Unclicked


class Journal:
    """Writes one session's folder. After the disk has failed once, it writes no more; the music goes on."""

    def __init__(self, folder: Path, session: Session) -> None:
        (folder / SAMPLES).mkdir(parents=True)
        self.folder = folder
        self._codec = Codec(messages.FROM_CLIENTS)
        self._sample_rate = session.sample_rate
        self._file: BinaryIO | None = (folder / LOG).open("wb")
        self.add(session)

    def add(self, record: Record) -> str | None:
        """Append one record. Returns a sentence for the musician if that failed, else None; so do the methods below."""
        return self._try(lambda file: file.write(framed(self._codec.encode(record))))

    def add_planned(self, planned: Planned) -> str | None:
        """Append a machine that is sent to the audio thread."""
        commands = tuple(self._codec.encode(command) for command in planned.commands)
        return self.add(Plan(planned.sequence, planned.base, planned.at_frames, commands))

    def add_sample(self, name: SampleId, audio: Audio) -> str | None:
        """Store a sample under its id, once."""
        path = self.folder / SAMPLES / f"{name}.wav"
        if path.exists():
            return None
        return self._try(lambda _: soundfile.write(path, audio, self._sample_rate, subtype="FLOAT"))

    def flush(self) -> str | None:
        """Write buffered records to the disk."""
        return self._try(lambda file: file.flush())

    def close(self) -> None:
        """Write the rest and close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _try(self, write: Callable[[BinaryIO], object]) -> str | None:
        if self._file is None:
            return None
        try:
            write(self._file)
        except (OSError, soundfile.SoundFileError) as error:
            self._file = None
            reason = str(error).rstrip(".")
            return f"The session is no longer being saved: {reason}. Make room on the disk; the music goes on."
        return None


@dataclass(frozen=True, slots=True)
class Performance:
    """A journal in memory: the session, what was sent (by sequence number), and what happened, in order."""

    session: Session
    sent: dict[int, Machine | PadHit | PanicSent]
    events: tuple[Applied | MidiActed | Jumped | Faded, ...]
    samples: dict[SampleId, Audio]
    clicks: tuple[Clicked, ...] = ()


def read_journal(folder: Path) -> Performance:
    """Everything that a replay needs. Raises UnreadableJournal."""
    performance = read_log(folder)
    return replace(performance, samples={path.stem: _read(path) for path in (folder / SAMPLES).glob("*.wav")})


def read_log(folder: Path) -> Performance:
    """Everything but the samples. Raises UnreadableJournal."""
    records = list(_records(folder))
    session = records[0]
    assert isinstance(session, Session), "_records has seen to that"
    sent: dict[int, Machine | PadHit | PanicSent] = {0: empty_machine(session.sample_rate)}
    commands = Codec(messages.FROM_CLIENTS, renames_since(session.schema))
    for record in records:
        if isinstance(record, Plan):
            sent[record.sequence] = _planned(folder, commands, sent.get(record.base), record)
        elif isinstance(record, PadHit | PanicSent):
            sent[record.sequence] = record
    events = tuple(record for record in records if isinstance(record, Applied | MidiActed | Jumped | Faded))
    return Performance(session, sent, events, {}, _clicks(records))


def was_faded(folder: Path) -> bool:
    """Whether the session was ended rather than cut off. Raises UnreadableJournal."""
    return any(isinstance(record, Faded) for record in _records(folder))


def _clicks(records: list[Record]) -> tuple[Clicked, ...]:
    """The clicks that sounded, by frame."""
    kept: list[Clicked] = []
    for record in records:
        if isinstance(record, Clicked):
            kept.append(record)
        elif isinstance(record, Unclicked):
            kept = [click for click in kept if click.at_frames < record.from_frames]
    return tuple(sorted(kept, key=lambda click: click.at_frames))


def _records(folder: Path) -> Iterator[Record]:
    """Every whole record, the Session first; one that a power cut left unfinished ends the journal."""
    try:
        file = (folder / LOG).open("rb")
    except OSError as error:
        raise UnreadableJournal(f"{folder / LOG} cannot be read: {error}.") from None
    with file:
        session = _next_record(file, Codec([Session]))
        if not isinstance(session, Session):
            raise UnreadableJournal(f"{folder} holds no journal of Tao's; name a folder below sessions.")
        try:
            codec = Codec(RECORDS, renames_since(session.schema))
        except (NewerJournal, ValueError) as error:
            raise UnreadableJournal(f"{folder.name}: {error}") from None
        yield session
        while (record := _next_record(file, codec)) is not None:
            yield record


def _next_record(file: BinaryIO, codec: Codec) -> Record | None:
    """The next record; None at the end, and where the rest cannot be read."""
    try:
        data = read_frame(file)
        return None if data is None else codec.decode(data).message
    except BadMessage:
        return None


def _planned(folder: Path, codec: Codec, base: Machine | PadHit | PanicSent | None, plan: Plan) -> Machine:
    """The machine of a plan. Raises UnreadableJournal when its base is missing, or a command does not fit."""
    if not isinstance(base, Machine):
        raise UnreadableJournal(f"{folder} lacks the machine that its record {plan.sequence} changes.")
    try:
        for data in plan.commands:
            base = apply(codec.decode(data).message, base, plan.at_frames)
    except (BadMessage, InvalidValue) as error:
        raise UnreadableJournal(f"{folder} has a record ({plan.sequence}) that cannot be repeated: {error}") from None
    return base


def _read(path: Path) -> Audio:
    try:
        audio, _ = soundfile.read(path, dtype="float32", always_2d=True)
    except (OSError, soundfile.SoundFileError) as error:
        raise UnreadableJournal(f"The session's sample {path} cannot be read: {error}.") from None
    return np.ascontiguousarray(audio)
