"""The one-shots that training loops are made of: one flat array, and a table that says where each one is."""

import csv
import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import soundfile

from engine.core.errors import TaoError, UsageError
from engine.core.pattern import TRACK_NAMES
from engine.library.resampling import resampled

RATE = 44100
DRUMS = (*TRACK_NAMES, "other")   # a drum is an index into these; "other" is percussion that has no track
KICK, SNARE, TOM, HIHAT, RIDE, CRASH, OTHER = range(len(DRUMS))
_LONGEST_S = {"ride": 2.5, "crash": 2.5}  # longer recordings are cut
_LONGEST_OTHERS_S = 1.6
_FLOOR_DB = -66.0                 # below this a tail is inaudible and is cut
_LAYER = re.compile(r"_v\d+$")     # the velocity layer at the end of a file's name
_START_DB = -40.0                 # below this the hit has not started
_WORDS = {"kick": ("kick", "bd", "bass drum", "bassdrum"), "snare": ("snare", "sd", "clap", "rim"),
          "tom": ("tom",), "hihat": ("hihat", "hi-hat", "hh", "hat"), "ride": ("ride",),
          "crash": ("crash", "splash", "china"), "other": ("cowbell", "perc", "shaker", "conga", "bongo", "tamb")}


@dataclass(frozen=True, slots=True)
class Shot:
    """One recording: its drum, kit, family of kits, articulation, and velocity layer (0 the softest); instrument: the
    drum or cymbal of that kit; start and frames: where it is in `Sounds.audio`."""

    drum: int
    kit: str
    family: str
    articulation: str
    layer: int = 0
    start: int = 0
    frames: int = 0
    instrument: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Sounds:
    """audio (frames,) float32: all shots end to end, each at peak 1. groups: the shot numbers of each articulation of
    each kit, softest first."""

    audio: np.ndarray
    shots: tuple[Shot, ...]
    groups: tuple[tuple[int, ...], ...]


class Bank:
    """Sounds indexed for drawing: articulations by drum, by kit and drum, and by drum, family and instrument."""

    def __init__(self, sounds: Sounds) -> None:
        self.sounds = sounds
        self.of_drum: dict[int, np.ndarray] = {}
        self.of_kit: dict[tuple[str, int], np.ndarray] = {}
        self.families: dict[int, list[list[np.ndarray]]] = {}
        for drum in range(len(DRUMS)):
            members = [number for number, group in enumerate(sounds.groups) if self._first(group).drum == drum]
            self.of_drum[drum] = np.array(members)
            self.families[drum] = [list(self._split(family, lambda shot: (shot.kit, shot.instrument)))
                                   for family in self._split(members, lambda shot: shot.family)]
            for kit in {self._first(sounds.groups[m]).kit for m in members}:
                self.of_kit[kit, drum] = np.array(
                    [m for m in members if self._first(sounds.groups[m]).kit == kit])
        self.has = np.array([len(self.of_drum[drum]) > 0 for drum in range(len(DRUMS))])
        if not self.has[: len(TRACK_NAMES)].any():
            raise TaoError("The one-shots are all percussion without a track. Add a kick, a snare or a hi-hat.")
        self.kits = sorted({shot.kit for shot in sounds.shots})

    def _split(self, members: Iterable[int], label: Callable[[Shot], Hashable]) -> Iterable[np.ndarray]:
        labels = {member: label(self._first(self.sounds.groups[member])) for member in members}
        for one in dict.fromkeys(labels.values()):
            yield np.array([member for member, own in labels.items() if own == one])

    def _first(self, group: tuple[int, ...]) -> Shot:
        return self.sounds.shots[group[0]]

    @cached_property
    def full_kits(self) -> list[str]:
        """Kits with kick, snare and hi-hat; every kit if none has all three."""
        full = [kit for kit in self.kits if all((kit, drum) in self.of_kit for drum in (KICK, SNARE, HIHAT))]
        return full or self.kits


def read_sounds(data: Path, split: str, licence: str = "all") -> Sounds:
    """The shots of one split ("train" or "val") of DATA/oneshots, or of any folder of named drum samples.

    If there is an oneshots.csv, its columns give drum, kit, split and licence tier; licence "permissive" leaves
    copyleft ones out. Otherwise drums are recognised by file name, kits are folders, one kit in eight is "val", and
    licences are up to the user. Raises TaoError when nothing is left.
    """
    folder = data / "oneshots" if (data / "oneshots").is_dir() else data
    listed = folder / "oneshots.csv"
    named = _listed(folder, listed, split, licence) if listed.exists() else _unlisted(folder, split)
    shots, pieces, at = [], [], 0
    for path, shot in named:
        audio = read_shot(path, DRUMS[shot.drum])
        shots.append(replace(shot, start=at, frames=len(audio)))
        pieces.append(audio)
        at += len(audio)
    if not shots:
        raise TaoError(f"There are no one-shots of the split {split!r} under {folder}. Put oneshots.csv there, "
                       "or name files after their drums (kick_1.wav).")
    return Sounds(np.concatenate(pieces), tuple(shots), _grouped(shots))


