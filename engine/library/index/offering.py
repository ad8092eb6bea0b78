"""What the library offers for a track, as candidates for the sound browser."""

import sqlite3
from pathlib import Path

import numpy as np

from engine.core.kit import sample_id
from engine.core.loop import Audio
from engine.core.names import readable
from engine.library.candidates import Candidate
from engine.library.index.database import Index
from engine.library.index.entries import Found, Kind
from engine.library.index.pattern_search import alike, one_shot_of
from engine.library.index.rhythm import BYTES, COLUMNS, ROWS
from engine.library.index.sound_search import marked, nearest
from engine.library.index.text_search import Query, parsed, search
from engine.library.index.timbre import timbre

MOST_SOUNDS, MOST_KITS = 200, 50


def one_shots_like(index: Path, words: str, audio: Audio, sample_rate: int) -> list[Candidate]:
    """The library's one-shots that have these words, those nearest to `audio` (frames, 2) first; by name if it is
    silent. Each name ends with how near it is, and says so if the sound is a duplicate. Raises TaoError."""
    sound = timbre(audio, sample_rate)
    query = parsed(words, Query(kinds=(Kind.ONE_SHOT,), most=MOST_SOUNDS))
    found = Index(index).ask(lambda known: search(known, query) if sound is None else nearest(known, sound, query))
    remarks = marked(found, sample_id(audio) if len(audio) else None)
    return [Candidate(_name(one, remark), path=one.path, kit=one.kit)
            for one, remark in zip(found, remarks, strict=True)]


def kits_like(index: Path, rhythm: bytes, track: str) -> list[Candidate]:
    """The library's kits with a pattern like this rhythm, the most alike first; each with its one-shot for `track`, if
    it has one. Raises TaoError."""
    if len(rhythm) != BYTES:
        return []
    columns = np.frombuffer(rhythm, np.uint8).reshape(len(ROWS), COLUMNS)

    def find(known: sqlite3.Connection) -> list[Candidate]:
        query = Query(kinds=(Kind.PATTERN,), most=MOST_KITS)
        best: dict[Path, Found] = {}
        for one in alike(known, columns, query=query):
            if one.kit is not None:
                best.setdefault(one.kit, one)  # a kit may have several patterns
        return [Candidate(_kit_name(one), path=one_shot_of(known, kit, track), kit=kit) for kit, one in best.items()]

    return Index(index).ask(find)


def _name(found: Found, remark: str) -> str:
    """As in "amen: kick  87%  same as break: kick"."""
    score = "" if found.score is None else f"{found.score:.0%}"
    return readable("  ".join(part for part in (found.name, score, remark) if part))


def _kit_name(found: Found) -> str:
    """As in "amen: 94 BPM  87%"."""
    tempo = "" if found.tempo_bpm is None else f"{found.tempo_bpm:.0f} BPM  "
    return readable(f"{found.name}: {tempo}{found.score or 0.0:.0%}")
