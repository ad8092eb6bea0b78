"""Searching the library by words, tempo, class, licence and kind."""

import os
import re
import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path

from engine.core.errors import InvalidValue
from engine.library.index.database import uses_full_text
from engine.library.index.entries import Found, Kind, words_of

COLUMNS = "items.kind, items.name, items.path, items.kit, items.drum, items.tempo_bpm, items.length_s, " \
          "items.licence, items.audio"
_TEMPI = re.compile(r"(\d+(?:\.\d+)?)(?:\s*-\s*(\d+(?:\.\d+)?))?$")
_NEAR_BPM = 0.5


@dataclass(frozen=True, slots=True)
class Query:
    """What to search for; everything has to apply. text: words, or beginnings of words; kinds: any of these, or what
    is not a kit's pattern; tempo: (lowest, highest) BPM; licence: part of its name."""

    text: str = ""
    kinds: tuple[Kind, ...] = ()
    drum: str | None = None
    tempo: tuple[float, float] | None = None
    licence: str | None = None
    most: int = 100


def search(connection: sqlite3.Connection, query: Query) -> list[Found]:
    """What applies: names that have the words before folders that do, kits before their one-shots, then by name."""
    joined, where, values = search_clause(connection, query)
    words = words_of(query.text).split()
    named = " AND ".join(["(' ' || words.name) LIKE ?"] * len(words)) or "NULL"
    kinds = " ".join(f"WHEN '{kind.value}' THEN {place}" for place, kind in enumerate(Kind))
    sql = f"SELECT {COLUMNS} FROM items {joined} WHERE {where} " \
          f"ORDER BY {named} DESC, CASE items.kind {kinds} END, items.name, items.path LIMIT ?"
    rows = connection.execute(sql, (*values, *(f"% {word}%" for word in words), query.most))
    return [found_of(row) for row in rows]


def narrowed(connection: sqlite3.Connection, query: Query, table: str) -> tuple[str, list[object]]:
    """SQL that follows `FROM table`, of those rows whose items a query applies to, whatever kinds it names; and the
    values in it. No item is looked at when the query asks for nothing."""
    if replace(query, kinds=(), most=0) == Query(most=0):
        return "", []
    joined, where, values = search_clause(connection, query)
    return f"JOIN items ON items.id = {table}.id {joined} WHERE {where}", values


def search_clause(connection: sqlite3.Connection, query: Query) -> tuple[str, str, list[object]]:
    """A query as SQL: what to join `items` with, the conditions, and the values in them."""
    clauses, values = _filters(query)
    words = words_of(query.text).split()
    if words and uses_full_text(connection):
        clauses.append("words MATCH ?")
        values.append(" ".join(f'"{word}"*' for word in words))
    else:
        clauses += ["(' ' || words.name || ' ' || words.place) LIKE ?"] * len(words)
        values += [f"% {word}%" for word in words]
    return "JOIN words ON words.rowid = items.id" if words else "", " AND ".join(clauses), values


def parsed(text: str, query: Query = Query()) -> Query:
    """A query from what somebody typed: "90-100" is a tempo, all else are words."""
    words = []
    for word in text.split():
        if "-" in word and _TEMPI.fullmatch(word):
            query = replace(query, tempo=tempi_of(word))
        else:
            words.append(word)
    return replace(query, text=" ".join(words))


def tempi_of(text: str) -> tuple[float, float]:
    """(lowest, highest) BPM from "90-100", or from "94", which allows for half a BPM. Raises InvalidValue."""
    found = _TEMPI.fullmatch(text.strip())
    if found is None:
        raise InvalidValue(f"{text!r} is no tempo. Give one such as 94, or a range such as 90-100.")
    low = float(found[1])
    if found[2] is None:
        return low - _NEAR_BPM, low + _NEAR_BPM
    return min(low, float(found[2])), max(low, float(found[2]))


def found_of(row: tuple, score: float | None = None) -> Found:
    """A result from a row of COLUMNS."""
    kind, name, path, kit, drum, tempo_bpm, length_s, licence, audio = row
    return Found(Kind(kind), name, Path(os.fsdecode(path)), None if kit is None else Path(os.fsdecode(kit)), drum,
                 tempo_bpm, length_s, licence, audio, score)


def _filters(query: Query) -> tuple[list[str], list[object]]:
    """The conditions of SQL, and the values in them."""
    clauses: list[str] = []
    values: list[object] = []
    if query.kinds:
        clauses.append(f"items.kind IN ({', '.join('?' * len(query.kinds))})")
        values += [kind.value for kind in query.kinds]
    else:
        clauses.append("NOT (items.kind = 'pattern' AND items.kit IS NOT NULL)")
    if query.drum is not None:
        clauses.append("items.drum = ?")
        values.append(query.drum)
    if query.tempo is not None:
        clauses.append("items.tempo_bpm BETWEEN ? AND ?")
        values += query.tempo
    if query.licence is not None:
        clauses.append("instr(lower(items.licence), lower(?)) > 0")
        values.append(query.licence)
    return clauses, values
