"""Names that people give, and texts that people read: how long they may be, and what may be in them."""

import os
from pathlib import Path

from engine.core.errors import InvalidValue

MAX_NAME = 256  # letters; a file's name has at most 255 bytes
MAX_PATH = 4096
MAX_NOTICE = 600


def check_name(name: str, of_what: str) -> None:
    """Raise InvalidValue for a name that is too long, or that cannot be written to a file."""
    if len(name) > MAX_NAME:
        raise InvalidValue(f"{of_what} has at most {MAX_NAME} letters in its name; {len(name)} were given.")
    if "\0" in name or not _is_unicode(name):
        raise InvalidValue(f"{of_what} has a name with characters that no text can hold: {readable(name, 40)!r}.")


def check_path(path: str) -> None:
    """Raise InvalidValue for what no file can be called."""
    if len(path) > MAX_PATH or "\0" in path or not _is_unicode(path):
        raise InvalidValue(f"{readable(path, 80)!r} is not a path that a file can have.")


def path_of(text: str) -> Path:
    """The path that a user types, or a terminal pastes in quotes: `~` and `~user` are home folders. One of nobody's
    stays as it is, so that it is a file that is not there, not an error of its own."""
    if len(text) > 2 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1]
    return Path(os.path.expanduser(text))  # noqa: PTH111 - Path.expanduser raises RuntimeError for an unknown user


def readable(text: str, most: int = MAX_NAME) -> str:
    """The text with at most `most` letters, on one line, and with question marks for what cannot be shown."""
    kept = text if len(text) <= most else text[: most - 1] + "…"
    if kept.isprintable():
        return kept
    return "".join(letter if letter.isprintable() else " " if letter.isspace() else "?" for letter in kept)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
