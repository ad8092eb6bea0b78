"""Searching the library by pattern: which loops are like this one."""

import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from engine.library.index.entries import Found, Kind
from engine.library.index.rhythm import BYTES, COLUMNS, ROWS, Rhythm, similarities
from engine.library.index.text_search import COLUMNS as FIELDS
from engine.library.index.text_search import Query, found_of, narrowed

_PATTERNS = Query(kinds=(Kind.PATTERN,))


def alike(connection: sqlite3.Connection, rhythm: Rhythm, rows: Iterable[str] = ROWS,
          query: Query = _PATTERNS) -> list[Found]:
    """Patterns to which the query applies, those most like `rhythm` in these rows first. A kit's pattern is found by
    its kit's folder."""
    where, values = narrowed(connection, query, "rhythms")
    known = connection.execute(f"SELECT rhythms.id, rhythms.columns FROM rhythms {where}", values).fetchall()
    known = [row for row in known if len(row[1]) == BYTES]
    if not known:
        return []
    columns = np.frombuffer(b"".join(row[1] for row in known), np.uint8).reshape(-1, len(ROWS), COLUMNS)
    scores = similarities(rhythm, columns, rows)
    best = [int(place) for place in np.argsort(-scores, kind="stable")[: query.most] if scores[place] > 0.0]
    fields = f"SELECT {FIELDS} FROM items WHERE items.id = ?"
    found = [(connection.execute(fields, (known[place][0],)).fetchone(), float(scores[place])) for place in best]
    alike = [found_of(row, score) for row, score in found if row is not None]
    return sorted(alike, key=lambda one: (-(one.score or 0.0), one.path))


def one_shot_of(connection: sqlite3.Connection, kit: Path, track: str) -> Path | None:
    """The file of a kit's one-shot for a track, by the track's name or else its drum; None if it has none."""
    rows = connection.execute("SELECT name, path FROM items WHERE kit = ? AND kind = 'one-shot' AND (drum = ? OR "
                              "substr(name, -length(?)) = ?) ORDER BY id",
                              (os.fsencode(kit), track, f": {track}", f": {track}")).fetchall()
    rows.sort(key=lambda row: not row[0].endswith(f": {track}"))
    return Path(os.fsdecode(rows[0][1])) if rows else None
