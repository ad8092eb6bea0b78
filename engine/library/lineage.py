"""Where a recording comes from, beside it on the disk: TAKE.json tells what played while Tao recorded itself."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

SCHEMA = "tao.take/1"


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
    recording.with_suffix(".json").write_text(note, encoding="utf-8")


def made_from(recording: Path) -> tuple[str, ...]:
    """What the recording was made from; nothing where no note of Tao's lies beside it."""
    try:
        note = json.loads(recording.with_suffix(".json").read_text(encoding="utf-8"))
        return tuple(str(name) for name in note["made_from"]) if note["schema"] == SCHEMA else ()
    except (OSError, ValueError, KeyError, TypeError):
        return ()  # a file from elsewhere
