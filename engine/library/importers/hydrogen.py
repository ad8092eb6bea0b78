"""Hydrogen's drumkits as kits, its patterns and songs as patterns."""

import math
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from engine.core.errors import UnreadableAudio, UnreadableKit
from engine.core.loop import Audio
from engine.core.names import readable
from engine.core.pattern import Pattern
from engine.core.timeline import PPQN
from engine.library.importers.archives import file_called, files_in
from engine.library.importers.building import Drum, Recording, kit_of
from engine.library.importers.drums import drum_of_name, track_names
from engine.library.importers.gridding import Hit, pattern_of
from engine.library.importers.kinds import head
from engine.library.importers.one_shot_audio import is_file, one_shot_audio
from engine.library.importing import Imported

DOCUMENT, LARGEST_XML = "drumkit.xml", 16_000_000
MOST_PARTS = 64
TICK, LEAD_LAG_TICKS = PPQN // 48, 5


class HydrogenKit:
    """*.h2drumkit, or a folder with a drumkit.xml."""

    name = "hydrogen"

    def recognises(self, path: Path) -> bool:
        """Whether it is an archive or folder that holds a drumkit.xml."""
        if path.is_dir():
            return (path / DOCUMENT).is_file()
        return head(path, 2) == b"\x1f\x8b" and file_called(path, DOCUMENT) is not None

    def read(self, path: Path) -> Imported:
        """Its instruments. Raises UnreadableKit."""
        if path.is_dir():
            return self._kit(path.name, _document(path / DOCUMENT),
                             lambda file: one_shot_audio(path / PurePosixPath(file).name, file))
        top, document = file_called(path, DOCUMENT) or ("", b"")
        files = files_in(path)
        return self._kit(path.stem, _whole(document, path.name),
                         lambda file: one_shot_audio(_sound(files, top, file), file))

    def _kit(self, name: str, document: bytes, load: Callable[[str], tuple[Audio, int]]) -> Imported:
        root = _parsed(document, name)
        sounds: dict[str, tuple[Audio, int]] = {}
        remarks: list[str] = []
        drums = []
        for instrument in _instruments(root):
            layers = [layer for layer in _all(instrument, "layer") if _text(layer, "filename")]
            for file in {_text(layer, "filename") for layer in layers} - set(sounds):
                try:
                    sounds[file] = load(file)
                except UnreadableAudio as problem:
                    remarks.append(str(problem))
            drums.append(_drum(instrument, [layer for layer in layers if _text(layer, "filename") in sounds], sounds))
        return kit_of(_text(root, "name") or name, drums, sounds, tuple(remarks))


class HydrogenPattern:
    """*.h2pattern or *.h2song."""

    name = "hydrogen-pattern"

    def recognises(self, path: Path) -> bool:
        """Whether it is Hydrogen's XML."""
        start = head(path, 4096)
        return b"<drumkit_pattern" in start or (b"<song" in start and path.suffix.lower() == ".h2song")

    def read(self, path: Path) -> Imported:
        """The song's patterns in their order, or the one pattern. An .h2pattern has only numbers for its instruments;
        a drumkit of the name that it gives, lying beside it, names them."""
        root = _parsed(_document(path), path.name)
        names = [_text(instrument, "name") for instrument in _instruments(root)] or _names_beside(path, root)
        tracks = track_names((name, drum_of_name(name)) for name in names)
        hits: dict[str, list[Hit]] = {}
        start = 0
        for pattern in _in_order(root):
            _add_hits(hits, pattern, tracks, start)
            start += _ticks(pattern)
        found, remarks = pattern_of(hits, max(1, math.ceil(start / PPQN)))
        patterns, about_patterns = _parts(root, tracks)
        return Imported(path.stem, pattern=found, tempo_bpm=_number(root, "bpm", 0.0) or None, remarks=remarks,
                        patterns=patterns, about_patterns=about_patterns)


def _parts(root: ET.Element, tracks: list[str]) -> tuple[tuple[tuple[str, Pattern], ...], tuple[str, ...]]:
    """(the patterns that a song is made of, by name; remarks on what was left out of them); none of a file with a
    single pattern."""
    distinct = {_text(pattern, "name"): pattern for pattern in _all(root, "pattern")}
    found, remarks = [], dict[str, None]()
    for name, pattern in list(distinct.items())[:MOST_PARTS] if len(distinct) > 1 else ():
        hits: dict[str, list[Hit]] = {}
        _add_hits(hits, pattern, tracks, 0)
        part, left_out = pattern_of(hits, max(1, math.ceil(_ticks(pattern) / PPQN)))
        found.append((name, part))
        remarks |= dict.fromkeys(left_out)
    return tuple(found), tuple(remarks)


def _add_hits(hits: dict[str, list[Hit]], pattern: ET.Element, tracks: list[str], start: int) -> None:
    """Add the notes of a pattern that begins on tick `start`."""
    for note in _all(pattern, "note"):
        number = int(_number(note, "instrument", 0))
        track = tracks[number] if 0 <= number < len(tracks) else f"perc {number + 1}"
        tick = start + _number(note, "position", 0) * TICK + _number(note, "leadlag", 0) * TICK * LEAD_LAG_TICKS
        velocity = min(1.0, _number(note, "velocity", 0.8))
        if velocity > 0.0 and _text(note, "note_off") != "true":
            chance = max(0.0, min(1.0, _number(note, "probability", 1.0)))
            hits.setdefault(track, []).append(Hit(max(0, round(tick)), velocity, chance))


