"""The kit writer: a process that saves what was made live, so that neither the music nor the worker waits for a disk.

    python -m engine.keeping.writer

It is not the worker, which is busy for seconds with the next loop, may be stopped or crash in a plugin, and ends at
once when Tao quits: just when edits must reach the disk. A thread of the engine would not do: encoding audio holds
Python's lock, which the effects rack needs in every block. Samples arrive in shared memory, questions on stdin, one at
a time; answers leave on stdout. If the engine is killed, what it has asked for last is still written.
"""

import contextlib
import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from engine.bridge.children import step_back
from engine.bridge.codec import Codec
from engine.bridge.messages import SampleRef
from engine.bridge.segments import map_segment, unlink_segment
from engine.bridge.wire import read_frame, write_frame
from engine.core.errors import TaoError
from engine.core.kit import Kit, SampleId
from engine.core.loop import Audio
from engine.core.midi import MidiSetup
from engine.core.names import readable
from engine.library.files import folder_name, free_path
from engine.library.kits.decomposition import StoredDecomposition
from engine.library.kits.kit_folder import read_folder, write_folder, write_new_folder
from engine.library.kits.live_kit import LiveKit, same_recording
from engine.sessions.sets import read_set, write_set


@dataclass(frozen=True, slots=True)
class WriteKit:
    """Save a kit. own: the folder to replace, empty for a new one in `kits`, called `name` or `name`-2, -3 ...

    before: the folder with what was heard in the same recording, empty for none. version: what the own folder was like
    when it was written last; if somebody else has changed it since, it stays and a new one is made.
    """

    live: LiveKit
    sample_rate: int
    samples: dict[SampleId, SampleRef]
    kits: str
    name: str
    own: str = ""
    before: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class KitWritten:
    """The kit is in this folder, on the disk; version: see WriteKit."""

    folder: str
    version: str


@dataclass(frozen=True, slots=True)
class WriteSet:
    """Save a session as a set in `sets`, called `name`. own: the set that it was opened from, empty for none."""

    name: str
    sets: str
    session: str
    takes: str
    midi: MidiSetup
    own: str = ""


@dataclass(frozen=True, slots=True)
class SetWritten:
    """The set is in this folder, on the disk."""

    folder: str


@dataclass(frozen=True, slots=True)
class ReadSet:
    """What is in the set in this folder?"""

    folder: str


@dataclass(frozen=True, slots=True)
class SetRead:
    """A set: its folder, that of the kit it ended with, and its MIDI setup; None if it has none."""

    folder: str
    kit: str
    midi: MidiSetup | None


@dataclass(frozen=True, slots=True)
class NotDone:
    """That was not possible; the sentence says why."""

    sentence: str


QUESTIONS = (WriteKit, WriteSet, ReadSet)
ANSWERS = (KitWritten, SetWritten, SetRead, NotDone)
Question = WriteKit | WriteSet | ReadSet
Answer = KitWritten | SetWritten | SetRead | NotDone


def answer(question: Question) -> Answer:
    """Do what is asked. Raises TaoError and OSError."""
    match question:
        case WriteKit():
            return write_kit(question)
        case WriteSet():
            return SetWritten(str(write_set(Path(question.sets), question.name, Path(question.session),
                                            Path(question.takes), question.midi, question.own)))
        case ReadSet():
            found = read_set(Path(question.folder))
            return SetRead(question.folder, str(found.kit), found.midi)


def write_kit(question: WriteKit) -> KitWritten:
    """Save a kit. Raises TaoError."""
    live, rate = question.live, question.sample_rate
    samples = _taken(question.samples)
    before = _read(question.before)
    same = before is not None and same_recording(before, live, samples, rate)
    stored = live.stored(samples, rate, before if same else None)
    own = Path(question.own) if question.own else None
    if own is not None and version_of(own) in ("", question.version):
        write_folder(own, _named(stored, own))
    else:
        place = free_path(Path(question.kits), folder_name(question.name, "kit"))
        own = write_new_folder(place, _named(stored, place))
    return KitWritten(str(own), version_of(own))


def version_of(folder: Path) -> str:
    """Something that differs once the folder has been replaced or edited; empty where there is none."""
    try:
        found = (folder / "kit.json").stat()
    except OSError:
        return ""
    return f"{found.st_ino}-{found.st_mtime_ns}"


def _named(stored: StoredDecomposition, folder: Path) -> StoredDecomposition:
    """The kit is called like its folder."""
    return replace(stored, kit=Kit(readable(folder.name), stored.kit.one_shots))


def _taken(refs: dict[SampleId, SampleRef]) -> dict[SampleId, Audio]:
    """The samples, mapped from shared memory, whose names are removed."""
    try:
        return {name: map_segment(ref.segment, ref.frames, 2, ref.offset_frames) for name, ref in refs.items()}
    finally:
        for segment in {ref.segment for ref in refs.values()}:
            unlink_segment(segment)


def _read(folder: str) -> StoredDecomposition | None:
    """A folder's kit; None where there is none, or none that can be read."""
    if not folder:
        return None
    try:
        return read_folder(Path(folder))
    except TaoError as error:
        print(error, file=sys.stderr)
        return None


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Answer questions until there are no more."""
    codec = Codec(QUESTIONS)
    while (data := read_frame(source)) is not None:
        try:
            found = answer(codec.decode(data).message)
        except (TaoError, OSError) as error:
            found = NotDone(readable(str(error), 400))
        except MemoryError:
            found = NotDone("There is not enough memory to save the kit.")
        write_frame(sink, codec.encode(found))


def main() -> None:
    """Serve stdin and stdout, after everybody else. What libraries print goes to stderr."""
    os.umask(0o077)
    sink = step_back()
    with contextlib.suppress(BrokenPipeError):  # the engine is gone
        serve(sys.stdin.buffer, sink)


if __name__ == "__main__":
    main()
