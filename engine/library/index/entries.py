"""What the library knows about one thing in it, and what a search found."""

import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from engine.core.names import MAX_PATH, readable


class Kind(Enum):
    """What can be found in the library, in the order in which it is listed."""

    KIT = "kit"
    TAKE = "take"
    LOOP = "loop"
    PATTERN = "pattern"
    ONE_SHOT = "one-shot"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in the library, as it is indexed.

    path: its file, or a kit's folder; kit: the folder of the kit that a one-shot or pattern belongs to; drum: its
    class; audio: the id of its audio; sha256: the hash of a take's or loop's file, and of the file that a kit was made
    from, whose name is `source`; made_from: the names of what played when Tao recorded itself; timbre, rhythm: what it
    is compared by, as bytes.
    """

    kind: Kind
    name: str
    path: Path
    kit: Path | None = None
    drum: str | None = None
    tempo_bpm: float | None = None
    length_s: float | None = None
    licence: str | None = None
    audio: str | None = None
    sha256: str | None = None
    source: str | None = None
    made_from: tuple[str, ...] = ()
    timbre: bytes | None = None
    rhythm: bytes | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One result of a search. score: 0..1, how alike it is, None where nothing was compared."""

    kind: Kind
    name: str
    path: Path
    kit: Path | None = None
    drum: str | None = None
    tempo_bpm: float | None = None
    length_s: float | None = None
    licence: str | None = None
    audio: str | None = None
    score: float | None = None

    def line(self) -> str:
        """The result for a person to read."""
        facts = [self.kind.value, self.drum, None if self.tempo_bpm is None else f"{self.tempo_bpm:.0f} BPM",
                 None if self.length_s is None else f"{self.length_s:.1f} s", self.licence]
        score = "" if self.score is None else f"{self.score:4.0%}  "
        path = readable(str(self.path), MAX_PATH)
        return f"{score}{self.name}  ({', '.join(fact for fact in facts if fact)})  {path}"


def words_of(text: str) -> str:
    """The words of a text, as they are searched for: without case and punctuation, digits apart from letters."""
    return " ".join(re.findall(r"[^\W\d_]+|\d+", text.casefold()))
