"""Reading a journal: up to the first record that cannot be read, and without the samples that cannot."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soundfile

from engine.bridge import messages
from engine.bridge.codec import Codec
from engine.bridge.wire import read_frame
from engine.core.commands import apply
from engine.core.errors import TaoError
from engine.core.kit import SampleId, sample_id
from engine.core.loop import Audio
from engine.core.machine import Machine, empty_machine
from engine.core.pattern import MAX_TRACKS
from engine.live.journal import (
    LOG,
    RECORDS,
    SAMPLES,
    Applied,
    Clicked,
    Faded,
    Jumped,
    MidiActed,
    PadHit,
    PanicSent,
    Plan,
    Record,
    Session,
    Unclicked,
)
from engine.live.journal_versions import NewerJournal, renames_since

MAX_RATE, MAX_SESSION_S = 768_000, 31 * 24 * 3600
_FRAMES = ("at_frames", "from_frames", "to_frames", "frames")
_UNREADABLE = (TaoError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError, RecursionError)


class UnreadableJournal(TaoError):
    """A session's folder without a usable journal."""


class _Damage(Exception):
    """Why a record cannot be used."""


@dataclass(frozen=True, slots=True)
class Performance:
    """A journal in memory: the session, what was sent (by sequence number), and what happened, in order.

    problems: a sentence for each thing that could not be read: the log from some place on, or a sample.
    """

    session: Session
    sent: dict[int, Machine | PadHit | PanicSent]
    events: tuple[Applied | MidiActed | Jumped | Faded, ...]
    samples: dict[SampleId, Audio]
    clicks: tuple[Clicked, ...] = ()
    problems: tuple[str, ...] = ()


def read_journal(folder: Path) -> Performance:
    """Everything that a replay needs. Raises UnreadableJournal when nothing of it can be read."""
    performance = read_log(folder)
    samples: dict[SampleId, Audio] = {}
    problems = list(performance.problems)
    for path in sorted((folder / SAMPLES).glob("*.wav")):
        audio = _sample(path)
        if audio is None:
            problems.append(f"{path} is damaged; that sound is missing.")
        else:
            samples[path.stem] = audio
    return replace(performance, samples=samples, problems=tuple(problems))


def read_log(folder: Path) -> Performance:
    """Everything but the samples, up to the first record that cannot be read. Raises UnreadableJournal when that is the
    first of all."""
    sent: dict[int, Machine | PadHit | PanicSent] = {}
    records: list[Record] = []
    problems = []
    at = 0
    try:
        for place, record in _records(folder):
            at = place
            if isinstance(record, Session):
                sent[0] = empty_machine(record.sample_rate)
                commands = Codec(messages.FROM_CLIENTS, renames_since(record.schema))
            elif isinstance(record, Plan):
                sent[record.sequence] = _planned(commands, sent.get(record.base), record)
            elif isinstance(record, PadHit | PanicSent):
                sent[record.sequence] = record
            records.append(record)
    except _Damage as damage:
        problems.append(_sentence(folder, records, at, damage))
    session = records[0]
    assert isinstance(session, Session), "_records has seen to that"
    events = tuple(record for record in records if isinstance(record, Applied | MidiActed | Jumped | Faded))
    return Performance(session, sent, events, {}, _clicks(records), tuple(problems))


def was_faded(folder: Path) -> bool:
    """Whether the session was ended rather than cut off. Raises UnreadableJournal."""
    try:
        return any(isinstance(record, Faded) for _, record in _records(folder))
    except _Damage:
        return False


def _sentence(folder: Path, records: list[Record], place: int, damage: _Damage) -> str:
    at = damage.args[1] if len(damage.args) > 1 else place
    return (f"{folder / LOG} cannot be read from byte {at} on, after {len(records)} records ({damage.args[0]}); what "
            "came after that is lost.")


def _clicks(records: list[Record]) -> tuple[Clicked, ...]:
    """The clicks that sounded, by frame."""
    kept: list[Clicked] = []
    for record in records:
        if isinstance(record, Clicked):
            kept.append(record)
        elif isinstance(record, Unclicked):
            kept = [click for click in kept if click.at_frames < record.from_frames]
    return tuple(sorted(kept, key=lambda click: click.at_frames))


def _records(folder: Path) -> Iterator[tuple[int, Record]]:
    """The place in the file and every record, the Session first. Raises _Damage at one that cannot be read, and
    UnreadableJournal when that is the Session."""
    try:
        file = (folder / LOG).open("rb")
    except OSError as error:
        raise UnreadableJournal(f"{folder / LOG} cannot be read: {error}.") from None
    with file:
        try:
            session = _next_record(file, Codec([Session]), MAX_SESSION_S * MAX_RATE)
        except _Damage:
            session = None
        if not isinstance(session, Session) or not 1 <= session.sample_rate <= MAX_RATE:
            raise UnreadableJournal(f"{folder} holds no journal of Tao's; name a folder below sessions.")
        try:
            codec = Codec(RECORDS, renames_since(session.schema))
        except (NewerJournal, ValueError) as error:
            raise UnreadableJournal(f"{folder.name}: {error}") from None
        yield 0, session
        while True:
            place = file.tell()
            record = _next_record(file, codec, MAX_SESSION_S * session.sample_rate)
            if record is None:
                return
            if isinstance(record, Session):
                raise _Damage("a second beginning", place)
            yield place, record


def _next_record(file: BinaryIO, codec: Codec, longest_frames: int) -> Record | None:
    """The next record; None at the end. Raises _Damage."""
    place = file.tell()
    try:
        data = read_frame(file)
        record: Record | None = None if data is None else codec.decode(data).message
    except (*_UNREADABLE, OSError) as error:
        raise _Damage(_first_line(error), place) from None
    if any(not 0 <= getattr(record, name, 0) <= longest_frames for name in _FRAMES):
        raise _Damage("a frame that no session reaches", place)
    if isinstance(record, PadHit) and not (0 <= record.track < MAX_TRACKS and 0.0 <= record.velocity <= 1.0):
        raise _Damage("a pad that does not exist", place)
    return record


def _planned(codec: Codec, base: Machine | PadHit | PanicSent | None, plan: Plan) -> Machine:
    """The machine of a plan. Raises _Damage when its base is missing, or a command does not fit."""
    if not isinstance(base, Machine):
        raise _Damage(f"it lacks the machine that record {plan.sequence} changes")
    try:
        for data in plan.commands:
            base = apply(codec.decode(data).message, base, plan.at_frames)
    except _UNREADABLE as error:
        raise _Damage(f"record {plan.sequence} cannot be repeated: {_first_line(error)}") from None
    return base


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0].partition("; there are")[0][:200].rstrip(".")


def _sample(path: Path) -> Audio | None:
    """A sample, or None when it is damaged: its name says what it must hold."""
    try:
        audio, _ = soundfile.read(path, dtype="float32", always_2d=True)
    except (OSError, RuntimeError, soundfile.SoundFileError):
        return None
    audio = np.ascontiguousarray(audio)
    return audio if sample_id(audio) == path.stem else None
