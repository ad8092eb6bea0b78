"""The journal: everything the audio thread did, on which frame, and the samples it needed, so `replay` can repeat it.

`journal_reading` reads it. docs/formats.md describes the files; rename classes and fields only by way of
`journal_versions`.
"""

import contextlib
import fcntl
import os
from dataclasses import dataclass
from pathlib import Path

from engine.bridge import messages
from engine.bridge.codec import Codec
from engine.bridge.wire import framed
from engine.core.kit import SampleId
from engine.core.loop import Audio
from engine.library.audio_files import write_wav
from engine.library.syncing import Syncer
from engine.live.journal_versions import SCHEMA
from engine.live.schedule import Planned

LOG, SAMPLES = "log", "samples"
MAX_WAITING_RECORDS, MAX_WAITING_SAMPLES = 64 << 20, 512 << 20  # bytes kept for a disk without room


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
    """Writes one session's folder. What the disk has no room for is kept in memory and written as soon as it has.

    Records reach the file with `flush`, once a second, and the disk a moment later, on a thread of their own. The log
    is locked while the session runs.
    """

    def __init__(self, folder: Path, session: Session) -> None:
        (folder / SAMPLES).mkdir(mode=0o700, parents=True)
        self.folder = folder
        self._codec = Codec(messages.FROM_CLIENTS)
        self._sample_rate = session.sample_rate
        self._log: int | None = os.open(folder / LOG, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with contextlib.suppress(OSError):  # a file system without locks
            fcntl.flock(self._log, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._written = 0  # bytes of the log
        self._records = bytearray()  # not written yet
        self._samples: dict[SampleId, Audio] = {}  # likewise
        self._stored: set[SampleId] = set()
        self._failing, self._lost, self._recovered = False, False, False
        self._syncer = Syncer()
        self.add(session)
        self.flush()

    def add(self, record: Record) -> str | None:
        """Append one record. Returns a sentence for the musician if that failed, else None; so do the methods below."""
        if self._log is None or len(self._records) > MAX_WAITING_RECORDS:
            self._lost = True
            return None
        self._records += framed(self._codec.encode(record))
        return None

    def add_planned(self, planned: Planned) -> str | None:
        """Append a machine that is sent to the audio thread."""
        commands = tuple(self._codec.encode(command) for command in planned.commands)
        return self.add(Plan(planned.sequence, planned.base, planned.at_frames, commands))

    def add_sample(self, name: SampleId, audio: Audio) -> str | None:
        """Store a sample under its id, once."""
        if self._log is None or name in self._stored:
            return None
        self._stored.add(name)
        self._samples[name] = audio
        return None if self._failing else self._try()

    def flush(self) -> str | None:
        """Write to the files what is waiting."""
        return None if self._log is None else self._try()

    def recovered(self) -> str | None:
        """A sentence, once, when all that was waiting has been written."""
        if not self._recovered:
            return None
        self._recovered = False
        missing = " A part of it is missing, because it lasted too long." if self._lost else ""
        return f"The disk has room again, and the session is saved.{missing}"

    def close(self) -> None:
        """Write the rest and close the file."""
        if self._log is not None:
            self._try()
            self._syncer.close()
            os.close(self._log)
            self._log = None

    def _try(self) -> str | None:
        try:
            self._write_records()
            self._write_samples()
            if (problem := self._syncer.problem) is not None:
                self._syncer.problem = None
                raise problem
        except OSError as error:
            return self._fail(error)
        self._recovered = self._recovered or self._failing
        self._failing = False
        return None

    def _write_records(self) -> None:
        """Write what is waiting where the log ends; a part that the disk had no room for waits on."""
        assert self._log is not None
        if self._records:
            self._syncer.sync(self.folder / LOG)
        while self._records:
            count = os.pwrite(self._log, bytes(self._records[: 1 << 20]), self._written)
            self._written += count
            del self._records[:count]

    def _write_samples(self) -> None:
        while self._samples:
            name, audio = next(iter(self._samples.items()))
            self._check_room(audio.nbytes)
            path = self.folder / SAMPLES / f"{name}.wav"
            part = path.with_suffix(".part")
            try:
                write_wav(part, audio, self._sample_rate)
                part.replace(path)
            except OSError:
                with contextlib.suppress(OSError):
                    part.unlink()
                raise
            del self._samples[name]
            self._syncer.sync(path, path.parent)

    def _check_room(self, size: int) -> None:
        """After a failure, do not fill the disk again and again in vain. Raises OSError."""
        if self._failing:
            found = os.statvfs(self.folder)
            if found.f_bavail * found.f_frsize < size:
                raise OSError("no room yet")

    def _fail(self, error: OSError) -> str | None:
        """Keep what waits, within bounds; a sentence for the first failure in a row."""
        while sum(audio.nbytes for audio in self._samples.values()) > MAX_WAITING_SAMPLES:
            del self._samples[next(iter(self._samples))]
            self._lost = True
        if self._failing:
            return None
        self._failing = True
        reason = error.strerror or str(error)
        return (f"The session is no longer being saved: {reason.rstrip('.')}. The music goes on. Make room on the "
                "disk, and Tao saves all of it.")
