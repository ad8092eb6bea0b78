"""Searching the library by sound: what is nearest to a hit, and which one-shots are there twice."""

import sqlite3
from collections.abc import Iterable

import numpy as np

from engine.library.index.entries import Found
from engine.library.index.text_search import COLUMNS, Query, found_of, narrowed
from engine.library.index.timbre import BYTES, SAME, SIZE, closeness, distances

_BLOCK = 512  # rows compared at once


def nearest(connection: sqlite3.Connection, sound: np.ndarray, query: Query) -> list[Found]:
    """One-shots to which the query applies, those nearest to `sound` (a timbre) first."""
    numbers, vectors = _timbres(connection, query)
    away = distances(sound, vectors)
    order = np.argsort(away, kind="stable")[: query.most]
    found = _found(connection, [int(numbers[place]) for place in order], [closeness(float(away[p])) for p in order])
    return sorted(found, key=lambda one: (-(one.score or 0.0), one.path))


def duplicates(connection: sqlite3.Connection) -> list[list[Found]]:
    """Groups of files with the same audio, or with one-shots that cannot be told apart; the largest groups first."""
    joined = _Groups()
    rows = connection.execute("SELECT id, audio FROM items WHERE audio IS NOT NULL ORDER BY path").fetchall()
    first: dict[str, int] = {}
    for number, audio in rows:
        joined.join(first.setdefault(audio, number), number)
    for one, other in _near_pairs(*_timbres(connection, Query())):
        joined.join(one, other)
    groups = [_found(connection, group, [None] * len(group)) for group in joined.groups()]
    return sorted(groups, key=lambda group: (-len(group), group[0].path))


def marked(found: Iterable[Found], present: str | None = None) -> list[str]:
    """For each result a remark, empty for most: that it is the sound `present` (an audio id), or the same audio as an
    earlier one."""
    seen: dict[str, str] = {}
    remarks = []
    for one in found:
        if one.audio is not None and one.audio == present:
            remarks.append("the sound you have")
        elif one.audio is not None and one.audio in seen:
            remarks.append(f"same as {seen[one.audio]}")
        else:
            remarks.append("")
        if one.audio is not None:
            seen.setdefault(one.audio, one.name)
    return remarks


def _timbres(connection: sqlite3.Connection, query: Query) -> tuple[np.ndarray, np.ndarray]:
    """The numbers (one-shots,) and timbres (one-shots, 48) of the one-shots that a query applies to."""
    where, values = narrowed(connection, query, "timbres")
    rows = connection.execute(f"SELECT timbres.id, timbres.vector FROM timbres {where}", values).fetchall()
    if any(len(vector) != BYTES for _, vector in rows):
        rows = [row for row in rows if len(row[1]) == BYTES]
    numbers = np.array([number for number, _ in rows], np.int64)
    vectors = np.frombuffer(bytearray().join([vector for _, vector in rows]), np.float32)
    return numbers, vectors.reshape(-1, SIZE)


def _found(connection: sqlite3.Connection, numbers: list[int], scores: Iterable[float | None]) -> list[Found]:
    """The results with these numbers, in this order."""
    rows: dict[int, tuple] = {}
    for start in range(0, len(numbers), 500):
        part = numbers[start : start + 500]
        for row in connection.execute(f"SELECT items.id, {COLUMNS} FROM items WHERE items.id IN "
                                      f"({', '.join('?' * len(part))})", part):
            rows[row[0]] = row[1:]
    return [found_of(rows[number], score) for number, score in zip(numbers, scores, strict=True) if number in rows]


def _near_pairs(numbers: np.ndarray, vectors: np.ndarray) -> Iterable[tuple[int, int]]:
    """Pairs of one-shots whose timbres are the same."""
    squares = np.square(vectors).sum(axis=1)
    for start in range(0, len(vectors), _BLOCK):
        block = vectors[start : start + _BLOCK]
        apart = squares[start : start + _BLOCK, None] + squares[start:] - 2.0 * (block @ vectors[start:].T)
        for row, column in np.argwhere(apart < 4.0 * SAME**2):
            here, there = start + int(row), start + int(column)
            if here < there and np.linalg.norm(vectors[here] - vectors[there]) < SAME:  # exact, where rounding was not
                yield int(numbers[here]), int(numbers[there])


class _Groups:
    """Numbers that belong together, because each was joined with another."""

    def __init__(self) -> None:
        self._above: dict[int, int] = {}

    def join(self, one: int, other: int) -> None:
        """Put two numbers and all that belong to them together."""
        top, below = self._top(one), self._top(other)
        if top != below:
            self._above[below] = top

    def groups(self) -> list[list[int]]:
        """Every group of two or more, in the order in which they were met."""
        found: dict[int, list[int]] = {}
        for number in self._above:
            found.setdefault(self._top(number), []).append(number)
        return [group for group in found.values() if len(group) > 1]

    def _top(self, number: int) -> int:
        self._above.setdefault(number, number)
        while self._above[number] != number:
            self._above[number] = self._above[self._above[number]]
            number = self._above[number]
        return number
