"""TAKE.json, beside a recording: what played while Tao recorded itself."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from engine.core.names import readable
from engine.core.time_signature import Quarters
from engine.library.files import replace_file

SCHEMA = "tao.take/1"
MAX_BYTES, MOST_NAMES = 1 << 20, 64


@dataclass(frozen=True, slots=True)
class Lineage:
    """source: input, master, kit or a track; made_from: names of the kit and loop that played, if it was Tao."""

    source: str
    made_from: tuple[str, ...]
    beats: Quarters | None
    sample_rate: int


def write_lineage(recording: Path, lineage: Lineage) -> None:
    """Write the note beside the recording. Raises OSError when the disk does not take it."""
    note = json.dumps({"schema": SCHEMA, **asdict(lineage)}, indent=1)
    replace_file(recording.with_suffix(".json"), note.encode())


def read_lineage(recording: Path) -> Lineage | None:
    """The note beside a recording; None without one of Tao's."""
    file = recording.with_suffix(".json")
    try:
        if not file.is_file() or file.stat().st_size > MAX_BYTES:
            return None
        note = json.loads(file.read_text(encoding="utf-8"))
        if note["schema"] != SCHEMA:
            return None
        beats, made = note["beats"], note["made_from"]
        names = tuple(readable(str(name)) for name in made[:MOST_NAMES]) if isinstance(made, list) else ()
        is_count = isinstance(beats, int) and beats > 0
        return Lineage(str(note["source"]), names, beats if is_count else None,
                       int(note["sample_rate"]))
    except (OSError, ArithmeticError, ValueError, LookupError, TypeError, RecursionError):
        return None  # a file from elsewhere


def made_from(recording: Path) -> tuple[str, ...]:
    """What the recording was made from; empty without a note of Tao's beside it."""
    note = read_lineage(recording)
    return () if note is None else note.made_from
