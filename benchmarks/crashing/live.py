"""The instrument, killed or left without room while it plays, records, decomposes and comes back: one gig after the
other, each continuing the session that the last crash broke off."""

import os
import random
import re
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import mido
import soundfile

from benchmarks.crashing.faults import children_of, filled, kill
from benchmarks.crashing.tally import Tally
from benchmarks.crashing.worker import KEEPING_WORKER
from benchmarks.performing import kill_a_client
from engine.audio.settings import EngineSettings
from engine.bridge.client import EngineClient, EngineGone
from engine.core.commands import Play, SetGain, ToggleStep
from engine.core.errors import TaoError
from engine.core.recording import RecordingSetup
from engine.core.requests import (
    CaptureLast,
    Correct,
    Decompose,
    ExportKit,
    Resample,
    SaveKit,
    SaveSet,
    SetRecording,
    SoundSource,
    StartRecording,
    Undo,
)
from engine.core.snapshot import RecordState
from engine.library.files import safe_name
from engine.library.kits.kit_folder import read_folder
from engine.server.launch import start_process
from engine.sessions.listing import broken_off
from engine.sessions.restore import restore
from engine.takes.take_file import MARKER
from tests.rig import PatientClient

RATE, STEPS = 48000, 1200  # of the gain, a hundredth of a dB each: they number the edits
OLDER_S = 2.0  # what an edit must be to count as lost: README promises the last second, and a busy computer is slower
FULL_S, RECOVERY_S, LOAD_S = 1.5, 30.0, 60.0
GIGS_IN_A_FOLDER = 8
ANNOUNCED = re.compile(r"beats: (take .*?\.wav)\.(?!.*It is not saved)|again: (take .*?\.wav) is saved")
UNSAVED = re.compile(r"beats: (take .*?\.wav)\..*It is not saved")
WORDS = {"worker": b"crashing.worker", "reader": b"sound_reader", "export": b"export_process",
         "writer": b"keeping.writer"}
SAVED = re.compile(r"is saved in (.*?)\.$")
FAILED, RECOVERED = "no longer being saved", "the session is saved"


@dataclass
class Gig:
    """What is known in one folder of takes and sessions.

    takes: the size of each announced one; unsaved: those that the disk had no room for; kits: the announced ones;
    saved: folders of kits and sets that were saved under a name; without_kits: loops whose kit came while the disk was
    full; edits: when each numbered move of the master fader was accepted; cut_off: takes that the next start must
    announce; said: all notices of this engine.
    """

    folder: Path
    tally: Tally
    dice: random.Random
    takes: dict[str, int] = field(default_factory=dict)
    kits: set[str] = field(default_factory=set)
    saved: set[Path] = field(default_factory=set)
    edits: dict[int, float] = field(default_factory=dict)
    number: int = 0
    cut_off: set[str] = field(default_factory=set)
    unsaved: set[str] = field(default_factory=set)
    without_kits: set[str] = field(default_factory=set)
    said: set[str] = field(default_factory=set)
    is_full: bool = False

    def settings(self) -> EngineSettings:
        """Of the next engine: it resumes what crashed."""
        found = broken_off(self.folder / "sessions") if (self.folder / "sessions").is_dir() else None
        if self.number and found is None:
            self.tally.lost.append("a session that crashed is not offered")
        self.cut_off = {path.name[1 : -len(MARKER)] for path in (self.folder / "takes").glob(f".*{MARKER}")}
        return EngineSettings("null", str(self.folder / "takes"), str(self.folder / "sessions"),
                              worker_argv=KEEPING_WORKER, block_frames=512, capture_s=16.0,
                              resume="" if found is None else str(found.folder))

    def see(self, client: EngineClient) -> None:
        """Note what the engine announces."""
        status = client.snapshot().status
        for text in (notice.text for notice in status.notices):
            self._hear(text)
        loop = status.machine.loop
        if loop is not None and self.is_full:
            self.without_kits.add(loop.name)
        elif loop is not None and status.job is None and status.machine.kit.name == loop.name:
            self.kits.add(loop.name)

    def _hear(self, text: str) -> None:
        """A notice, perhaps one that was heard before."""
        self.said.add(text)
        if (found := ANNOUNCED.search(text)) is not None and (name := found[1] or found[2]) not in self.takes:
            path = self.folder / "takes" / name
            self.takes[name] = path.stat().st_size if path.exists() else -1
            self.tally.count("takes")
            self.unsaved.discard(name)
        if (found := UNSAVED.search(text)) is not None and found[1] not in self.takes:
            self.unsaved.add(found[1])
            self.without_kits.add(found[1].removesuffix(".wav"))
        if (found := SAVED.search(text)) is not None and "/takes/." not in found[1]:
            self.saved.add(Path(found[1]))
        if "was cut off" in text:
            self.cut_off.discard(text.partition(" was cut off")[0])

    def edit(self, client: EngineClient) -> None:
        """Move the master fader by one step, which numbers the edit, and toggle a step."""
        self.number += 1
        client.ask(SetGain(-(self.number % STEPS) / 100.0))
        self.edits[self.number] = time.monotonic()
        self.tally.count("edits")
        track = client.snapshot().status.machine.pattern.tracks[0]
        client.send(ToggleStep(track.name, self.dice.randrange(len(track.steps))))

    def look_back(self, killed_s: float) -> None:
        """What is left after a crash, of edits, takes and kits."""
        found = broken_off(self.folder / "sessions")
        if found is None:
            return self.tally.lost.append("a session that crashed is not offered")
        gain = round(-100.0 * restore(found.folder, RATE).machine.effects.gain_db)
        kept = max((number for number in self.edits if number % STEPS == gain), default=0)
        missing = [at_s for number, at_s in self.edits.items() if number > kept]
        if missing and not self.is_full:
            age_s = killed_s - min(missing)
            self.tally.oldest_lost_s = max(self.tally.oldest_lost_s, age_s)
            self.tally.check(age_s <= OLDER_S, f"{len(missing)} edits, the oldest made {age_s:.2f} s before the crash")
        self.edits, self.number, self.unsaved = {kept: killed_s}, kept, set()
        for name, size in self.takes.items():
            path = self.folder / "takes" / name
            whole = path.exists() and path.stat().st_size == size and soundfile.info(path).frames > 0
            self.tally.check(whole, f"the take {name}")
        for name in self.kits - self.without_kits:
            self._look_at_kit(self.folder / "takes" / safe_name(name))
        self._look_at_exports()
        for folder in self.saved:
            self.tally.check(folder.is_dir(), f"{folder.name}, which was saved")
        for place in (self.folder / "takes", *(self.folder / "sets").glob("[!.]*/kits")):
            for kit in place.iterdir():
                if kit.is_dir() and not kit.name.startswith("."):
                    self._look_at_kit(kit)

    def _look_at_exports(self) -> None:
        """Whatever was exported can be read; what is half-written is hidden."""
        exports = self.folder / "exports"
        for path in exports.rglob("*") if exports.is_dir() else ():
            if path.is_file() and not any(part.startswith(".") for part in path.relative_to(exports).parts):
                self.tally.count("exported files")
                try:
                    _opened(path)
                except (OSError, ValueError, EOFError, soundfile.SoundFileError) as problem:
                    self.tally.check(False, f"the export {path.name}: {problem}")

    def _look_at_kit(self, folder: Path) -> None:
        self.tally.count("kits")
        try:
            read_folder(folder)
        except TaoError as problem:
            self.tally.lost.append(f"the kit {folder.name}: {problem}")


