"""Sets: sessions with all that belongs to them in one plain folder, which can be moved to another computer.

    set.json    name, files, and which session and kit came last
    takes/      the recordings that were loaded         sessions/ID/    journal and samples
    kits/NAME/  the kits with their patterns            midi.json       ports and controllers
"""

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from engine.core.errors import InvalidValue, TaoError
from engine.core.machine import Machine
from engine.core.midi import MidiSetup
from engine.library.audio_files import wav_bytes
from engine.library.files import folder_name, free_path
from engine.library.folder_swap import add_folder, replace_folder
from engine.library.kits.decomposition import StoredDecomposition
from engine.library.kits.kit_folder import inside, read_folder, write_new_folder
from engine.library.kits.live_kit import LiveKit, same_recording
from engine.live.journal import LOG, SAMPLES
from engine.live.journal_reading import read_log
from engine.sessions.folders import KITS, NUMBER, kits_of
from engine.sessions.restore import restore

SCHEMA = "tao.set/1"
SET, MIDI, SESSIONS = "set.json", "midi.json", "sessions"
MAX_BYTES = 16_000_000
_Text = Annotated[str, Meta(max_length=1024, pattern="^[^\0]*$")]


class UnreadableSet(TaoError):
    """A folder that is no set, or cannot be read as one."""


class SetShape(Struct):
    """set.json. session, kit: the folders of what came last; files: all that Tao wrote."""

    schema: _Text
    name: _Text
    session: _Text
    kit: _Text
    files: list[_Text]


@dataclass(frozen=True, slots=True)
class SetContent:
    """A set: its name, the folders of the session and the kit that came last, its MIDI setup if it has one."""

    name: str
    session: Path
    kit: Path
    midi: MidiSetup | None


def is_set(folder: Path) -> bool:
    """Whether this folder is a set."""
    return (folder / SET).is_file()


def read_set(folder: Path) -> SetContent:
    """What is in a set. Raises UnreadableSet, and UnreadableKit for paths that lead out of it."""
    shape = _shape(folder)
    try:
        midi = msgspec.json.decode((folder / MIDI).read_bytes()[:MAX_BYTES], type=MidiSetup)
    except FileNotFoundError:
        midi = None
    except (OSError, msgspec.MsgspecError, InvalidValue, UnicodeDecodeError) as error:
        raise UnreadableSet(f"{str(folder / MIDI)!r} cannot be read ({error}). Repair it, or move it away.") from None
    return SetContent(shape.name, inside(folder, shape.session), inside(folder, shape.kit), midi)


def list_sets(sets: Path) -> Iterator[tuple[Path, SetContent]]:
    """Every set in a folder that can be read, by name."""
    for path in sorted(sets.glob(f"*/{SET}")):
        if not path.parent.name.startswith("."):  # half written
            try:
                yield path.parent, read_set(path.parent)
            except TaoError:
                continue


def find_set(sets: Path, name: str) -> Path:
    """The folder of the set with this name or path. Raises UnreadableSet."""
    for folder in (Path(name), sets / folder_name(name, "set")):
        if is_set(folder):
            return folder.absolute()
    raise UnreadableSet(f"There is no set {name!r} in {sets}; `tao_live.py sets` lists them.")


def set_of(session: Path) -> Path | None:
    """The set that a session's folder lies in, if it does."""
    folder = session.parent.parent
    return folder if session.parent.name == SESSIONS and is_set(folder) else None


def write_set(sets: Path, name: str, session: Path, takes: Path, midi: MidiSetup, own: str = "") -> Path:
    """Save a session as a set, under a free name; its folder. A set that holds this session already, or the one that it
    went on from (`own`), is added to: kits and takes are replaced by newer ones of themselves, and the others stay.

    Raises TaoError when nothing was loaded in the session, and OSError when the disk fails.
    """
    folder = sets / folder_name(name, "set")
    content = _Content(name, session, takes, midi)
    if is_set(folder) and (Path(own) == folder or (folder / SESSIONS / session.name).is_dir()):
        content.earlier = folder
        replace_folder(folder, content.write, content.replaced)
        return folder
    sets.mkdir(mode=0o700, parents=True, exist_ok=True)
    return add_folder(free_path(sets, folder.name), content.write)


