"""SFZ instruments as kits: a drum for each key, its regions as layers and round robins."""

import math
import re
from pathlib import Path

from engine.core.errors import UnreadableAudio, UnreadableKit
from engine.core.loop import Audio
from engine.library.importers.building import Drum, Recording, kit_of
from engine.library.importers.kinds import head
from engine.library.importers.one_shot_audio import one_shot_audio
from engine.library.importing import Imported

LARGEST_BYTES = 4_000_000
MOST_REGIONS = 1000
QUIETEST_DB = -144.0
_HEADER, _OPCODE = re.compile(r"<(\w+)>"), re.compile(r"(\w+)=(.*?)(?=\s+\w+=|\s*$)")
_NOTES = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
Region = dict[str, str]


class SfzKit:
    """*.sfz."""

    name = "sfz"

    def recognises(self, path: Path) -> bool:
        """Whether it is a text with SFZ's headers."""
        start = head(path, 65536)
        return b"\0" not in start and (b"<region>" in start or (b"<group>" in start and path.suffix.lower() == ".sfz"))

    def read(self, path: Path) -> Imported:
        """The drums by key. Raises UnreadableKit."""
        if path.stat().st_size > LARGEST_BYTES:
            raise UnreadableKit(f"{path.name} is larger than any drum kit.")
        regions = [region for region in parse(path.read_text("utf-8", "replace")) if "sample" in region][:MOST_REGIONS]
        sounds: dict[str, tuple[Audio, int]] = {}
        remarks: list[str] = []
        for region in regions:
            file = region["default_path"] + region["sample"].replace("\\", "/")
            region["file"] = file
            if file not in sounds:
                try:
                    sounds[file] = one_shot_audio(path.parent / file, file)
                except UnreadableAudio as problem:
                    remarks.append(str(problem))
        by_key: dict[int, list[Region]] = {}
        for region in regions:
            if region["file"] in sounds:
                by_key.setdefault(_note(region.get("key", region.get("lokey", "60"))), []).append(region)
        return kit_of(path.stem, [_drum(key, found) for key, found in by_key.items()], sounds, tuple(remarks))


def parse(text: str) -> list[Region]:
    """The regions, each with the opcodes of its global, group and control headers."""
    levels: dict[str, Region] = {"control": {}, "global": {}, "master": {}, "group": {}}
    found: list[Region] = []
    current: Region = {}
    for line in text.splitlines():
        plain = line.split("//")[0]
        if plain.lstrip().startswith("#"):
            continue  # includes and definitions are beyond a drum kit
        parts = _HEADER.split(plain)
        _assign(current, parts[0])
        for header, opcodes in zip(parts[1::2], parts[2::2], strict=True):
            current = _opened(header, levels, found)
            _assign(current, opcodes)
    return found


def _opened(header: str, levels: dict[str, Region], found: list[Region]) -> Region:
    """The opcodes that a header begins."""
    if header == "region":
        path = levels["control"].get("default_path", "").replace("\\", "/")
        found.append({"default_path": path, **levels["global"], **levels["master"], **levels["group"]})
        return found[-1]
    if header in ("global", "master"):
        levels["group"] = {}
    levels[header] = {}
    return levels[header]


def _assign(region: Region, text: str) -> None:
    region.update((name.lower(), value.strip()) for name, value in _OPCODE.findall(text))


def _drum(key: int, regions: list[Region]) -> Drum:
    turned = sorted(regions, key=lambda region: (_number(region, "lovel", 1), _number(region, "seq_position", 1)))
    recordings = tuple(_recording(region) for region in turned)
    first = turned[0]
    centre = _note(first.get("pitch_keycenter", "60"))
    semitones = _number(first, "transpose", 0) + _number(first, "tune", _number(first, "pitch", 0)) / 100 + key - centre
    values: dict[str, object] = {"pan": max(-1.0, min(1.0, _number(first, "pan", 0) / 100)),
                                 "pitch_semitones": max(-24.0, min(24.0, semitones)),
                                 "attack_s": min(60.0, max(0.0, _number(first, "ampeg_attack", 0)))}
    if _number(first, "ampeg_sustain", 100) == 0 and _number(first, "ampeg_decay", 0) > 0:
        values["decay_s"] = min(60.0, _number(first, "ampeg_decay", 0))
    if _number(first, "cutoff", 0) > 0:
        values["cutoff_hz"] = max(20.0, min(20000.0, _number(first, "cutoff", 0)))
    group = int(_number(first, "off_by", _number(first, "offby", 0)))
    if group:
        values["choke_group"] = (group - 1) % 16
    return Drum(Path(first["file"]).stem, recordings, key, values)


def _recording(region: Region) -> Recording:
    softest, volume_db = _number(region, "lovel", 1), _number(region, "volume", 0)
    return Recording(region["file"], 0.0 if softest <= 1 else min(1.0, softest / 127),
                     10.0 ** (min(-QUIETEST_DB, max(QUIETEST_DB, volume_db)) / 20))


def _number(region: Region, name: str, otherwise: float) -> float:
    try:
        value = float(region.get(name, otherwise))
    except ValueError:
        return otherwise
    return value if math.isfinite(value) else otherwise


def _note(text: str) -> int:
    """A key as SFZ writes it, 60 or c4 (middle C); 60 where it is neither."""
    named = re.fullmatch(r"([a-g])([#b]?)(-?\d{1,2})", text.strip().lower())
    if named:
        letter, sign, octave = named.groups()
        note = _NOTES[letter] + {"#": 1, "b": -1, "": 0}[sign] + 12 * (int(octave) + 1)
    else:
        note = int(text) if re.fullmatch(r"-?\d{1,4}", text.strip()) else 60
    return max(0, min(127, note))
