"""What a kit folder says about its own making, without reading its audio."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.library.kits.kit_json import MAX_KIT_BYTES
from models.batch.settings import Settings, tao_version


@dataclass(frozen=True, slots=True)
class Made:
    """sha256: of the file that the kit was made from, if that is known; made_by: the document's key of this name."""

    sha256: str | None = None
    made_by: Mapping[str, Any] = field(default_factory=dict)

    def is_by(self, settings: Settings) -> bool:
        """Whether this Tao would make the same kit of the same file."""
        return self.made_by.get("tao") == tao_version() and self.made_by.get("settings") == settings.to_json()


def made_in(folder: Path) -> Made | None:
    """How the kit in a folder was made; None if there is no kit that can be read. A kit is there as a whole or not at
    all, so one with a kit.json is finished."""
    path = folder / "kit.json"
    try:
        if not path.is_file() or path.stat().st_size > MAX_KIT_BYTES:
            return None
        document = json.loads(path.read_bytes())
        source, made_by = document.get("source"), document.get("made_by")
    except (OSError, ValueError, AttributeError, RecursionError):
        return None
    sha256 = source.get("sha256") if isinstance(source, dict) else None
    return Made(sha256 if isinstance(sha256, str) else None, made_by if isinstance(made_by, dict) else {})


def sha256_of(path: Path) -> str | None:
    """The hash of a file; None if it is not a regular file that can be read."""
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
