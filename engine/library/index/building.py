"""Bringing the index up to date with the folders: what is new or changed is read, what is gone is forgotten.

An update of an old index and one from nothing come to the same result.
"""

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.core.errors import TaoError
from engine.core.names import MAX_NOTICE, readable
from engine.library.index.database import writing
from engine.library.index.entries import Entry, words_of
from engine.library.index.reading import entries_of
from engine.library.index.scanning import Unit, units

AT_ONCE = 64  # units written in one go
_COLUMNS = ("unit", "kind", "name", "path", "kit", "drum", "tempo_bpm", "length_s", "licence", "audio", "sha256",
            "source", "made_from")
_INSERT = f"INSERT INTO items ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"
Progress = Callable[[int, int], None]  # how many of how many units have been read


@dataclass(frozen=True, slots=True)
class Update:
    """What an update did, in units. problems: a sentence about each unit that cannot be read, old ones too."""

    read: int
    kept: int
    gone: int
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Reading:
    """A unit as it was read, or why it was not."""

    unit: Unit
    entries: tuple[Entry, ...] = ()
    problem: str | None = None


def update(connection: sqlite3.Connection, folders: Iterable[Path], progress: Progress | None = None) -> Update:
    """Bring the index up to date with these folders. Raises sqlite3.Error when the disk does not take it; what has
    been written until then is kept."""
    known = dict(connection.execute("SELECT path, signature FROM units").fetchall())
    there = {os.fsencode(unit.path): unit for unit in units(folders)}
    changed = [unit for path, unit in there.items() if known.get(path) != unit.signature]
    gone = [path for path in known if path not in there]
    if gone:
        with writing(connection):
            for path in gone:
                _forget(connection, path)
    done = 0
    for group in _grouped(changed):
        read = []
        for unit in group:
            read.append(_read(unit))
            done += 1
            if progress is not None:
                progress(done, len(changed))
        with writing(connection):
            for one in read:
                _store(connection, one)
    problems = connection.execute("SELECT problem FROM units WHERE problem IS NOT NULL ORDER BY path").fetchall()
    return Update(len(changed), len(there) - len(changed), len(gone), tuple(problem for problem, in problems))


def _grouped(changed: list[Unit]) -> Iterator[list[Unit]]:
    for start in range(0, len(changed), AT_ONCE):
        yield changed[start : start + AT_ONCE]


def _read(unit: Unit) -> _Reading:
    try:
        return _Reading(unit, entries_of(unit))
    except TaoError as problem:
        return _Reading(unit, problem=readable(str(problem), MAX_NOTICE))
    except OSError as problem:
        reason = problem.strerror or str(problem)
        return _Reading(unit, problem=readable(f"{unit.path} cannot be read: {reason}.", MAX_NOTICE))


def _store(connection: sqlite3.Connection, read: _Reading) -> None:
    """Put what was read in the place of what was known."""
    path = os.fsencode(read.unit.path)
    _forget(connection, path)
    connection.execute("INSERT INTO units VALUES (?, ?, ?)", (path, read.unit.signature, read.problem))
    for entry in read.entries:
        made_from = "".join(f"\n{readable(name)}\n" for name in entry.made_from) or None
        row = (path, entry.kind.value, entry.name, os.fsencode(entry.path),
               None if entry.kit is None else os.fsencode(entry.kit), entry.drum, entry.tempo_bpm, entry.length_s,
               entry.licence, entry.audio, entry.sha256, entry.source, made_from)
        number = connection.execute(_INSERT, row).lastrowid
        if entry.timbre is not None:
            connection.execute("INSERT INTO timbres VALUES (?, ?)", (number, entry.timbre))
        if entry.rhythm is not None:
            connection.execute("INSERT INTO rhythms VALUES (?, ?)", (number, entry.rhythm))
        connection.execute("INSERT INTO words (rowid, name, place) VALUES (?, ?, ?)", (number, *_words(entry)))


def _forget(connection: sqlite3.Connection, path: bytes) -> None:
    for table, key in (("words", "rowid"), ("timbres", "id"), ("rhythms", "id")):
        connection.execute(f"DELETE FROM {table} WHERE {key} IN (SELECT id FROM items WHERE unit = ?)", (path,))
    connection.execute("DELETE FROM items WHERE unit = ?", (path,))
    connection.execute("DELETE FROM units WHERE path = ?", (path,))


def _words(entry: Entry) -> tuple[str, str]:
    """What the entry is found by: its name; and its drum, licence, source and the folders that it lies in."""
    folders = entry.path.parent.parts[-3:] if entry.kit is None else entry.kit.parent.parts[-2:]
    place = " ".join(filter(None, (entry.drum, entry.licence, entry.source, *folders)))
    return words_of(entry.name), words_of(os.fsencode(place).decode("utf-8", "replace"))