def _opened(path: Path) -> object:
    """The file as another program would open it."""
    if path.suffix == ".mid":
        return mido.MidiFile(path)
    return soundfile.info(path) if path.suffix == ".wav" else path.read_bytes()


def _record(client: EngineClient, dice: random.Random, folder: Path) -> None:
    client.ask(dice.choice((StartRecording(2), CaptureLast(2), Resample("kit", 2))))


def _export(client: EngineClient, dice: random.Random, folder: Path) -> None:
    client.ask(ExportKit(("midi", "oneshots", "sfz"), str(folder / "exports")))


def _save(client: EngineClient, dice: random.Random, folder: Path) -> None:
    client.ask(SaveKit(dice.choice(("verse", "chorus"))))


def _save_set(client: EngineClient, dice: random.Random, folder: Path) -> None:
    client.ask(SaveSet("gig"))


def _look_for_sounds(client: EngineClient, dice: random.Random, folder: Path) -> None:
    track = client.snapshot().status.machine.pattern.tracks[0].name
    client.browse(track, SoundSource.KITS)


# what is done beside the edits while the fault is awaited; a refusal is no loss
MOVES: tuple[Callable[[EngineClient, random.Random, Path], object], ...] = (
    _record, _record, _record, _export, _save, _save, _save_set, _look_for_sounds,
    lambda client, dice, folder: client.ask(Decompose()),
    lambda client, dice, folder: client.ask(Correct()), lambda client, dice, folder: client.ask(Undo()))


def crash_live(scratch: Path, rounds: int, seed: int, tally: Tally, small: bool) -> None:
    """So many gigs, each ended by a crash."""
    dice = random.Random(seed)
    gig = Gig(scratch / "gigs-0", tally, dice)
    for number in range(rounds):
        if number % GIGS_IN_A_FOLDER == 0:
            if number:
                shutil.rmtree(gig.folder, ignore_errors=True)  # a worker may still be ending
            gig = Gig(scratch / f"gigs-{number}", tally, dice)
            gig.folder.mkdir(parents=True)
        _gig(gig, small)
        tally.report(number + 1, rounds, "live")


