"""Which folder each file gets, and which files are done already."""

import contextlib
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from models.batch.inputs import Input
from models.batch.jobs import Job, Outcome
from models.batch.made import Made, made_in, sha256_of
from models.batch.settings import Settings


@dataclass(slots=True)
class Plan:
    """jobs: what is left to do; finished: the kits that are there, by file; refused: files not done unasked."""

    jobs: list[Job] = field(default_factory=list)
    finished: list[tuple[Path, Path]] = field(default_factory=list)
    refused: list[Outcome] = field(default_factory=list)


def planned(inputs: Iterable[Input], out: Path, settings: Settings, overwrite: bool) -> Plan:
    """A folder below `out` for each input, and what is to be done with it.

    An input whose own kit is there, of the same content, keeps that kit's folder. The others get the folder of their
    name, or with -2, -3 ... a free one; with `overwrite` they take the place of whatever kit has the name.
    """
    inputs = list(inputs)
    folders = _Folders(out, [one.place for one in inputs])
    plan = Plan()
    own = {one: folders.claim_own(one, settings) for one in inputs}
    for number, one in enumerate(inputs):
        kit = own[one]
        if kit is None:
            folder = folders.claim_free(one.place, overwrite)
        elif kit[1].is_by(settings) and not overwrite:
            plan.finished.append((one.path, kit[0]))
            continue
        else:
            folder = kit[0]
        job = Job(number, os.fsencode(one.path), os.fsencode(folder), overwrite)
        if kit is None or overwrite:
            plan.jobs.append(job)
        else:
            plan.refused.append(Outcome(job, None, f"Its kit in {str(folder)!r} was made with other settings or by "
                                                   "another version of Tao. Add --overwrite to make it again, or "
                                                   "choose another folder with -o."))
    return plan


class _Folders:
    """The folders below `out`: those that are there, those that lead to others, and those already given away. Names
    that differ only in case count as one, for some file systems take them for one."""

    def __init__(self, out: Path, places: Iterable[Path]) -> None:
        self._out = out
        self._on_the_way = {_key(above) for place in places for above in place.parents}
        self._given: set[str] = set()
        self._there: dict[Path, dict[str, list[tuple[int, str]]]] = {}

    def claim_own(self, one: Input, settings: Settings) -> tuple[Path, Made] | None:
        """The folder with the kit of this very file, which no other input has; one with the same settings if there is
        a choice."""
        sha256, best = None, None
        for place in self._alike(one.place):
            made = None if _key(place) in self._given else made_in(self._out / place)
            if made is None or made.sha256 is None:
                continue
            sha256 = sha256 or sha256_of(one.path)
            if made.sha256 == sha256 and (best is None or made.is_by(settings)):
                best = place, made
                if made.is_by(settings):
                    break
        if best is None:
            return None
        self._given.add(_key(best[0]))
        return self._out / best[0], best[1]

    def claim_free(self, place: Path, overwrite: bool) -> Path:
        """The folder of this name, or the first one with a number, that no other input has and nothing is in the way
        of."""
        for named in _numbered(place):
            if _key(named) in self._given or _key(named) in self._on_the_way:
                continue
            if self._is_free(self._out / named, overwrite):
                self._given.add(_key(named))
                return self._out / named
        raise AssertionError("there is no last number")

    def _alike(self, place: Path) -> list[Path]:
        """The places that are there with this name, or this name and a number; the plain one first."""
        if place.parent not in self._there:
            self._there[place.parent] = _by_name(self._out / place.parent)
        return [place.with_name(name) for _, name in sorted(self._there[place.parent].get(_key(Path(place.name)), ()))]

    def _is_free(self, folder: Path, overwrite: bool) -> bool:
        if not os.path.lexists(folder):
            return True
        try:
            return folder.is_dir() and (overwrite or not any(folder.iterdir()))
        except OSError:  # it may not be looked into
            return False


def _by_name(folder: Path) -> dict[str, list[tuple[int, str]]]:
    """What is in a folder, by name without number: the numbers, and the whole names. "loop-2" is there as the second
    "loop" and as the first "loop-2"."""
    found: dict[str, list[tuple[int, str]]] = {}
    with contextlib.suppress(OSError):  # it is not there yet
        for path in folder.iterdir():
            name = path.name
            found.setdefault(name.casefold(), []).append((1, name))
            if match := re.fullmatch(r"(.+)-(\d{1,9})", name, re.DOTALL):
                found.setdefault(match[1].casefold(), []).append((int(match[2]), name))
    return found


def _numbered(place: Path) -> Iterator[Path]:
    yield place
    number = 1
    while True:
        number += 1
        yield place.with_name(f"{place.name}-{number}")


def _key(place: Path) -> str:
    return str(place).casefold()