def read_packs(data: Sequence[Path], split: str, licence: str = "all") -> list[Sounds]:
    """The shots of one split of several folders, as `read_sounds` reads each."""
    return [read_sounds(folder, split, licence) for folder in data]


@dataclass(frozen=True, slots=True)
class Fold:
    """Every `of`-th family of kits, sorted by name, starting with number `index`. Raises UsageError."""

    index: int
    of: int

    def __post_init__(self) -> None:
        if not 0 <= self.index < self.of:
            raise UsageError(f"A fold K/N needs 0 <= K < N; this one is {self.index}/{self.of}.")

    @classmethod
    def named(cls, text: str) -> "Fold":
        """The fold written as K/N. Raises UsageError."""
        index, _, of = text.partition("/")
        if not (index.isdigit() and of.isdigit()):
            raise UsageError(f"Write a fold as K/N, such as 0/4, not {text!r}.")
        return cls(int(index), int(of))

    def of_names(self, *packs: Iterable[str]) -> set[str]:
        """The families, pack by pack, that are in the fold. Another pack leaves those of the packs before it where they
        are."""
        ordered: list[str] = []
        for families in packs:
            ordered += sorted(set(families).difference(ordered))
        return set(ordered[self.index :: self.of])

    def split(self, *packs: Sounds) -> tuple[Sounds, Sounds]:
        """The sounds outside the fold, and those inside."""
        inside = self.of_names(*({shot.family for shot in pack.shots} for pack in packs))
        sounds = joined(*packs)
        parts = [tuple(shot for shot in sounds.shots if (shot.family in inside) == part) for part in (False, True)]
        return Sounds(sounds.audio, parts[0], _grouped(parts[0])), Sounds(sounds.audio, parts[1], _grouped(parts[1]))


def joined(*parts: Sounds) -> Sounds:
    """Several collections as one."""
    shots: list[Shot] = []
    at = 0
    for part in parts:
        shots += [replace(shot, start=shot.start + at) for shot in part.shots]
        at += len(part.audio)
    return Sounds(np.concatenate([part.audio for part in parts]), tuple(shots), _grouped(shots))


def read_shot(path: Path, drum: str) -> np.ndarray:
    """(frames,) float32 mono at 44.1 kHz, peak 1, cut where it becomes inaudible or too long."""
    audio, rate = soundfile.read(path, dtype="float32", always_2d=True)
    mono = resampled(audio.mean(axis=1)[None], rate, RATE, circular=False)[0]
    mono = mono[_first_frame(mono):]
    mono = mono[: round(_LONGEST_S.get(drum, _LONGEST_OTHERS_S) * RATE)].copy()
    mono /= max(float(np.abs(mono).max()), 1e-6)
    audible = np.nonzero(np.abs(mono) > 10 ** (_FLOOR_DB / 20))[0]
    mono = mono[: int(audible[-1]) + 1] if len(audible) else mono
    fade = min(256, len(mono))
    mono[len(mono) - fade:] *= np.linspace(1.0, 0.0, fade, dtype=np.float32)
    return mono


def _first_frame(mono: np.ndarray) -> int:
    """Where the hit starts, at most 1 ms early. Silence before it would make every target late."""
    loud = np.abs(mono) > 10 ** (_START_DB / 20) * float(np.abs(mono).max(initial=0.0))
    return max(int(loud.argmax()) - RATE // 1000, 0)


def _grouped(shots: Sequence[Shot]) -> tuple[tuple[int, ...], ...]:
    groups: dict[tuple[str, str], list[int]] = {}
    for number, shot in enumerate(shots):
        groups.setdefault((shot.kit, shot.articulation), []).append(number)
    return tuple(tuple(sorted(group, key=lambda number: shots[number].layer)) for group in groups.values())


def _listed(folder: Path, table: Path, split: str, licence: str) -> list[tuple[Path, Shot]]:
    with table.open() as lines:
        rows = [row for row in csv.DictReader(lines) if row["split"] == split]
    if licence == "permissive":
        rows = [row for row in rows if row["license_tier"] == "permissive"]
    return [(folder / row["path"], Shot(
        DRUMS.index(row["class"]), row["kit"], row["family"], _LAYER.sub("", row["path"].removesuffix(".flac")),
        int(row["velocity_layer"] or 0), instrument=row.get("instrument") or "")) for row in rows]


def _unlisted(folder: Path, split: str) -> list[tuple[Path, Shot]]:
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".wav", ".flac", ".aif", ".aiff"))
    kits = sorted({path.parent for path in files})
    val = set(kits[7::8])
    found = []
    for path in files:
        drum = drum_of_name(path.stem) or drum_of_name(path.parent.name)
        if drum is not None and ((path.parent in val) == (split == "val") or len(kits) < 8):
            kit = str(path.parent.relative_to(folder))
            found.append((path, Shot(DRUMS.index(drum), kit, kit, path.stem)))
    return found


def drum_of_name(name: str) -> str | None:
    """The drum that a file or folder name mentions; None if it mentions none."""
    low = name.lower().replace("_", " ")
    for drum in ("other", "crash", "ride", "hihat", "tom", "snare", "kick"):
        if any(word in low.split() or (len(word) > 2 and word in low) for word in _WORDS[drum]):
            return drum
    return None