def _gig(gig: Gig, small: bool) -> None:
    """Start, perhaps killed while it starts; play until the crash; see what is left."""
    dice, tally = gig.dice, gig.tally
    settings = gig.settings()
    if settings.resume and dice.random() < 0.2:
        tally.count("engines killed while they start")
        _killed_start(settings, dice.uniform(0.0, 3.0))
        return gig.look_back(time.monotonic())
    path, process = start_process(settings)
    tally.count("engines killed")
    try:
        client = PatientClient(path, 30.0)
        try:
            _play(gig, client, process.pid, path, small)
        except EngineGone:
            tally.lost.append("the engine, which nobody had killed")
        finally:
            killed_s = time.monotonic()
            process.kill()
            process.wait()
            client.close()
    finally:
        process.kill()
        process.wait()
    gig.look_back(killed_s)
    (log,) = (gig.folder / "sessions").glob(f"*-{process.pid}/engine.log")
    text = log.read_text(encoding="utf-8", errors="replace")
    tally.check("Traceback" not in text, f"the log holds an exception: {text[-400:]}")


def _killed_start(settings: EngineSettings, after_s: float) -> None:
    """Start an engine, and kill it that much later."""
    def strike() -> None:
        deadline_s = time.monotonic() + 60.0
        while not (found := children_of(os.getpid(), b"engine.server")) and time.monotonic() < deadline_s:
            time.sleep(0.002)
        time.sleep(after_s)
        for pid in found:
            kill(pid)

    killer = threading.Thread(target=strike)
    killer.start()
    try:
        _, process = start_process(settings)
        killer.join()
        process.wait()
    except TaoError:
        killer.join()  # it was killed before it was ready


def _play(gig: Gig, client: EngineClient, pid: int, path: Path, small: bool) -> None:
    """Play for a while, with accidents; the caller kills the engine."""
    dice, tally = gig.dice, gig.tally
    client.ask(SetRecording(RecordingSetup(count_in_bars=0)))
    client.ask(Play())
    gig.is_full = False
    gig.said.clear()
    if client.snapshot().status.machine.kit.name == "empty":
        client.load_folder("first")
        client.wait(lambda s: s.status.machine.kit.name == "first", LOAD_S)
        time.sleep(OLDER_S + 1.0)  # what is loaded in the last moment may be lost
    end_s = time.monotonic() + dice.uniform(0.5, 6.0)
    accident_s = time.monotonic() + dice.uniform(0.2, 3.0)
    while time.monotonic() < end_s:
        gig.edit(client)
        if dice.random() < 0.15:
            try:
                dice.choice(MOVES)(client, dice, gig.folder)
            except EngineGone:
                raise
            except TaoError:
                tally.count("refusals")
        gig.see(client)
        if time.monotonic() > accident_s:
            accident_s = end_s
            _accident(gig, client, pid, path, small)
        time.sleep(0.03)
    gig.see(client)
    tally.check(not gig.cut_off, f"cut off, and not announced: {gig.cut_off}")
    if client.snapshot().status.record_state is RecordState.RECORDING:
        tally.count("takes cut off")
    if dice.random() < 0.3:
        for child in children_of(pid, b"crashing.worker"):
            kill(child)


def _accident(gig: Gig, client: EngineClient, pid: int, path: Path, small: bool) -> None:
    """Kill another process, or fill the disk."""
    tally = gig.tally
    kind = gig.dice.choice(("worker", "reader", "export", "writer", "client", "disk", "disk", "none"))
    if kind == "disk" and small:
        tally.count("full disks")
        _fill(gig, client)
    elif kind == "client":
        kill_a_client(path)
        tally.count("clients killed")
    elif kind in WORDS:
        for child in children_of(pid, WORDS[kind]):
            kill(child)
            tally.count(f"{kind}s killed")


def _fill(gig: Gig, client: EngineClient) -> None:
    """Play on without room on the disk; in some gigs the crash comes while it is full."""
    gig.is_full = True
    with filled(gig.folder):
        end_s = time.monotonic() + FULL_S
        while time.monotonic() < end_s:
            gig.edit(client)
            gig.see(client)
            time.sleep(0.05)
    if gig.dice.random() < 0.3:
        return  # killed before all is saved
    deadline_s = time.monotonic() + RECOVERY_S
    while not (recovered := _is_recovered(gig)) and time.monotonic() < deadline_s:
        time.sleep(0.1)
        gig.see(client)
    gig.tally.check(recovered, "what could not be saved on a full disk was not saved later")
    gig.edits = {gig.number: time.monotonic()}
    gig.is_full = False


def _is_recovered(gig: Gig) -> bool:
    """Whether all that the disk had no room for is saved."""
    failed = any(FAILED in text for text in gig.said)
    return not gig.unsaved and (not failed or any(RECOVERED in text for text in gig.said))
