"""The index's file: an SQLite database that may be damaged, of another version or missing, and is then made again.

Several programs may use it at once: readers never wait, writers wait for each other.
"""

import contextlib
import fcntl
import sqlite3
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import TypeVar

from engine.core.errors import TaoError
from engine.core.names import readable

VERSION = 1  # raise it whenever SCHEMA, or what the columns mean, changes
PATIENCE_S = 10.0
SCHEMA = """
CREATE TABLE units (path BLOB PRIMARY KEY, signature TEXT NOT NULL, problem TEXT) WITHOUT ROWID;
CREATE TABLE items (
    id INTEGER PRIMARY KEY, unit BLOB NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, path BLOB NOT NULL, kit BLOB,
    drum TEXT, tempo_bpm REAL, length_s REAL, licence TEXT, audio TEXT, sha256 TEXT, source TEXT, made_from TEXT);
CREATE TABLE timbres (id INTEGER PRIMARY KEY, vector BLOB NOT NULL);
CREATE TABLE rhythms (id INTEGER PRIMARY KEY, columns BLOB NOT NULL);
CREATE INDEX items_of_units ON items (unit);
CREATE INDEX items_by_audio ON items (audio);
CREATE INDEX items_by_hash ON items (sha256);
CREATE INDEX items_by_name ON items (name);
CREATE INDEX items_by_kit ON items (kit);
"""
WORDS = "CREATE VIRTUAL TABLE words USING fts5(name, place, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3')"
PLAIN_WORDS = "CREATE TABLE words (name TEXT NOT NULL, place TEXT NOT NULL)"
_REFUSED = {sqlite3.SQLITE_BUSY: "another program is writing it",
            sqlite3.SQLITE_LOCKED: "another program is writing it",
            sqlite3.SQLITE_FULL: "the disk is full", sqlite3.SQLITE_IOERR: "the disk does not answer",
            sqlite3.SQLITE_READONLY: "it may only be read", sqlite3.SQLITE_PERM: "it may not be used",
            sqlite3.SQLITE_CANTOPEN: "it cannot be opened", sqlite3.SQLITE_NOMEM: "there is no memory left"}

Answer = TypeVar("Answer")
Question = Callable[[sqlite3.Connection], Answer]


class IndexUnusable(TaoError):
    """The index's file cannot be read or written; what is in the folders is not affected."""


class Index:
    """The index in `file`, which is made when it is first needed."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def ask(self, question: Question[Answer]) -> Answer:
        """The answer to a question. A damaged index is replaced by an empty one first. Raises IndexUnusable."""
        try:
            return self._ask(question)
        except _Damaged:
            self._discard()
        try:
            return self._ask(question)
        except _Damaged as error:
            raise IndexUnusable(f"The library's index {self.file} cannot be used: {error}. Remove it; Tao makes a new "
                                "one from your folders.") from None

    def _ask(self, question: Question[Answer]) -> Answer:
        """Raises _Damaged, and IndexUnusable when the system refuses."""
        try:
            with contextlib.closing(self._opened()) as connection:
                return question(connection)
        except sqlite3.Error as error:
            reason = _REFUSED.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
            if reason is None:
                raise _Damaged(readable(str(error))) from None
            raise IndexUnusable(f"The library's index {self.file} cannot be written: {reason}. Free some room, or move "
                                "it away; nothing in your folders is affected.") from None
        except OSError as error:
            raise IndexUnusable(f"The library's index cannot be written to {self.file.parent}: {error.strerror}. "
                                "Make room there, or set XDG_CACHE_HOME to another folder.") from None

    def _opened(self) -> sqlite3.Connection:
        self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        connection = self._connected()
        try:
            is_ready = _journal_mode(connection) == "wal" and _version(connection) == _present_version()
            if not is_ready:
                with self._alone():
                    connection.execute("PRAGMA journal_mode = WAL")
                    _create(connection)
            elif not _has_every_table(connection):
                raise _Damaged("a table is missing")
            connection.execute("PRAGMA synchronous = NORMAL")
        except BaseException:  # Ctrl-C too: a connection that is left open keeps others from the file
            connection.close()
            raise
        return connection

    def _connected(self) -> sqlite3.Connection:
        return sqlite3.connect(self.file, timeout=PATIENCE_S, isolation_level=None)

    def _discard(self) -> None:
        """Remove the file, unless another program has just done so."""
        with contextlib.suppress(OSError), self._alone():
            if not self._is_sound():
                for suffix in ("", "-wal", "-shm"):
                    Path(f"{self.file}{suffix}").unlink(missing_ok=True)

    def _is_sound(self) -> bool:
        try:
            with contextlib.closing(self._connected()) as connection:
                sound = connection.execute("PRAGMA quick_check").fetchone() == ("ok",)
                return sound and _version(connection) == _present_version() and _has_every_table(connection)
        except sqlite3.Error:
            return False

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Wait until no other program makes or removes the file."""
        with self.file.with_suffix(".lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class _Damaged(Exception):
    """The file is no index that can be read."""


@contextlib.contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """Change the index: all of the block or nothing of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:  # Ctrl-C too: the next writer must not wait for it
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@cache
def has_full_text() -> bool:
    """Whether this SQLite was built with full-text search."""
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.execute("CREATE VIRTUAL TABLE words USING fts5(name)")
        except sqlite3.OperationalError:
            return False
    return True


def uses_full_text(connection: sqlite3.Connection) -> bool:
    """Whether the words of this index are for full-text search."""
    (sql,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'words'").fetchone()
    return "fts5" in sql


def _journal_mode(connection: sqlite3.Connection) -> str:
    return str(connection.execute("PRAGMA journal_mode").fetchone()[0])


def _has_every_table(connection: sqlite3.Connection) -> bool:
    there = {name for name, in connection.execute("SELECT name FROM sqlite_master")}
    return {"units", "items", "timbres", "rhythms", "words"} <= there


def _present_version() -> int:
    return 2 * VERSION + has_full_text()


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _create(connection: sqlite3.Connection) -> None:
    """Make the tables in the place of whatever is there, unless another program has just done so."""
    with writing(connection):
        if _version(connection) == _present_version():
            return
        old = connection.execute("SELECT type, name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE "
                                 "'sqlite_%' AND name NOT LIKE 'words_%' ORDER BY name = 'words' DESC").fetchall()
        for _, name in old:
            connection.execute(f'DROP TABLE IF EXISTS "{name}"')
        for statement in filter(None, SCHEMA.strip().split(";")):
            connection.execute(statement)
        connection.execute(WORDS if has_full_text() else PLAIN_WORDS)
        connection.execute(f"PRAGMA user_version = {_present_version()}")
