"""docs/formats.md names every key and every record that Tao writes."""

import contextlib
import json
import re
import sqlite3
from dataclasses import fields
from pathlib import Path

from engine.core.midi import ClockOut, Midi, MidiSetup, Route
from engine.library.index.database import SCHEMA as INDEX_SCHEMA
from engine.library.index.database import WORDS
from engine.library.index.entries import Kind
from engine.library.index.places import SCHEMA as LIBRARY_SCHEMA
from engine.library.kits.kit_json import KEYS, OVERRIDE_KEYS, SCHEMA, TRACK_KEYS, pattern_from_json, to_json
from engine.library.kits.lineage import Lineage
from engine.live.journal import RECORDS
from engine.live.journal_versions import RENAMED_CLASSES, RENAMED_FIELDS, VERSION
from tests.library.values import rich_decomposition

TEXT = (Path(__file__).parents[1] / "docs" / "formats.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"[`\"]([\w./]+)[`\"]", TEXT))


def test_every_key_of_kit_json_is_described() -> None:
    document = to_json(rich_decomposition())
    steps = {key for track in document["tracks"] for step in track["steps"] for key in step}
    assert len(steps) > 8, "the example uses what a step can say"
    assert {*KEYS, *TRACK_KEYS, *OVERRIDE_KEYS, *steps, *document["source"], SCHEMA} - NAMED == set()


def test_every_record_of_the_journal_is_described() -> None:
    assert {record.__name__ for record in RECORDS} - NAMED == set()
    assert {part.name for record in RECORDS for part in fields(record)} - NAMED == set()


def test_every_renamed_class_and_field_is_described() -> None:
    names = [pair for table in RENAMED_CLASSES.values() for pair in table.items()]
    names += [pair for table in RENAMED_FIELDS.values() for changes in table.values() for pair in changes.items()]
    assert {new for _, new in names} - NAMED == set()
    assert all(old in TEXT for old, _ in names) and f"| {VERSION} | (present) |" in TEXT


def test_every_key_of_the_other_files_is_described() -> None:
    assert {part.name for kind in (MidiSetup, Midi, ClockOut, Route, Lineage) for part in fields(kind)} - NAMED == set()


def test_the_example_of_kit_json_can_be_read() -> None:
    example = next(text for text in re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL) if SCHEMA in text)
    document = json.loads(example)
    pattern = pattern_from_json(document)
    assert pattern.beats == 8 and pattern.track("kick").steps[0] is not None


def test_every_table_and_column_of_the_librarys_index_is_described() -> None:
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(f"{INDEX_SCHEMA} {WORDS};")
        tables = [name for name, in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        kept = [name for name in tables if not name.startswith("words_")]  # those of full-text search itself
        columns = {row[1] for table in kept for row in connection.execute(f"PRAGMA table_info({table})")}
    assert {"units", "items", "words"} <= set(kept) and {*kept, *columns, LIBRARY_SCHEMA} - NAMED == set()
    assert all(f"{kind.value}" in TEXT for kind in Kind)
