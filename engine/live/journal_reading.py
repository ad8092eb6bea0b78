"""Reading a journal: up to the first record that cannot be read, and without the samples that cannot."""

import os
from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import attrgetter
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soundfile

from engine.bridge import messages
from engine.bridge.codec import Codec
from engine.bridge.wire import read_frame
from engine.core.commands import apply
from engine.core.errors import TaoError, UnreadableAudio
from engine.core.kit import MAX_SAMPLE_FRAMES, SampleId, sample_id
from engine.core.loop import Audio
from engine.core.machine import Machine, empty_machine
from engine.library.audio_files import open_regular
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
from engine.live.journal_checks import cut_short, fault_in, is_session
from engine.live.journal_versions import NewerJournal, renames_since

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
    samples: dict[SampleId, Audio] = {}
    problems: list[str] = []
    for path in sorted((folder / SAMPLES).glob("*.wav")):
        audio = _sample(path)
        if audio is None:
            problems.append(f"{path} is damaged; that sound is missing.")
        else:
            samples[path.stem] = audio
    log = _log(folder, {name: len(audio) for name, audio in samples.items()})
    return replace(log, samples=samples, problems=(*log.problems, *problems))


def read_log(folder: Path) -> Performance:
    """Everything but the samples, up to the first record that cannot be read. Raises UnreadableJournal when that is the
    first of all."""
    return _log(folder, {})


def _log(folder: Path, lengths: Mapping[SampleId, int]) -> Performance:
    """The same, up to the first machine, too, that plays more of a sample than there is. lengths: of the samples."""
    sent: dict[int, Machine | PadHit | PanicSent] = {}
    records: list[Record] = []
    problems = []
    at = 0
    try:
        for place, record in _records(folder):
            at = place
            if isinstance(record, Session):
                sent[0] = empty_machine(record.sample_rate)
                _, commands = _codecs(record.schema)
            elif isinstance(record, Plan):
                sent[record.sequence] = _planned(commands, sent.get(record.base), record, lengths)
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
    at_frames = attrgetter("at_frames")
    kept: list[Clicked] = []
    for record in records:
        if isinstance(record, Clicked):
            insort(kept, record, key=at_frames)
        elif isinstance(record, Unclicked):
            del kept[bisect_left(kept, record.from_frames, key=at_frames) :]
    return tuple(kept)


@lru_cache(4)
def _codecs(schema: str) -> tuple[Codec, Codec]:
    """What decodes the records of a journal of this schema, and their commands. Raises NewerJournal, ValueError."""
    renames = renames_since(schema)
    return Codec(RECORDS, renames), Codec(messages.FROM_CLIENTS, renames)


def _records(folder: Path) -> Iterator[tuple[int, Record]]:
    """The place in the file and every record, the Session first. Raises _Damage at one that cannot be read, and
    UnreadableJournal when that is the Session."""
    try:
        file = os.fdopen(open_regular(folder / LOG), "rb")
    except UnreadableAudio as error:
        raise UnreadableJournal(f"{folder / LOG} cannot be read: {error}") from None
    with file:
        try:
            session = _next_record(file, Codec([Session]))
        except _Damage:
            session = None
        if not isinstance(session, Session) or not is_session(session):
            raise UnreadableJournal(f"{folder} holds no journal of Tao's; name a folder below sessions.")
        try:
            codec, _ = _codecs(session.schema)
        except (NewerJournal, ValueError) as error:
            raise UnreadableJournal(f"{folder.name}: {error}") from None
        yield 0, session
        yield from _rest(file, codec, session.sample_rate)


def _rest(file: BinaryIO, codec: Codec, sample_rate: int) -> Iterator[tuple[int, Record]]:
    """What comes after the Session. Raises _Damage."""
    resumed_frames = 0  # where the last dropped blocks ended
    while True:
        place = file.tell()
        record = _next_record(file, codec)
        if record is None:
            return
        if isinstance(record, Session):
            raise _Damage("a second beginning", place)
        if (fault := fault_in(record, sample_rate)) is not None:
            raise _Damage(fault, place)
        if isinstance(record, Jumped):
            if not resumed_frames <= record.from_frames < record.to_frames:
                raise _Damage("a jump back in time", place)
            resumed_frames = record.to_frames
        yield place, record


def _next_record(file: BinaryIO, codec: Codec) -> Record | None:
    """The next record; None at the end. Raises _Damage."""
    place = file.tell()
    try:
        data = read_frame(file)
        return None if data is None else codec.decode(data).message
    except (*_UNREADABLE, OSError) as error:
        raise _Damage(_first_line(error), place) from None


def _planned(codec: Codec, base: Machine | PadHit | PanicSent | None, plan: Plan, lengths: Mapping[SampleId, int]
             ) -> Machine:
    """The machine of a plan. Raises _Damage when its base is missing, or a command does not fit."""
    if not isinstance(base, Machine):
        raise _Damage(f"it lacks the machine that record {plan.sequence} changes")
    try:
        for data in plan.commands:
            base = apply(codec.decode(data).message, base, plan.at_frames)
    except _UNREADABLE as error:
        raise _Damage(f"record {plan.sequence} cannot be repeated: {_first_line(error)}") from None
    if (sample := cut_short(base, lengths)) is not None:
        raise _Damage(f"record {plan.sequence} plays more of the sample {sample} than there is")
    return base


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0].partition("; there are")[0][:200].rstrip(".")


def _sample(path: Path) -> Audio | None:
    """A sample, or None when it is damaged: its name says what it must hold."""
    try:
        with soundfile.SoundFile(open_regular(path), closefd=True) as file:
            if file.channels != 2 or file.frames > MAX_SAMPLE_FRAMES:
                return None
            audio = np.ascontiguousarray(file.read(dtype="float32", always_2d=True))
    except (UnreadableAudio, OSError, RuntimeError, soundfile.SoundFileError, MemoryError):
        return None
    return audio if np.isfinite(audio).all() and sample_id(audio) == path.stem else None
