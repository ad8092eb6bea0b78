"""Paths that people type."""

from pathlib import Path


def is_set(path: Path) -> bool:
    """Whether this folder is a set, as docs/formats.md describes it. What cannot be a path is none."""
    try:
        return (path / "set.json").is_file()
    except OSError:  # a name that is too long, or a folder that is closed to you
        return False
