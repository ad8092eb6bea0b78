"""From a unit on disk to its entries: what it is called, which drum it is, its tempo, licence, hashes, sound, pattern.

The files may be anybody's, so all of this runs outside the engine process.
"""

import contextlib
import hashlib
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from engine.core.errors import TaoError, UnreadableAudio, UnreadableKit
from engine.core.kit import sample_id
from engine.core.loop import Audio
from engine.core.names import readable
from engine.core.pattern import Pattern
from engine.library.audio_files import read_audio
from engine.library.importers.drums import drum_of_name, drum_of_sound
from engine.library.importers.midi import MidiPattern
from engine.library.index.entries import Entry, Kind
from engine.library.index.rhythm import rhythm_of
from engine.library.index.scanning import Unit, UnitKind
from engine.library.index.timbre import timbre
from engine.library.kits.kit_folder import inside, read_document
from engine.library.kits.kit_json import layers_of, pattern_from_json, source_from_json
from engine.library.kits.lineage import read_lineage
from engine.library.wav_file import marks_of

LONGEST_HIT_S = 8.0  # a file that lasts longer is a loop, unless it says otherwise
LICENCE_BYTES = 4000
_TAKE = re.compile(r"take \d{4}-\d\d-\d\d ")
_LICENCES = (("CC0", r"cc0|creative commons zero"), ("CC-BY-NC", r"cc[ -]?by[ -]?nc|attribution-noncommercial"),
             ("CC-BY-SA", r"cc[ -]?by[ -]?sa|attribution-sharealike"), ("CC-BY", r"cc[ -]?by|creative commons attrib"),
             ("public domain", r"public domain"), ("MIT", r"\bmit license"), ("GPL", r"gnu general public"))


def entries_of(unit: Unit) -> tuple[Entry, ...]:
    """The entries of a unit. Raises TaoError with one sentence when it cannot be read, and OSError."""
    match unit.kind:
        case UnitKind.KIT:
            return _of_kit(unit.path)
        case UnitKind.AUDIO:
            return (_of_audio(unit),)
        case UnitKind.MIDI:
            return (_of_midi(unit.path),)


def _of_kit(folder: Path) -> tuple[Entry, ...]:
    """The kit, its patterns, and its one-shots; a one-shot that cannot be read is left out."""
    document = read_document(folder)
    pattern, source = pattern_from_json(document), source_from_json(document)
    name, bpm = readable(document.get("name") or folder.name), float(document["tempo_bpm"])
    length_s = None if document.get("length_s") is None else float(document["length_s"])
    kit = Entry(Kind.KIT, name, folder, None, None, bpm, length_s, source.licence, None, source.sha256,
                readable(source.name), source.made_from)
    played = Entry(Kind.PATTERN, name, folder, folder, None, bpm, length_s, source.licence,
                   rhythm=rhythm_of(pattern).tobytes())
    others = [replace(played, name=readable(f"{name}, pattern {slot}"), rhythm=rhythm_of(other).tobytes())
              for slot, other in _other_patterns(document)]
    shots = []
    for track in document["tracks"]:
        for number, file in enumerate(_recordings(track)):
            try:
                path = inside(folder, file)
                audio, rate = _stereo(path)
            except TaoError:
                continue
            label = f"{name}: {track['name']}" + (f" {number + 1}" if number else "")
            drum = drum_of_name(track["name"]) or drum_of_sound(audio, rate)
            shots.append(_one_shot(Entry(Kind.ONE_SHOT, readable(label), path, folder, drum, bpm,
                                         licence=source.licence), audio, rate))
    return (kit, played, *others, *shots)


def _other_patterns(document: dict[str, Any]) -> list[tuple[object, Pattern]]:
    """The patterns of a kit's other slots, each with its slot. One that cannot be played is left out."""
    found = []
    entries = document.get("patterns")
    for entry in entries if isinstance(entries, list) else ():
        with contextlib.suppress(UnreadableKit):
            if isinstance(entry, dict):
                found.append((entry.get("slot"), pattern_from_json({**document, **entry})))
    return found


def _of_audio(unit: Unit) -> Entry:
    """A take, a loop or a one-shot."""
    path = unit.path
    audio, rate = _stereo(path)
    marks, lineage = marks_of(path), read_lineage(path)
    length_s = len(audio) / rate
    found = Entry(Kind.TAKE, readable(path.stem), path, length_s=length_s, audio=sample_id(audio),
                  licence=_licence(unit.licence_file), sha256=_sha256(path))
    if lineage is not None or _TAKE.match(path.name):
        beats = marks.beats if lineage is None else lineage.beats
        made_from = () if lineage is None else lineage.made_from
        return replace(found, tempo_bpm=60.0 * beats / length_s if beats else None, made_from=made_from)
    if marks.beats or (length_s > LONGEST_HIT_S and not marks.one_shot):
        bpm = marks.tempo_bpm or (60.0 * marks.beats / length_s if marks.beats else None)
        return replace(found, kind=Kind.LOOP, tempo_bpm=bpm)
    drum = drum_of_name(path.stem) or drum_of_name(path.parent.name) or drum_of_sound(audio, rate)
    return _one_shot(replace(found, kind=Kind.ONE_SHOT, drum=drum, sha256=None), audio, rate)


def _of_midi(path: Path) -> Entry:
    imported = MidiPattern().read(path)
    assert imported.pattern is not None, "a MIDI file without notes is refused"
    return Entry(Kind.PATTERN, readable(path.stem), path, tempo_bpm=imported.tempo_bpm,
                 rhythm=rhythm_of(imported.pattern).tobytes())


def _one_shot(entry: Entry, audio: Audio, rate: int) -> Entry:
    """The entry with everything that its audio says."""
    sound = timbre(audio, rate)
    return replace(entry, length_s=len(audio) / rate, audio=sample_id(audio),
                     timbre=None if sound is None else sound.tobytes())


def _recordings(track: dict[str, Any]) -> list[object]:
    """The files of a track's one-shot and of its layers, each once."""
    files = [track.get("oneshot"), *(layer.get("oneshot") for layer in layers_of(track))]
    return list(dict.fromkeys(file for file in files if file))


def _stereo(path: Path) -> tuple[Audio, int]:
    """A file as float32 (frames, 2) and its rate. Raises UnreadableAudio."""
    audio, rate = read_audio(path)
    if not np.isfinite(audio).all():
        raise UnreadableAudio(f"{path.name} holds values that are not numbers.")
    stereo = audio[:, :2] if audio.shape[1] > 1 else np.repeat(audio, 2, axis=1)
    return np.ascontiguousarray(stereo), rate


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _licence(file: Path | None) -> str | None:
    """The licence that a text file speaks of, by its usual name; None without one that is known."""
    if file is None or not file.is_file():
        return None
    with file.open("rb") as opened:
        text = opened.read(LICENCE_BYTES).decode("utf-8", "replace").lower()
    return next((name for name, words in _LICENCES if re.search(words, text)), None)
