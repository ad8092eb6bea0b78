"""Readers of a session: its journal, and its whole folder, as `sessions` and `resume` read it."""

from pathlib import Path

import numpy as np

from engine.bridge import messages
from engine.bridge.codec import Codec
from engine.bridge.wire import framed
from engine.core.commands import LoadDecomposition, SetTempo
from engine.core.kit import Kit, OneShot, sample_id
from engine.core.loop import Audio, PlayedLoop
from engine.core.pattern import Pattern, Step, Track
from engine.library.audio_files import write_wav
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
    Session,
    Unclicked,
)
from engine.live.journal_reading import read_log
from engine.sessions.listing import list_sessions
from engine.sessions.restore import restore
from tests.readers.damage import framed_values, header_edits
from tests.readers.messages import every_command
from tests.readers.reader import Damage, Reader

RATE = 48000
AUDIO: Audio = np.random.default_rng(4).uniform(-0.5, 0.5, (300, 2)).astype(np.float32)


def readers(scratch: Path) -> tuple[Reader, ...]:
    """Both."""
    return _journal(scratch), _session(scratch)


def good_journal() -> bytes:
    """A journal with every kind of record and value."""
    commands, records = Codec(messages.FROM_CLIENTS), Codec(RECORDS)
    written: list[object] = [Session(RATE, "bypass", 4096), Applied(0, 0)]
    for number, command in enumerate((SetTempo(120.0), _loaded(), *every_command()), 1):
        written += [Plan(number, number - 1, 100 * number, (commands.encode(command),)), Applied(number, 100 * number)]
    written += [PadHit(20, 0, 0.5), Applied(20, 2000), PanicSent(21, True), MidiActed(16, 2100, 1 | 100 << 8),
                MidiActed(17, 2200, 960), Jumped(3000, 3640), Clicked(4000, True), Unclicked(5000), Faded(6000, 480)]
    return b"".join(framed(records.encode(record)) for record in written)


def _loaded() -> LoadDecomposition:
    name = sample_id(AUDIO)
    return LoadDecomposition(Kit("k", {"kick": OneShot(name, len(AUDIO))}), Pattern((Track("kick", (Step(),)),), 4),
                             PlayedLoop(name, len(AUDIO), 1))


def _journal(scratch: Path) -> Reader:
    folder = scratch / "session"
    folder.mkdir()

    def read(data: bytes) -> None:
        (folder / LOG).write_bytes(data)
        for problem in read_log(folder).problems:
            assert "\n" not in problem and str(folder / LOG) in problem

    return Reader("journal", read, (good_journal(),), framed_values, 14)


def _session(scratch: Path) -> Reader:
    """A folder of which the log or the sample is damaged; the first byte of the input says which."""
    sessions = scratch / "sessions"
    folder = sessions / f"20260101-120000-{2**22 + 1}"
    sample = folder / SAMPLES / f"{sample_id(AUDIO)}.wav"
    sample.parent.mkdir(parents=True)
    write_wav(sample, AUDIO, RATE)
    good = {b"L": good_journal(), b"S": sample.read_bytes()}
    places = {b"L": folder / LOG, b"S": sample}
    damages: dict[bytes, Damage] = {b"L": framed_values, b"S": header_edits}

    def read(data: bytes) -> None:
        which = data[:1] if data[:1] in good else b"L"
        for name, path in places.items():
            path.write_bytes(data[1:] if name == which else good[name])
        for info in list_sessions(sessions):
            assert "\n" not in info.line()
        restore(folder, RATE)

    return Reader("session", read, tuple(name + content for name, content in good.items()),
                  lambda seed, chance: seed[:1] + damages[seed[:1]](seed[1:], chance), 3)
