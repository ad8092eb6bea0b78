"""config.toml: the settings that outlast a session."""

import tomllib
from pathlib import Path
from typing import Any

import platformdirs

from engine.core.errors import UsageError


def config_file() -> Path:
    """Where config.toml is."""
    return platformdirs.user_config_path("tao") / "config.toml"


def read_config(file: Path) -> dict[str, Any]:
    """The settings in `file`: keys at the top belong to the instrument, tables to the verbs. {} if there is no file.

    Raises UsageError when it is not TOML.
    """
    if not file.exists():
        return {}
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise UsageError(f"{file} is not valid TOML ({problem}). Fix it, or move it away.") from None
