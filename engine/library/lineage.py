"""TAKE.json, beside a recording: what played while Tao recorded itself."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from engine.core.names import readable
from engine.library.files import replace_file

SCHEMA = "tao.take/1"
MOST_NAMES = 64


@dataclass(frozen=True, slots=True)
class Lineage:
    """source: input, master, kit or a track; made_from: names of the kit and loop that played, if it was Tao."""

    source: str
    made_from: tuple[str, ...]
    beats: int | None
    sample_rate: int


def write_lineage(recording: Path, lineage: Lineage) -> None:
    """Write the note beside the recording. Raises OSError when the disk does not take it."""
    note = json.dumps({"schema": SCHEMA, **asdict(lineage)}, indent=1)
    replace_file(recording.with_suffix(".json"), note.encode())


def made_from(recording: Path) -> tuple[str, ...]:
    """What the recording was made from; empty without a note of Tao's beside it."""
    try:
        note = json.loads(recording.with_suffix(".json").read_text(encoding="utf-8"))
        names = note["made_from"] if note["schema"] == SCHEMA and isinstance(note["made_from"], list) else []
        return tuple(readable(str(name)) for name in names[:MOST_NAMES])
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return ()  # a file from elsewhere
