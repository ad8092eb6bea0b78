"""Where something in the library comes from, and what has been made from it: recording, take, kit, edited kit."""

import os
import sqlite3
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from engine.core.errors import TaoError
from engine.core.names import MAX_PATH, path_of, readable
from engine.library.index.entries import Found, Kind
from engine.library.index.text_search import COLUMNS, found_of

DEEPEST = 32
_LINKED = f"SELECT items.sha256, items.source, items.made_from, {COLUMNS} FROM items"


class Link(Enum):
    """How one thing is related to another."""

    MADE_FROM = "made from"  # a kit from its recording
    PLAYED = "recorded from"  # a recording of Tao itself, from the kit or loop that played
    VERSION = "another version"  # a kit of the same recording
    BECAME = "became"  # a recording the kit made from it
    RESAMPLED = "resampled as"  # what played, the recording made of it


@dataclass(frozen=True, slots=True)
class Relative:
    """A relative. depth: how many steps away; found: None when it is not in the library, only its name is known."""

    link: Link
    depth: int
    name: str
    found: Found | None = None

    def line(self) -> str:
        """The relative for a person to read, indented by its distance."""
        rest = "not in the library"
        if self.found is not None:
            rest = f"{self.found.kind.value}  {readable(str(self.found.path), MAX_PATH)}"
        return f"{'  ' * self.depth}{self.link.value}: {self.name}  ({rest})"


@dataclass(frozen=True, slots=True)
class Ancestry:
    """What was asked about, what it comes from (nearest first), versions of it, and what was made from it."""

    about: Found
    ancestors: tuple[Relative, ...]
    versions: tuple[Relative, ...]
    descendants: tuple[Relative, ...]


@dataclass(frozen=True, slots=True)
class _Linked:
    """A row with what links it to others."""

    sha256: str | None
    source: str | None
    made_from: tuple[str, ...]
    found: Found


def ancestry(connection: sqlite3.Connection, name: str) -> Ancestry:
    """The ancestry of a kit, take or loop, by its path or its name. Raises TaoError if there is none."""
    here = _named(connection, name)
    if here is None:
        raise TaoError(f"The library has no kit, take or loop {name!r}. Name one by its folder or file, or find it "
                       "with `library search`.")
    seen = {here.found.path}
    ancestors = tuple(_above(connection, here, 1, seen))
    versions = tuple(Relative(Link.VERSION, 1, one.found.name, one.found) for one in _versions(connection, here))
    return Ancestry(here.found, ancestors, versions, tuple(_below(connection, here, 1, {here.found.path})))


def _above(connection: sqlite3.Connection, here: _Linked, depth: int, seen: set[Path]) -> list[Relative]:
    """What `here` comes from, each followed by what that comes from."""
    relatives: list[Relative] = []
    for link, name, parents in _parents(connection, here):
        if not parents:
            relatives.append(Relative(link, depth, name))
        for parent in parents:
            if parent.found.path not in seen and depth < DEEPEST:
                seen.add(parent.found.path)
                relatives.append(Relative(link, depth, parent.found.name, parent.found))
                relatives += _above(connection, parent, depth + 1, seen)
    return relatives


def _parents(connection: sqlite3.Connection, here: _Linked) -> list[tuple[Link, str, list[_Linked]]]:
    """(link, name, what has that name or hash) of what `here` was made from."""
    if here.found.kind is not Kind.KIT:
        return [(Link.PLAYED, name, _called(connection, name)) for name in here.made_from]
    takes = _rows(connection, "items.kind IN ('take', 'loop') AND items.sha256 = ?", here.sha256)
    if not takes and here.source:
        takes = _rows(connection, "items.kind IN ('take', 'loop') AND items.name = ?", Path(here.source).stem)
    found = [(Link.MADE_FROM, here.source or "", takes)] if here.source or takes else []
    if not takes:  # the kit itself remembers what its recording was made of
        found += [(Link.PLAYED, name, _called(connection, name)) for name in here.made_from]
    return found


def _below(connection: sqlite3.Connection, here: _Linked, depth: int, seen: set[Path]) -> list[Relative]:
    """What was made from `here`, each followed by what was made from that."""
    relatives = []
    for link, child in _children(connection, here):
        if child.found.path not in seen and depth < DEEPEST:
            seen.add(child.found.path)
            relatives.append(Relative(link, depth, child.found.name, child.found))
            relatives += _below(connection, child, depth + 1, seen)
    return relatives


def _children(connection: sqlite3.Connection, here: _Linked) -> list[tuple[Link, _Linked]]:
    kits = []
    if here.found.kind is not Kind.KIT:
        kits = _rows(connection, "items.kind = 'kit' AND items.sha256 = ?", here.sha256)
    takes = _rows(connection, "items.kind IN ('take', 'loop') AND instr(items.made_from, ?) > 0",
                  f"\n{here.found.name}\n")
    return [(Link.BECAME, kit) for kit in kits] + [(Link.RESAMPLED, take) for take in takes]


def _versions(connection: sqlite3.Connection, here: _Linked) -> list[_Linked]:
    """Other kits of the same recording: edited, corrected, or decomposed again."""
    if here.found.kind is not Kind.KIT:
        return []
    kits = _rows(connection, "items.kind = 'kit' AND items.sha256 = ?", here.sha256)
    return [kit for kit in kits if kit.found.path != here.found.path]


def _named(connection: sqlite3.Connection, name: str) -> _Linked | None:
    """The kit, take or loop with this path, else the first one of this name."""
    for path in (path_of(name).absolute(), path_of(name).resolve()):
        if found := _rows(connection, "items.kind IN ('kit', 'take', 'loop') AND items.path = ?", os.fsencode(path)):
            return found[0]
    return next(iter(_called(connection, readable(name))), None)


def _called(connection: sqlite3.Connection, name: str) -> list[_Linked]:
    return _rows(connection, "items.kind IN ('kit', 'take', 'loop') AND items.name = ?", name)


def _rows(connection: sqlite3.Connection, condition: str, value: object) -> list[_Linked]:
    if value is None:
        return []
    rows = connection.execute(f"{_LINKED} WHERE {condition} ORDER BY items.kind = 'kit' DESC, items.path", (value,))
    return [_Linked(row[0], row[1], tuple(filter(None, (row[2] or "").split("\n"))), found_of(row[3:])) for row in rows]
