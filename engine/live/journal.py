"""The journal: all that the audio thread did, on which frame, with the samples it needed. `replay` plays it again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soundfile

from engine.bridge import messages
from engine.bridge.codec import BadMessage, Codec
from engine.bridge.wire import framed, read_frame
from engine.core.commands import Command, apply
from engine.core.errors import TaoError
from engine.core.kit import SampleId
from engine.core.loop import Audio
from engine.core.machine import Machine, empty_machine
from engine.live.schedule import Planned

LOG, SAMPLES = "log", "samples"


class UnreadableJournal(TaoError):
    """A session's folder that does not hold a whole journal."""


@dataclass(frozen=True, slots=True)
class Session:
    """The first record: what the audio depends on besides the commands."""

    sample_rate: int
    effects: str
    max_frames: int
    schema: str = "tao.journal/1"


@dataclass(frozen=True, slots=True)
class Plan:
    """A machine that was sent: `commands` (encoded) on top of `base`'s machine, worked out for `at_frames`."""

    sequence: int
    base: int
    at_frames: int
    commands: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class PadHit:
    """A pad was sent: the track by its index in the pattern in force."""

    sequence: int
    track: int
    velocity: float


@dataclass(frozen=True, slots=True)
class PanicSent:
    """Every voice is to be silenced; `cuts`: and what rings. Tao did not do that yet when a session lacks it."""

    sequence: int
    cuts: bool = False


@dataclass(frozen=True, slots=True)
class Applied:
    """The audio thread took what was sent as `sequence` on this frame."""

    sequence: int
    at_frames: int


@dataclass(frozen=True, slots=True)
class Heard:
    """MIDI did something by itself on this frame: `kind` and `value` are those of dsp's record HIT, BEGIN or END."""

    kind: int
    at_frames: int
    value: int


@dataclass(frozen=True, slots=True)
class Jumped:
    """Blocks were dropped: after `from_frames` came `to_frames`."""

    from_frames: int
    to_frames: int


@dataclass(frozen=True, slots=True)
class Faded:
    """The output was faded out, from `at_frames` on in `frames` frames."""

    at_frames: int
    frames: int


@dataclass(frozen=True, slots=True)
class Clicked:
    """A click was planned for this frame."""

    at_frames: int
    accent: bool


@dataclass(frozen=True, slots=True)
class Unclicked:
    """No click that was planned for `from_frames` or later sounds."""

    from_frames: int


RECORDS = (Session, Plan, PadHit, PanicSent, Applied, Heard, Jumped, Faded, Clicked, Unclicked)
Record = Session | Plan | PadHit | PanicSent | Applied | Heard | Jumped | Faded | Clicked | Unclicked


class Journal:
    """Writes one session's folder. After the disk has failed once it stays silent: the music goes on."""

    def __init__(self, folder: Path, session: Session) -> None:
        (folder / SAMPLES).mkdir(parents=True)
        self.folder = folder
        self._codec = Codec(messages.FROM_FACES)
        self._sample_rate = session.sample_rate
        self._file: BinaryIO | None = (folder / LOG).open("wb")
        self.add(session)

    def add(self, record: Record) -> str | None:
        """Append one record; a sentence when that failed."""
        return self._try(lambda file: file.write(framed(self._codec.encode(record))))

    def add_planned(self, planned: Planned) -> str | None:
        """Append what is sent to the audio thread."""
        commands = tuple(self._codec.encode(command) for command in planned.commands)
        return self.add(Plan(planned.sequence, planned.base, planned.at_frames, commands))

    def add_sample(self, name: SampleId, audio: Audio) -> str | None:
        """Store a sample under its id, once."""
        path = self.folder / SAMPLES / f"{name}.wav"
        if path.exists():
            return None
        return self._try(lambda _: soundfile.write(path, audio, self._sample_rate, subtype="FLOAT"))

    def flush(self) -> str | None:
        """Write out what was added since the last time."""
        return self._try(lambda file: file.flush())

    def close(self) -> None:
        """Write what is left."""
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
            return f"The session is not being saved any more: {error}. Make room on the disk; the music goes on."
        return None


@dataclass(frozen=True, slots=True)
class Performance:
    """A journal that was read: the session, what was sent by sequence, and what happened, in order."""

    session: Session
    sent: dict[int, Machine | PadHit | PanicSent]
    events: tuple[Applied | Heard | Jumped | Faded, ...]
    samples: dict[SampleId, Audio]
    clicks: tuple[Clicked, ...] = ()


def read_journal(folder: Path) -> Performance:
    """Everything a replay needs. Raises UnreadableJournal."""
    performance = read_log(folder)
    return replace(performance, samples={path.stem: _read(path) for path in (folder / SAMPLES).glob("*.wav")})


def read_log(folder: Path) -> Performance:
    """All but the samples. Raises UnreadableJournal."""
    records = list(_records(folder / LOG))
    if not records or not isinstance(records[0], Session):
        raise UnreadableJournal(f"{folder} holds no journal of Tao's; name a folder below sessions.")
    session = records[0]
    sent: dict[int, Machine | PadHit | PanicSent] = {0: empty_machine(session.sample_rate)}
    faces = Codec(messages.FROM_FACES)
    for record in records:
        if isinstance(record, Plan):
            if record.base not in sent:
                raise UnreadableJournal(f"{folder} lacks what its record {record.sequence} stands on.")
            commands = [faces.decode(data).message for data in record.commands]
            sent[record.sequence] = _after(sent[record.base], commands, record.at_frames)
        elif isinstance(record, PadHit | PanicSent):
            sent[record.sequence] = record
    events = tuple(record for record in records if isinstance(record, Applied | Heard | Jumped | Faded))
    return Performance(session, sent, events, {}, _clicks(records))


def was_faded(folder: Path) -> bool:
    """Whether the session was ended rather than broke off. Raises UnreadableJournal."""
    return any(isinstance(record, Faded) for record in _records(folder / LOG))


def _clicks(records: list[Record]) -> tuple[Clicked, ...]:
    """The clicks that sounded, by frame."""
    kept: list[Clicked] = []
    for record in records:
        if isinstance(record, Clicked):
            kept.append(record)
        elif isinstance(record, Unclicked):
            kept = [click for click in kept if click.at_frames < record.from_frames]
    return tuple(sorted(kept, key=lambda click: click.at_frames))


def _records(path: Path) -> Iterator[Record]:
    """Every whole record; one that a power cut left unfinished ends the journal."""
    codec = Codec(RECORDS)
    try:
        file = path.open("rb")
    except OSError as error:
        raise UnreadableJournal(f"{path} cannot be read: {error}.") from None
    with file:
        while True:
            try:
                data = read_frame(file)
                if data is None:
                    return
                record = codec.decode(data).message
            except BadMessage:
                return
            yield record


def _after(base: Machine | PadHit | PanicSent, commands: list[Command], at_frames: int) -> Machine:
    assert isinstance(base, Machine), "a plan stands on a plan"
    for command in commands:
        base = apply(command, base, at_frames)
    return base


def _read(path: Path) -> Audio:
    try:
        audio, _ = soundfile.read(path, dtype="float32", always_2d=True)
    except (OSError, soundfile.SoundFileError) as error:
        raise UnreadableJournal(f"The session's sample {path} cannot be read: {error}.") from None
    return np.ascontiguousarray(audio)
