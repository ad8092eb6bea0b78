"""What is known of a folder of takes and sessions in which engines crash, and what must still be there afterwards."""

import random
import re
import time
from dataclasses import dataclass, field
from pathlib import Path

import mido
import soundfile

from benchmarks.crashing.tally import Tally
from benchmarks.crashing.worker import KEEPING_WORKER
from engine.audio.settings import EngineSettings
from engine.bridge.client import EngineClient
from engine.core.commands import SetGain, ToggleStep
from engine.core.errors import TaoError
from engine.library.files import safe_name
from engine.library.kits.kit_folder import read_folder
from engine.sessions.listing import broken_off
from engine.sessions.restore import restore
from engine.takes.take_file import MARKER

RATE, STEPS = 48000, 1200  # of the gain, a hundredth of a dB each: they number the edits
OLDER_S = 2.0  # what an edit must be to count as lost: README promises the last second, and a busy computer is slower
ANNOUNCED = re.compile(r"beats: (take .*?\.wav)\.(?!.*It is not saved)|again: (take .*?\.wav) is saved")
UNSAVED = re.compile(r"beats: (take .*?\.wav)\..*It is not saved")
SAVED = re.compile(r"is saved in (.*?)\.$")


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
