"""Every reader of bytes from outside, for the fuzz tests: each takes bytes, and may raise a TaoError and nothing else.

Each comes with seeds: good inputs, which the tests then damage.
"""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from engine.bridge import messages
from engine.bridge.codec import BadMessage, Codec
from engine.bridge.wire import FrameReader, framed
from engine.core.commands import LoadPattern, SetTempo
from engine.core.errors import TaoError
from engine.core.midi import MidiSetup
from engine.library.audio_files import read_audio
from engine.library.kit_json import (
    layers_of,
    one_shot_from_json,
    onsets_from_json,
    pattern_from_json,
    source_from_json,
    to_json,
)
from engine.library.kit_schema import document_of
from engine.live.journal import LOG, RECORDS, Applied, MidiActed, Plan, Session
from engine.live.journal_reading import read_log
from engine.midi.controller_map import ControllerMap, read_setup, write_setup
from engine.midi.parsing import worded
from engine.server.config import read_config
from engine.takes.calibration import _read as read_calibration
from tao_live import cli
from tests.library.values import rich_decomposition

MAX_SENTENCE = 1000


@dataclass(frozen=True)
class Reader:
    """A reader and good inputs for it."""

    name: str
    read: Callable[[bytes], object]
    seeds: tuple[bytes, ...]

    def survives(self, data: bytes) -> None:
        """Read it. A refusal is one sentence."""
        try:
            self.read(data)
        except TaoError as refused:
            text = str(refused)
            assert text and "\n" not in text and len(text) <= MAX_SENTENCE, text[:2000]


def readers(scratch: Path) -> tuple[Reader, ...]:
    """All of them; files are written below `scratch`."""
    return (_kit(), _journal(scratch), _wire(), _worker(), _audio(scratch), _midi(), _setup(scratch),
            _calibration(scratch), _config(scratch))


def _kit() -> Reader:
    def read(data: bytes) -> None:
        document = document_of(data, "kit.json")
        pattern_from_json(document)
        source_from_json(document)
        for track in document["tracks"]:
            layers_of(track)
            onsets_from_json(track)
            one_shot_from_json(track, "aa", 100)

    return Reader("kit.json", read, (json.dumps(_document()).encode(),))


def _document() -> dict[str, object]:
    document = to_json(rich_decomposition())
    for track in document["tracks"]:
        track["layers"] = ["oneshots/a.wav", {"oneshot": "oneshots/b.wav", "velocity": 0.5, "gain": 1.0}]
        track["oneshot"] = "oneshots/kick.wav"
    return document


def _journal(scratch: Path) -> Reader:
    folder = scratch / "session"
    folder.mkdir(exist_ok=True)
    commands, records = Codec(messages.FROM_CLIENTS), Codec(RECORDS)
    written = [Session(48000, "bypass", 4096), Applied(0, 0),
               Plan(1, 0, 100, (commands.encode(SetTempo(130.0)),)),
               Plan(2, 1, 200, (commands.encode(LoadPattern(rich_decomposition().pattern)),)), MidiActed(1, 3, 4)]

    def read(data: bytes) -> None:
        (folder / LOG).write_bytes(data)
        read_log(folder)

    return Reader("journal", read, (b"".join(framed(records.encode(record)) for record in written),))


def _wire() -> Reader:
    return _frames("client messages", messages.FROM_CLIENTS,
                   (SetTempo(120.0), LoadPattern(rich_decomposition().pattern)))


def _worker() -> Reader:
    return _frames("worker messages", messages.FROM_WORKER, (
        messages.Progress(1, "slices", 0.5), messages.JobFailed(1, "It failed."),
        messages.StageReady(1, "kit", rich_decomposition().kit, rich_decomposition().pattern, None,
                            {"aa": messages.SampleRef("/dev/shm/a", 0, 10)})))


def _frames(name: str, types: tuple[type, ...], good: tuple[object, ...]) -> Reader:
    codec = Codec(types)

    def read(data: bytes) -> None:
        frames = FrameReader()
        for start in range(0, len(data), 97):
            for message in frames.feed(data[start : start + 97]):
                try:
                    codec.decode(message)
                except BadMessage as refused:
                    assert len(str(refused)) <= MAX_SENTENCE

    return Reader(name, read, tuple(framed(codec.encode(message)) for message in good))


def _audio(scratch: Path) -> Reader:
    seeds = []
    sound = np.random.default_rng(1).uniform(-0.5, 0.5, (600, 2))
    for kind in ("WAV", "FLAC", "AIFF", "OGG", "MP3"):
        encoded = io.BytesIO()
        soundfile.write(encoded, sound, 44100, format=kind)
        seeds.append(encoded.getvalue())
    path = scratch / "sound"

    def read(data: bytes) -> None:
        path.write_bytes(data)
        read_audio(path)
        read_audio(path, 0.01)

    return Reader("audio", read, tuple(seeds))


def _midi() -> Reader:
    def read(data: bytes) -> None:
        controls = ControllerMap({"n36": "play", "7": "gain"})
        for start in range(0, len(data), 3):
            worded(data[start : start + 3])
            controls.hear(data[start : start + 3])

    return Reader("MIDI messages", read, (b"\x90\x24\x64\xb0\x07\x40\xfa\xf8\xfc\xf2\x10\x20\xf0\x01\xf7",))


def _setup(scratch: Path) -> Reader:
    path = scratch / "midi.json"
    write_setup(path, MidiSetup())

    def read(data: bytes) -> None:
        path.write_bytes(data)
        _, sentence = read_setup(path)
        assert sentence is None or "\n" not in sentence

    return Reader("controller map", read, (path.read_bytes(),))


def _calibration(scratch: Path) -> Reader:
    path = scratch / "calibration.json"

    def read(data: bytes) -> None:
        path.write_bytes(data)
        read_calibration(path)

    seed = {"schema": "tao.calibration/1", "correction_frames": {"jack: system, 48000 Hz, 128 frames": 17}}
    return Reader("calibration", read, (json.dumps(seed).encode(),))


def _config(scratch: Path) -> Reader:
    path = scratch / "config.toml"

    def read(data: bytes) -> None:
        path.write_bytes(data)
        read_config(path, cli)

    return Reader("config.toml", read, (b'audio = "jack"\nblock = 256\nkeys = ["record=r"]\n[decompose]\nbeats = 8\n',))


def damaged(seed: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    """The seed with each (place in 0..65535 of its length, bytes to remove, bytes to put there) done to it."""
    data = bytearray(seed)
    for place, remove, put in edits:
        at = place * (len(data) + 1) >> 16
        data[at : at + remove] = put
    return bytes(data)


TOKENS = (b"null", b"NaN", b"-1", b"1e999", b"9" * 400,
          b'"\\ud800"', b'"\\u0000"', b"[", b"{}", b"true", b"\xff\xff\xff\xff",
          b"\x00\x00\x00\x00", b"\x7f\xff\xff\xff", b"\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00", b"\xcf" + b"\xff" * 8,
          b"\xd9\x05hello", b"\xc0", b"\x80", b"\xdd\xff\xff\xff\xff", b"x" * 300)
