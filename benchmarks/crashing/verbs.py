"""The command line, killed or left without room at random moments: kits are the old ones or the new ones, and what is
made is whole or not there."""

import hashlib
import math
import os
import random
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soundfile

from benchmarks.crashing.faults import BROKEN, ended, filled, in_child, kill
from benchmarks.crashing.tally import Tally
from engine.core.errors import TaoError
from engine.library import exporting
from engine.library.audio_files import write_wav
from engine.library.files import free_path
from engine.library.kits.decomposition import StoredDecomposition
from engine.library.kits.kit_folder import read_folder, write_folder, write_new_folder
from models.demo import demo_loop
from tao_live import cli

RATE = 16000
FORMATS = ("midi", "loop", "stems", "oneshots", "sfz", "hydrogen", "dawproject", "sf2")
SLACK_BYTES = 64  # archives differ by their times
LATE_S = 0.03
Content = dict[str, bytes]


@dataclass(frozen=True)
class Place:
    """A folder with a loop, its kit, and copies of both that nothing touches."""

    folder: Path

    @property
    def kit(self) -> Path:
        """The kit that is worked on."""
        return self.folder / "kit"

    @property
    def loop(self) -> Path:
        """The recording that it was made from."""
        return self.folder / "loop.wav"

    @property
    def log(self) -> Path:
        """What a child says: not on the disk that may be full."""
        return self.folder.parent.with_suffix(".log")

    @property
    def base(self) -> Path:
        """The kit as it was at first."""
        return self.folder.parent / "base"

    def renew(self) -> None:
        """Back to the beginning."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(exist_ok=True)
        shutil.copytree(self.base, self.kit)
        shutil.copy(self.base / "loop.wav", self.loop)


@dataclass(frozen=True)
class Activity:
    """Something that writes. replaces: whether it writes over the kit; makes: what it makes instead, in the place."""

    name: str
    work: Callable[[Place], object]
    replaces: bool = False
    makes: str = ""
    share: int = 1


@dataclass(frozen=True)
class Reference:
    """An activity without a fault: how long it takes, the kit afterwards (its files, and what a reader takes it for),
    the output, and how many bytes are written."""

    took_s: float
    kit: Content
    identity: object
    made: dict[str, int]
    size: int


def _tao(*words: str | Path) -> object:
    return cli.main([str(word) for word in words], standalone_mode=False)


def _quieter(place: Place) -> StoredDecomposition:
    stored = read_folder(place.base)
    return replace(stored, match=0.5, loop=stored.loop * np.float32(0.5))


ACTIVITIES = (
    Activity("save", lambda place: write_folder(place.kit, _quieter(place)), replaces=True, share=6),
    Activity("keep", lambda place: write_new_folder(free_path(place.folder, "kept"), _quieter(place)), makes="kept",
             share=3),
    Activity("correct", lambda place: _tao("correct", place.kit, "--set", "kick:4=0.7"), replaces=True, share=4),
    Activity("decompose", lambda place: _tao("decompose", place.loop, "-o", place.folder / "made"), makes="made"),
    Activity("decompose again", lambda place: _tao("decompose", place.loop, "-o", place.kit, "--overwrite"),
             replaces=True),
    Activity("export", lambda place: _tao("export", place.kit, "-o", place.folder / "out",
                                          *(f"--format={name}" for name in FORMATS)), makes="out", share=3),
    Activity("import", lambda place: _tao("import", place.kit / "oneshots", place.kit / "pattern.mid", "-o",
                                          place.folder / "mine"), makes="mine", share=2),
    Activity("render", lambda place: _tao("render", place.kit, "-o", place.folder / "again.wav"), makes="again.wav"),
)


def crash_verbs(scratch: Path, rounds: int, seed: int, tally: Tally, small: bool,
                activities: tuple[Activity, ...] = ACTIVITIES) -> None:
    """So many rounds, in `scratch`; small: whether that is a small disk, which can be filled."""
    place = Place(scratch / "place")
    _preload()
    _make_base(place, place.log)
    references = {one.name: _reference(one, place, place.log) for one in activities}
    dice = random.Random(seed)
    for number in range(rounds):
        one = dice.choices(activities, [activity.share for activity in activities])[0]
        place.renew()
        _round(one, place, references[one.name], dice, tally, small and dice.random() < 0.35)
        tally.report(number + 1, rounds, "verbs")


def _preload() -> None:
    """Import what the verbs need, once for all children. What is only imported may be forked."""
    from importlib import import_module

    for name in ("engine.dsp.offline", "models.decompose", "models.correct", "models.hearing.loop_cut",
                 "models.solving.extraction", "models.hearing.tao", "models.separation.separator"):
        import_module(name)
    for name in FORMATS:
        exporting.exporter(name)


def _make_base(place: Place, log: Path) -> None:
    """Decompose the demo loop, in a child: what has used torch must not be forked."""
    place.folder.mkdir(parents=True)
    loop = demo_loop(RATE)
    write_wav(place.loop, loop.audio, RATE)
    pid = in_child(lambda: _tao("decompose", place.loop, "-o", place.base, "--beats", "8"), log)
    if os.waitpid(pid, 0)[1] != 0:
        raise RuntimeError(f"The first kit could not be made: {log.read_text(encoding='utf-8')[-500:]}")


def _reference(activity: Activity, place: Place, log: Path) -> Reference:
    place.renew()
    before = _size(place.folder)
    began_s = time.monotonic()
    pid = in_child(lambda: activity.work(place), log)
    if os.waitpid(pid, 0)[1] != 0:
        raise RuntimeError(f"{activity.name} fails without a fault: {log.read_text(encoding='utf-8')[-500:]}")
    took_s = time.monotonic() - began_s
    made = _sizes(place.folder / activity.makes) if activity.makes else {}
    size = max(1 << 16, _size(place.folder) - before)
    return Reference(took_s, content(place.kit), _identity(place.kit), made, size)


def _round(activity: Activity, place: Place, reference: Reference, dice: random.Random, tally: Tally,
           full: bool) -> None:
    old, log = content(place.kit), place.log
    seen = _identity(place.kit), reference.identity
    room = int(dice.uniform(0, 1.2 * (reference.size + _size(place.kit))))
    if full:
        tally.count("full disks")
        with filled(place.folder, room):
            status = _watched(activity, place, dice, tally, seen, None, log)
        tally.check(status != BROKEN, f"{activity.name} on a full disk: {log.read_text(encoding='utf-8')[-300:]}")
    else:
        status = _watched(activity, place, dice, tally, seen, reference.took_s, log)
        tally.count("kills" if status < 0 else "too late to kill")
        tally.check(status <= 0, f"{activity.name}: {log.read_text(encoding='utf-8')[-300:]}")
    _look(activity, place, reference, old, tally)


def _watched(activity: Activity, place: Place, dice: random.Random, tally: Tally, kits: tuple[object, ...],
             took_s: float | None, log: Path) -> int:
    """Let it run, read the kit meanwhile, and kill it: at any moment or, half of the times, soon after it has begun to
    write. took_s None: do not kill it. The exit status."""
    pid = in_child(lambda: activity.work(place), log)
    began_s = time.monotonic()
    waits_for_writing = took_s is not None and dice.random() < 0.5
    kill_s = math.inf if took_s is None or waits_for_writing else began_s + dice.uniform(0.0, 1.1 * took_s)
    while (status := ended(pid)) is None:
        if waits_for_writing and _is_writing(activity, place):
            kill_s, waits_for_writing = time.monotonic() + dice.uniform(0.0, LATE_S), False
        if time.monotonic() >= kill_s:
            kill(pid)
        if activity.replaces:
            tally.count("readings")
            tally.check(_identity(place.kit) in kits, f"{activity.name}: a reader saw a mixture")
        else:
            time.sleep(0.001)
    return status


def _is_writing(activity: Activity, place: Place) -> bool:
    """Whether something half-written lies there."""
    folders = [folder for folder in (place.folder, place.folder / activity.makes) if folder.is_dir()]
    return any(path.name.startswith(".") for folder in folders for path in folder.iterdir())


def _look(activity: Activity, place: Place, reference: Reference, old: Content, tally: Tally) -> None:
    """See what is left."""
    tally.count("kits")
    now = content(place.kit)
    tally.count("new kits" if now == reference.kit != old else "old kits")
    tally.check(now in (old, reference.kit) if activity.replaces else now == old,
                f"{activity.name}: the kit is neither the old one nor the new one")
    try:
        read_folder(place.kit)
    except TaoError as problem:
        tally.lost.append(f"{activity.name}: {problem}")
    made = place.folder / activity.makes
    if activity.makes and made.exists():
        tally.count("whole outputs")
        found = _sizes(made)
        top = {name.partition("/")[0] for name in found}
        wanted = {name: size for name, size in reference.made.items() if name.partition("/")[0] in top}
        if activity.name != "export":  # which writes many files, each of them whole or not there
            wanted = reference.made
        odd = [name for name in sorted(found.keys() | wanted.keys())
               if abs(found.get(name, -9999) - wanted.get(name, -9999)) > SLACK_BYTES]
        tally.check(not odd, f"{activity.name}: {made.name} is not whole: {', '.join(odd)[:300]}")


def content(folder: Path) -> Content:
    """Every file of a kit, but hidden ones; of a WAV its audio, for its header holds the time of writing."""
    return {str(path.relative_to(folder)): _digest(path) for path in sorted(folder.rglob("*")) if path.is_file()}


def _digest(path: Path) -> bytes:
    data = path.read_bytes()
    if data[:4] == b"RIFF":
        try:
            data = soundfile.read(path, dtype="float32")[0].tobytes()
        except soundfile.SoundFileError:
            data = b"damaged"
    return hashlib.sha256(data).digest()


def _identity(kit: Path) -> object:
    """What a reader takes the kit for."""
    try:
        stored = read_folder(kit)
    except TaoError as problem:
        return str(problem)
    audio = hashlib.sha256(stored.loop.tobytes()).hexdigest()
    return stored.match, stored.pattern, stored.kit, audio, sorted(stored.samples)


def _sizes(made: Path) -> dict[str, int]:
    """The files of an output, and their sizes; hidden ones are nobody's."""
    if made.is_file():
        return {made.name: made.stat().st_size}
    files = {path.relative_to(made): path.stat().st_size for path in made.rglob("*") if path.is_file()}
    return {str(name): size for name, size in files.items() if not any(part.startswith(".") for part in name.parts)}


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