class _Content:
    """What goes into a set's folder. earlier: the set that it is added to."""

    def __init__(self, name: str, session: Path, takes: Path, midi: MidiSetup) -> None:
        self._name, self._session, self._takes, self._midi = name, session, takes, midi
        self.earlier: Path | None = None
        self._units: set[str] = set()
        performance = read_log(session)
        self._rate = performance.session.sample_rate
        self._last = restore(session, self._rate)
        self._live = LiveKit.of(self._last.machine)
        machines = (sent for sent in performance.sent.values() if isinstance(sent, Machine))
        self._loops = {machine.loop.name for machine in machines if machine.loop is not None}
        listed = ((kit, (session / kit.folder).resolve()) for kit in kits_of(session))
        self._kits = {folder: kit for kit, folder in listed if (folder / "kit.json").is_file()}

    def write(self, folder: Path) -> None:
        """Write all of it. A file gets a second name rather than a copy, where the file system can."""
        for path in self._files_of_takes():
            _copy(path, folder / "takes" / path.name)
        (folder / "kits").mkdir()
        places = {kit: self._write_kit(kit, folder / "kits") for kit in self._kits}
        last = self._write_last_kit(folder / "kits", places)
        self._write_session(folder / SESSIONS / self._session.name, places, last)
        (folder / MIDI).write_bytes(msgspec.json.format(msgspec.json.encode(self._midi)))
        files = [str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()]
        self._units = {SET, *map(_unit, files)}
        if self.earlier is not None:
            files += [file for file in _shape(self.earlier).files if _unit(file) not in self._units]
        shape = SetShape(SCHEMA, self._name, f"{SESSIONS}/{self._session.name}", str(last.relative_to(folder)),
                         sorted({SET, *files}))
        (folder / SET).write_bytes(msgspec.json.format(msgspec.json.encode(shape)))

    def replaced(self, folder: Path) -> set[str]:
        """The files of the earlier set that the new content takes the place of."""
        return {file for file in _shape(folder).files if _unit(file) in self._units}

    def _files_of_takes(self) -> list[Path]:
        """The takes that were loaded, with the notes beside them; one that is still being recorded is left out."""
        found = []
        for name in sorted(self._loops):
            path = self._takes / f"{name.removesuffix('.wav')}.wav"
            if path.parent == self._takes and path.is_file() and not path.with_name(f".{path.name}.recording").exists():
                found += [path, *filter(Path.is_file, [path.with_suffix(".json")])]
        return found

    def _write_kit(self, kit: Path, kits: Path) -> Path:
        """Copy a kit; where it has gone."""
        place = self._place(kits, kit.name, _bytes_of(kit / "loop.wav"))
        for path in sorted(kit.rglob("*")):
            if path.is_file() and not path.is_symlink():
                _copy(path, place / path.relative_to(kit))
        return place

    def _write_last_kit(self, kits: Path, places: dict[Path, Path]) -> Path:
        """The kit that the session ended with: one of those that were copied, unless it was edited since."""
        live, before, copied = self._live, None, None
        for kit, entry in self._kits.items():
            if (entry.name, entry.recording) == live.key:
                before, copied = _read(kit), places[kit]
        samples, rate = self._last.samples, self._rate
        heard = before if before is not None and same_recording(before, live, samples, rate) else None
        stored = live.stored(samples, rate, heard)
        if before is not None and copied is not None and (before.kit.one_shots, before.pattern, before.as_played) == (
                stored.kit.one_shots, stored.pattern, stored.as_played):
            return copied
        name = f"{folder_name(live.kit.name, 'kit')} at the end"
        return write_new_folder(self._place(kits, name, wav_bytes(stored.loop, rate)), stored)

    def _place(self, kits: Path, name: str, loop: bytes) -> Path:
        """A free place for a kit with this loop.wav; in the set that is added to, the same kit's or a free one."""
        place, number = name, 1
        while os.path.lexists(kits / place) or self._is_another(place, loop):
            number += 1
            place = f"{name}-{number}"
        return kits / place

    def _is_another(self, place: str, loop: bytes) -> bool:
        """Whether the set that is added to has a kit of another recording in this place."""
        there = self.earlier / "kits" / place if self.earlier is not None else None
        return there is not None and there.exists() and _bytes_of(there / "loop.wav") != loop

    def _write_session(self, folder: Path, places: dict[Path, Path], last: Path) -> None:
        (folder / SAMPLES).mkdir(parents=True)
        for path in (self._session / SAMPLES).glob("*.wav"):
            _copy(path, folder / SAMPLES / path.name)
        (folder / LOG).write_bytes(_whole_records((self._session / LOG).read_bytes()))
        if (self._session / NUMBER).is_file():
            shutil.copyfile(self._session / NUMBER, folder / NUMBER)
        listed = [(kit.name, kit.recording, places[place]) for place, kit in self._kits.items()]
        lines = [{"name": name, "recording": recording, "folder": f"../../kits/{place.name}", "version": ""}
                 for name, recording, place in [*listed, (*self._live.key, last)]]
        (folder / KITS).write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def _unit(file: str) -> str:
    """What is replaced as a whole: a kit, a session, or the file itself."""
    parts = file.split("/")
    return "/".join(parts[:2]) if parts[0] in ("kits", SESSIONS) else file


def _shape(folder: Path) -> SetShape:
    try:
        if (folder / SET).stat().st_size > MAX_BYTES:
            raise UnreadableSet(f"{str(folder / SET)!r} is larger than any set.json; is it the right file?")
        shape = msgspec.json.decode((folder / SET).read_bytes(), type=SetShape)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UnreadableSet(f"{str(folder)!r} is not a set that can be read ({error}).") from None
    if not shape.schema.startswith(SCHEMA):
        raise UnreadableSet(f"{str(folder)!r} has the schema {shape.schema!r}; this Tao reads {SCHEMA}.")
    return shape


def _read(folder: Path) -> StoredDecomposition | None:
    try:
        return read_folder(folder)
    except TaoError:
        return None


def _bytes_of(path: Path) -> bytes:
    """A file's content, empty if there is none."""
    return path.read_bytes() if path.is_file() else b""


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:  # another disk, or one without links
        shutil.copyfile(source, target)


def _whole_records(log: bytes) -> bytes:
    """A journal up to its last whole record: the engine may be writing it."""
    at = 0
    while at + 4 <= len(log) and at + 4 + int.from_bytes(log[at : at + 4], "big") <= len(log):
        at += 4 + int.from_bytes(log[at : at + 4], "big")
    return log[:at]
