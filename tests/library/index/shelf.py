"""A small library on disk: two kits, a take with its kit, and a folder of one-shots; and what its index holds."""

import hashlib
import sqlite3
from pathlib import Path

import numpy as np
import soundfile

from engine.core.kit import Kit, OneShot, sample_id
from engine.core.loop import Audio
from engine.core.pattern import Pattern, Step, Track
from engine.library.index.building import Update, update
from engine.library.index.database import Index
from engine.library.kits.decomposition import Source, StoredDecomposition
from engine.library.kits.kit_folder import write_folder
from engine.library.kits.lineage import Lineage, write_lineage

RATE = 44100
TAKE = "take 2026-01-02 10.00.00"
TABLES = {
    "units": "SELECT path, signature, problem FROM units ORDER BY path",
    "items": "SELECT items.*, hex(timbres.vector), hex(rhythms.columns), words.name, words.place FROM items "
             "LEFT JOIN timbres USING (id) LEFT JOIN rhythms USING (id) JOIN words ON words.rowid = items.id "
             "ORDER BY items.path, items.kind, items.name"}


def hit(drum: str, number: int = 0) -> Audio:
    """A kick, snare or hihat of one's own, (frames, 2) float32."""
    rng = np.random.default_rng((ord(drum[0]), number))
    at_s = np.arange(RATE // 3) / RATE
    if drum == "kick":
        mono = np.sin(2 * np.pi * (50 + 4 * number) * at_s) * np.exp(-at_s / (0.06 + 0.01 * number))
    elif drum == "snare":
        tone = np.sin(2 * np.pi * (180 + 9 * number) * at_s) * np.exp(-at_s / 0.06)
        mono = 0.5 * tone + 0.4 * rng.standard_normal(len(at_s)) * np.exp(-at_s / (0.05 + 0.01 * number))
    else:
        noise = np.diff(rng.standard_normal(len(at_s) + 2), 2)
        mono = 0.2 * noise * np.exp(-at_s / (0.015 + 0.005 * number))
    return np.repeat(0.8 * mono[:, None], 2, axis=1).astype(np.float32)


def pattern(kick: str, snare: str) -> Pattern:
    """A pattern of sixteenths drawn with x."""
    def steps(drawing: str) -> tuple[Step | None, ...]:
        return tuple(Step(0.8) if letter == "x" else None for letter in drawing)

    return Pattern((Track("kick", steps(kick)), Track("snare", steps(snare))), len(kick) // 4)


def kit(name: str, number: int, bpm: float = 94.0, licence: str | None = None, sha256: str | None = None,
        played: Pattern | None = None) -> StoredDecomposition:
    """A kit of a kick and a snare."""
    samples = {drum: hit(drum, number) for drum in ("kick", "snare")}
    shots = {drum: OneShot(sample_id(audio), len(audio)) for drum, audio in samples.items()}
    return StoredDecomposition(bpm, RATE, Kit(name, shots), played or pattern("x.......x.......", "....x.......x..."),
                               {sample_id(audio): audio for audio in samples.values()}, hit("kick"),
                               source=Source(f"{name}.wav", sha256, licence))


def put(path: Path, audio: Audio) -> None:
    """Write an audio file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, audio, RATE, subtype="FLOAT")


class Shelf:
    """The folders below `root`, and the index of them."""

    def __init__(self, root: Path) -> None:
        self.data, self.pack = root / "data", root / "my pack"
        self.index = Index(root / "cache" / "library.sqlite")
        write_folder(self.data / "takes" / "amen", kit("amen", 0, 94.0, "CC0-1.0"))
        write_folder(self.data / "takes" / "funky", kit("funky", 1, 118.0, played=pattern("x..x..x.x..x..x.",
                                                                                           "....x..x....x...")))
        for number in range(3):
            put(self.pack / "Hats" / f"hh {number}.wav", hit("hihat", number))
        put(self.pack / "bd deep.wav", hit("kick", 4))
        (self.pack / "LICENSE.txt").write_text("Released under Creative Commons Zero.")
        take = self.data / "takes" / f"{TAKE}.wav"
        put(take, np.tile(hit("snare"), (4, 1)))
        write_lineage(take, Lineage("kit", ("amen", "gone loop"), 4, RATE))
        sha256 = hashlib.sha256(take.read_bytes()).hexdigest()
        write_folder(self.data / "takes" / TAKE, kit(TAKE, 2, 90.0, sha256=sha256))

    @property
    def folders(self) -> tuple[Path, ...]:
        """What the library is made of."""
        return self.data, self.pack

    def update(self) -> Update:
        """Bring the index up to date."""
        return self.index.ask(lambda known: update(known, self.folders))

    def contents(self) -> dict[str, list[tuple]]:
        """Everything in the index, except for the numbers of the rows."""
        return contents(self.index)

    def rebuilt(self) -> dict[str, list[tuple]]:
        """The contents of an index of the same folders, made from nothing."""
        new = Index(self.index.file.with_name("new.sqlite"))
        for suffix in ("", "-wal", "-shm"):
            Path(f"{new.file}{suffix}").unlink(missing_ok=True)
        new.ask(lambda known: update(known, self.folders))
        return contents(new)


def contents(index: Index) -> dict[str, list[tuple]]:
    """Everything in an index, except for the numbers of the rows."""
    def read(connection: sqlite3.Connection) -> dict[str, list[tuple]]:
        rows = {table: connection.execute(sql).fetchall() for table, sql in TABLES.items()}
        return {**rows, "items": [row[1:] for row in rows["items"]]}

    return index.ask(read)

