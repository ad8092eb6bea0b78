"""Paths that people type."""

from pathlib import Path

from engine.core.names import path_of


def is_set(path: Path) -> bool:
    """Whether this folder is a set, as docs/formats.md describes it. What cannot be a path is none."""
    try:
        return (path / "set.json").is_file()
    except OSError:  # a name that is too long, or a folder that is closed to you
        return False


def with_path(plugin: str) -> str:
    """NAME:ARGUMENT with an argument that is a file from here as its whole path; anything else as it is."""
    name, colon, argument = plugin.partition(":")
    path = path_of(argument).absolute()
    try:
        found = bool(argument) and path.exists()
    except (OSError, ValueError):  # what no file can be called
        found = False
    return f"{name}{colon}{path}" if found or argument.startswith("~") else plugin