def _ticks(pattern: ET.Element) -> int:
    return int(_number(pattern, "size", 192)) * TICK


def _drum(instrument: ET.Element, layers: list[ET.Element], sounds: dict[str, tuple[Audio, int]]) -> Drum:
    level = _number(instrument, "gain", 1.0) * _number(instrument, "volume", 1.0)
    turned = _turns(layers) if _text(instrument, "sampleSelectionAlgo") == "ROUND_ROBIN" else layers
    recordings = tuple(Recording(_text(layer, "filename"), max(0.0, min(1.0, _number(layer, "min", 0.0))),
                                 level * _number(layer, "gain", 1.0)) for layer in turned)
    rate = sounds[recordings[0].file][1] if recordings else 1
    left, right = _number(instrument, "pan_L", 1.0), _number(instrument, "pan_R", 1.0)
    pan = _number(instrument, "pan", right / left - 1.0 if left >= right and left else 1.0 - left / max(right, 1e-9))
    pitch = _number(instrument, "pitchOffset", 0.0) + (_number(layers[0], "pitch", 0.0) if layers else 0.0)
    values: dict[str, object] = {"pan": max(-1.0, min(1.0, pan)), "pitch_semitones": max(-24.0, min(24.0, pitch)),
                                 "attack_s": min(60.0, max(0.0, _number(instrument, "Attack", 0.0) / rate))}
    if _number(instrument, "Sustain", 1.0) == 0.0 and _number(instrument, "Decay", 0.0) > 0:
        values["decay_s"] = min(60.0, _number(instrument, "Decay", 0.0) / rate)
    group = int(_number(instrument, "muteGroup", -1))
    if group >= 0:
        values["choke_group"] = group % 16
    note = int(_number(instrument, "midiOutNote", -1))
    return Drum(_text(instrument, "name"), recordings, note if 0 <= note <= 127 else None, values)


def _turns(layers: list[ET.Element]) -> list[ET.Element]:
    """The layers in the order in which they sound: of those of one velocity, Hydrogen plays the second first."""
    zones: dict[float, list[ET.Element]] = {}
    for layer in layers:
        zones.setdefault(_number(layer, "min", 0.0), []).append(layer)
    return [layer for zone in zones.values() for layer in (*zone[1:], zone[0])]


def _in_order(root: ET.Element) -> list[ET.Element]:
    """The patterns as the song plays them, one at a time."""
    patterns = {_text(pattern, "name"): pattern for pattern in _all(root, "pattern")}
    sequence = [element.text or "" for element in _all(root, "patternID")]
    return [patterns[name] for name in sequence if name in patterns] or list(patterns.values())


def _names_beside(path: Path, root: ET.Element) -> list[str]:
    beside = path.with_name(f"{PurePosixPath(_text(root, 'drumkit_name')).name}.h2drumkit")
    found = file_called(beside, DOCUMENT) if is_file(beside) else None
    if found is None:
        return []
    kit = _parsed(_whole(found[1], beside.name), beside.name)
    return [_text(instrument, "name") for instrument in _instruments(kit)]


def _sound(files: dict[str, bytes], top: str, file: str) -> bytes:
    found = files.get(f"{top}{PurePosixPath(file).name}")
    if found is None:
        raise UnreadableAudio(f"There is no sound {readable(file, 80)!r}, which the kit names.")
    return found


def _document(path: Path) -> bytes:
    """An XML file of a length that can be one."""
    with path.open("rb") as file:
        return _whole(file.read(LARGEST_XML + 1), path.name)


def _whole(document: bytes, name: str) -> bytes:
    if len(document) > LARGEST_XML:
        raise UnreadableKit(f"{name} holds more than {LARGEST_XML // 1_000_000} MB of XML, which no kit or song does.")
    return document


def _parsed(document: bytes, name: str) -> ET.Element:
    if b"<!ENTITY" in document:
        raise UnreadableKit(f"{name} defines entities, which Hydrogen's files never do; it is not read.")
    try:
        return ET.fromstring(document)
    except (ET.ParseError, LookupError, ValueError) as error:  # also an encoding that nobody knows
        raise UnreadableKit(f"{name} is damaged: {error}.") from None


def _instruments(root: ET.Element) -> list[ET.Element]:
    """The instruments of a kit or song; a note's number of its instrument has the same tag."""
    return [element for element in _all(root, "instrument") if len(element)]


def _all(element: ET.Element, tag: str) -> Iterator[ET.Element]:
    return (found for found in element.iter() if found.tag.rpartition("}")[2] == tag)


def _text(element: ET.Element, tag: str) -> str:
    found = next((child for child in element if child.tag.rpartition("}")[2] == tag), None)
    return "" if found is None else (found.text or "").strip()


def _number(element: ET.Element, tag: str, otherwise: float) -> float:
    try:
        value = float(_text(element, tag) or otherwise)
    except ValueError:
        return otherwise
    return value if math.isfinite(value) else otherwise
