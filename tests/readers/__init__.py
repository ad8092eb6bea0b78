"""Every reader of bytes from outside, for the fuzz tests: each takes bytes, and may raise a TaoError and nothing else.

Each comes with seeds, which are good inputs, and a way to damage them. Start with `readers`.
"""

from pathlib import Path

from tests.readers import documents, messages, music, sessions, sounds
from tests.readers.reader import Reader


def readers(scratch: Path) -> tuple[Reader, ...]:
    """All of them; files are written below `scratch`."""
    return tuple(reader for room in (documents, messages, sessions, sounds, music) for reader in room.readers(scratch))
