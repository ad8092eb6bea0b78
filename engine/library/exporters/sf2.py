"""The kit as a SoundFont 2.04: NAME.sf2, a drum kit on bank 128 with a zone for each recording.

Level, pan, pitch, envelope and filter are in the samples; velocity is made linear by a modulator, because SoundFont's
own curve is steeper than Tao's. See the SoundFont 2.04 specification (Creative, 2006), sections 6 to 8.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, NamedTuple

import numpy as np

from engine.core.kit import OneShot
from engine.core.loop import Audio
from engine.library.export_settings import AdjustableExporter
from engine.library.exporting import file_name
from engine.library.files import free_path
from engine.library.kits.decomposition import StoredDecomposition
from engine.library.losses import Feature
from engine.library.sounds import as_played, midi_velocities
from engine.library.wav_file import full_scale_gain

DRUM_BANK = 128
PAN, RELEASE, INSTRUMENT, KEYS, VELOCITIES, SAMPLE, EXCLUSIVE, ROOT = 17, 38, 41, 43, 44, 53, 57, 58
LONGEST_RELEASE = 8000  # timecents, 100 s: a drum rings on when its note ends
VELOCITY_TO_ATTENUATION, ATTENUATION, LINEAR_CENTIBELS = 0x0502, 48, 480
VELOCITY_TO_FILTER, FILTER, SWITCH = 0x0102, 8, 0x0D02
GAP_FRAMES = 46  # of silence after each sample, says the specification


class Zone(NamedTuple):
    """A recording as it sounds at full velocity, the MIDI velocities that play it, and its one-shot."""

    name: str
    audio: Audio
    lowest: int
    highest: int
    shot: OneShot


@dataclass(frozen=True)
class SoundFont(AdjustableExporter):
    """NAME.sf2; with 24 bits or more it has the lower bytes too."""

    name: ClassVar[str] = "sf2"
    needs_sounds: ClassVar[bool] = True
    cannot_hold: ClassVar[tuple[Feature, ...]] = (Feature.TURNS,)

    def export(self, stored: StoredDecomposition, folder: Path) -> list[Path]:
        """Write it. Of recordings that take turns, the first is written."""
        zones = _zones(stored)
        gain = full_scale_gain(self.settings, *(zone.audio for zone in zones))
        words = [np.clip(np.round(gain * side * (1 << 23)), -(1 << 23), (1 << 23) - 1).astype(np.int32)
                 for zone in zones for side in zone.audio.T]
        path = free_path(folder, file_name(stored.kit.name), ".sf2")
        body = _list(b"INFO", _info(stored)) + _list(b"sdta", self._samples(words)) \
            + _list(b"pdta", _articulation(stored, zones, words))
        path.write_bytes(_chunk(b"RIFF", b"sfbk" + body))
        return [path]

    def _samples(self, words: list[np.ndarray]) -> bytes:
        silence = np.zeros(GAP_FRAMES, np.int32)
        whole = np.concatenate([part for word in words for part in (word, silence)] or [silence])
        low = _chunk(b"sm24", (whole & 0xFF).astype(np.uint8).tobytes()) if self.settings.bits > 16 else b""
        return _chunk(b"smpl", (whole >> 8).astype("<i2").tobytes()) + low


def _zones(stored: StoredDecomposition) -> list[Zone]:
    return [Zone(track, as_played(stored.samples[layers[0].sample], shot, layers[0], stored.sample_rate), *reach, shot)
            for track, shot in stored.kit.one_shots.items() for low, high, layers in shot.zones
            if (reach := midi_velocities(low, high)) is not None]


def _info(stored: StoredDecomposition) -> bytes:
    licence = stored.source.licence
    texts = {b"isng": "EMU8000", b"INAM": stored.kit.name, b"ISFT": "Tao", **({b"ICOP": licence} if licence else {})}
    return _chunk(b"ifil", struct.pack("<HH", 2, 4)) + b"".join(
        _chunk(name, _text(text, (min(len(text), 250) + 2) // 2 * 2)) for name, text in texts.items())


def _articulation(stored: StoredDecomposition, zones: list[Zone], words: list[np.ndarray]) -> bytes:
    """The nine tables: one preset, one instrument, two zones (left, right) for each recording."""
    name = _text(stored.kit.name, 20)
    presets = struct.pack("<20sHHHIII", name, 0, DRUM_BANK, 0, 0, 0, 0) \
        + struct.pack("<20sHHHIII", b"EOP", 0, 0, 1, 0, 0, 0)
    modulators = [(VELOCITY_TO_ATTENUATION, ATTENUATION, LINEAR_CENTIBELS, 0, 0),
                  (VELOCITY_TO_FILTER, FILTER, 0, SWITCH, 0), (0, 0, 0, 0, 0)]
    bags = [(0, 0)]  # the first zone is global: it has the modulators alone
    generators: list[tuple[int, int]] = []
    for number in range(2 * len(zones)):
        bags.append((len(generators), len(modulators) - 1))
        generators += _generators(zones[number // 2], number)
    bags.append((len(generators), len(modulators) - 1))
    tables = {
        b"phdr": presets, b"pbag": struct.pack("<HHHH", 0, 0, 1, 0), b"pmod": bytes(10),
        b"pgen": struct.pack("<HHHH", INSTRUMENT, 0, 0, 0),
        b"inst": struct.pack("<20sH", name, 0) + struct.pack("<20sH", b"EOI", len(bags) - 1),
        b"ibag": b"".join(struct.pack("<HH", *bag) for bag in bags),
        b"imod": b"".join(struct.pack("<HHhHH", *modulator) for modulator in modulators),
        b"igen": b"".join(struct.pack("<HH", *pair) for pair in [*generators, (0, 0)]),
        b"shdr": _headers(stored, zones, words)}
    return b"".join(_chunk(kind, table) for kind, table in tables.items())


def _generators(zone: Zone, number: int) -> list[tuple[int, int]]:
    """What one side of a recording plays: its key and velocities first, its sample last, as the format wants it."""
    note, group = zone.shot.midi_note, zone.shot.choke_group
    pan = -500 if number % 2 == 0 else 500
    found = [(KEYS, note << 8 | note), (VELOCITIES, zone.highest << 8 | zone.lowest), (PAN, pan & 0xFFFF),
             (RELEASE, LONGEST_RELEASE), (ROOT, note)]
    return found + ([] if group is None else [(EXCLUSIVE, group + 1)]) + [(SAMPLE, number)]


def _headers(stored: StoredDecomposition, zones: list[Zone], words: list[np.ndarray]) -> bytes:
    out, start = b"", 0
    for number, word in enumerate(words):
        end, other, kind = start + len(word), number ^ 1, (4, 2)[number % 2]
        out += struct.pack("<20sIIIIIBbHH", _text(f"{zones[number // 2].name} {number}{'LR'[number % 2]}", 20), start,
                           end, start, end, stored.sample_rate, zones[number // 2].shot.midi_note, 0, other, kind)
        start = end + GAP_FRAMES
    return out + struct.pack("<20sIIIIIBbHH", b"EOS", 0, 0, 0, 0, 0, 0, 0, 0, 0)


def _text(text: str, size: int) -> bytes:
    return text.encode("ascii", "replace")[: size - 1].ljust(size, b"\0")


def _list(kind: bytes, content: bytes) -> bytes:
    return _chunk(b"LIST", kind + content)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
