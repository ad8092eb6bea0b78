"""Readers of settings and descriptions: kit.json, TAKE.json, midi.json, calibration.json, config.toml."""

import json
from dataclasses import replace
from pathlib import Path

from engine.core.loop import Reading
from engine.core.midi import MidiSetup
from engine.library.kits.kit_json import (
    as_played_from_json,
    layers_of,
    one_shot_from_json,
    onsets_from_json,
    pattern_from_json,
    readings_from_json,
    source_from_json,
    to_json,
)
from engine.library.kits.kit_schema import document_of
from engine.library.kits.lineage import SCHEMA, made_from
from engine.midi.controller_map import read_setup, write_setup
from engine.midi.grid.note_map import note_maps
from engine.server.config import read_config
from engine.takes.calibration import _read as read_calibration
from tao_live import cli
from tests.library.values import rich_decomposition
from tests.readers.damage import json_values, values_in_text
from tests.readers.reader import Reader


def readers(scratch: Path) -> tuple[Reader, ...]:
    """All of them."""
    return _kit(), _lineage(scratch), _setup(scratch), _note_map(scratch), _calibration(scratch), _config(scratch)


def _kit() -> Reader:
    def read(data: bytes) -> None:
        document = document_of(data, "kit.json")
        pattern = pattern_from_json(document)
        source_from_json(document)
        readings_from_json(document)
        as_played_from_json(document, pattern)
        for track in document["tracks"]:
            layers_of(track)
            onsets_from_json(track)
            one_shot_from_json(track, "aa", 100)

    return Reader("kit.json", read, (json.dumps(kit_document()).encode(),), json_values, 16)


def kit_document() -> dict[str, object]:
    """A kit.json that uses every key."""
    readings = (Reading(7, 140.0, 0.6, (7, 8), 0.25, (0.248, 3.248)), Reading(4, 80.0, 0.3))
    document = to_json(replace(rich_decomposition(), readings=readings)) | {"loop_beats": 3.5, "played_bpm": 120.0}
    for track in document["tracks"]:
        track["layers"] = ["oneshots/a.wav", {"oneshot": "oneshots/b.wav", "velocity": 0.5, "gain": 1.0}]
        track["oneshot"] = "oneshots/kick.wav"
    return document


def _lineage(scratch: Path) -> Reader:
    path = scratch / "take.json"

    def read(data: bytes) -> None:
        path.write_bytes(data)
        names = made_from(path.with_suffix(".wav"))
        assert len(names) <= 64 and all(len(name) <= 256 for name in names)

    seed = {"schema": SCHEMA, "source": "master", "made_from": ["amen", "take 1"], "beats": 8, "sample_rate": 48000}
    return Reader("take.json", read, (json.dumps(seed).encode(),), json_values, 4)


def _setup(scratch: Path) -> Reader:
    path = scratch / "midi.json"
    write_setup(path, MidiSetup(("keys", None), (None, "TR-8S", None, None), {"1:74": "filter", "1:n36": "play"}))

    def read(data: bytes) -> None:
        path.write_bytes(data)
        _, sentence = read_setup(path)
        assert sentence is None or ("\n" not in sentence and len(sentence) < 600)

    return Reader("controller map", read, (path.read_bytes(),), json_values, 6)


def _note_map(scratch: Path) -> Reader:
    known = note_maps(None)[0]

    def read(data: bytes) -> None:
        (scratch / "maps").mkdir(exist_ok=True)
        (scratch / "maps" / "mine.toml").write_bytes(data)
        maps, problems = note_maps(scratch / "maps")
        assert set(known) <= set(maps) and all("\n" not in problem and len(problem) < 900 for problem in problems)

    seed = (b'like="pads"\nchannel=3\npads=[[36,37],[38,39]]\n[ports]\nMPD={begin="F0 7E F7"}\n'
            b'[buttons]\n"cc 20"="mute 1"\n[colours]\nhard=127\n')
    return Reader("note map", read, (seed,), values_in_text, 4)


def _calibration(scratch: Path) -> Reader:
    path = scratch / "calibration.json"

    def read(data: bytes) -> None:
        path.write_bytes(data)
        assert all(abs(frames) < 1 << 30 for frames in read_calibration(path).values())

    seed = {"schema": "tao.calibration/1", "correction_frames": {"jack: system, 48000 Hz, 128 frames": 17, "null": -3}}
    return Reader("calibration", read, (json.dumps(seed).encode(),), json_values, 4)


def _config(scratch: Path) -> Reader:
    path = scratch / "config.toml"

    def read(data: bytes) -> None:
        path.write_bytes(data)
        read_config(path, cli)

    seed = b'audio="jack"\nblock=256\nkeys=["record=r"]\n[decompose]\nbeats=8\n'
    return Reader("config.toml", read, (seed,), values_in_text, 4)
