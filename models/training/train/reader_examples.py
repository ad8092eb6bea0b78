"""Examples for the rater of readings, made once and kept on disk: a file for each few hundred, by which a run that was
stopped goes on."""

import multiprocessing
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.core.errors import UsageError
from engine.library.files import replacing
from models.hearing.reading_rater import Rater, read_rater
from models.training.synthesis.grooves import Player, read_metered
from models.training.train.reader_course import Example, example, fewer
from models.training.train.reporting import Reporter

SHARD = 250
MOST_WRONG = 120
_SPLITS = ("train", "val")
_EVERY = 10**9


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which examples: of grooves under DATA/patterns, of a split, from a seed, `count` of them, kept in `folder`.
    harder: weights whose mistakes are learnt from, None for wrong readings drawn at random; shard: how many recordings
    a file holds."""

    data: tuple[Path, ...]
    folder: Path
    split: str
    count: int
    seed: int = 1
    harder: Path | None = None
    shard: int = SHARD

    @property
    def shards(self) -> list[Path]:
        """The files that hold them."""
        return [self.folder / f"{self.split}-{number:04}.npz" for number in range(-(-self.count // self.shard))]


def make_examples(wanted: Wanted, processes: int, reporter: Reporter) -> list[Path]:
    """Make the shards that are not there yet; the paths of all. Raises UsageError when the data holds no grooves."""
    wanted.folder.mkdir(parents=True, exist_ok=True)
    missing = [number for number, path in enumerate(wanted.shards) if not path.is_file()]
    if not missing:
        return wanted.shards
    if not any((folder / "patterns").is_dir() for folder in wanted.data):
        raise UsageError("The data holds no folder `patterns`. Name one with --data that does.")
    done = len(wanted.shards) - len(missing)
    with multiprocessing.get_context("spawn").Pool(processes, _open, (wanted,)) as pool:
        for _ in pool.imap_unordered(_make, missing):
            done += 1
            reporter.line(f"{wanted.split}: {done} of {len(wanted.shards)} files of {wanted.shard} recordings")
    return wanted.shards


class _Making:
    """What a process keeps while it makes shards."""

    def __init__(self, wanted: Wanted) -> None:
        self.wanted, self.player = wanted, Player(read_metered(list(wanted.data), wanted.split))
        self.rater: Rater | None = None if wanted.harder is None else read_rater(wanted.harder)

    def make(self, number: int) -> None:
        """Write one shard."""
        wanted = self.wanted
        rng = np.random.default_rng((wanted.seed, _SPLITS.index(wanted.split), number))
        most = MOST_WRONG if wanted.split == "train" else _EVERY
        found = [fewer(made, rng, most, self.rater) for made in (example(rng, self.player) for _ in range(wanted.shard))
                 if made is not None]
        _write(wanted.shards[number], found)


_making: list[_Making] = []   # of a process of the pool, which makes nothing else


def _open(wanted: Wanted) -> None:
    _making[:] = [_Making(wanted)]


def _make(number: int) -> None:
    _making[0].make(number)


def _write(path: Path, found: list[Example]) -> None:
    usable = [one for one in found if len(one.right)]
    if not usable:
        raise UsageError("The grooves in the data make no recording that can be read. Name other data.")
    with replacing(path) as part, part.open("wb") as file:
        np.savez(file, evidence=np.concatenate([one.evidence for one in usable]).astype(np.float16),
                 right=np.concatenate([one.right for one in usable]),
                 lengths=np.array([len(one.right) for one in usable]),
                 kinds=np.array([one.kind for one in usable]),
                 missed=np.array([one.kind for one in found if not len(one.right)], dtype=np.str_))


def read_shard(path: Path) -> tuple[list[Example], list[str]]:
    """The examples of a shard, and how those were cut of which no reading is right."""
    with np.load(path, allow_pickle=False) as held:
        ends = np.cumsum(held["lengths"])
        evidence, right = np.split(held["evidence"], ends[:-1]), np.split(held["right"], ends[:-1])
        kinds = [str(kind) for kind in held["kinds"]]
        return ([Example(*one) for one in zip(evidence, right, kinds, strict=True)],
                [str(kind) for kind in held["missed"]])


def batches(shards: list[Path], rng: np.random.Generator, size: int, held: int = 16) -> Iterator[list[Example]]:
    """Batches of `size` examples, each example once: in random order among the `held` shards that are in memory."""
    order = rng.permutation(len(shards))
    for first in range(0, len(order), held):
        found = [one for number in order[first : first + held] for one in read_shard(shards[int(number)])[0]]
        mixed = rng.permutation(len(found))
        for at in range(0, len(mixed) - size + 1, size):
            yield [found[int(index)] for index in mixed[at : at + size]]
