"""The pattern for Hydrogen: NAME.h2pattern, or NAME.h2song, which plays it with the drumkit that `hydrogen` exports.

Hydrogen has 48 ticks to a quarter note; what lies between them is a note's `leadlag`, -1 for five ticks earlier
(Hydrogen 1.2, AudioEngine::getLeadLagInTicks). It is never positive here: h2cli renders late notes on the tick. A song
is cut into bars, each a pattern; bars that are alike share one.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, NamedTuple

from engine.core.timeline import PPQN
from engine.library.export_settings import AdjustableExporter
from engine.library.exporters.hydrogen import add, components, instruments
from engine.library.exporting import file_name
from engine.library.files import free_path
from engine.library.kits.decomposition import StoredDecomposition
from engine.library.losses import Feature
from engine.library.strokes import Stroke, all_strokes

NAMESPACE = "http://www.hydrogen-music.org/drumkit_pattern"
TICKS_PER_BEAT, LEAD_LAG_TICKS = 48, 5
TICK = PPQN // TICKS_PER_BEAT
MOST_NOTES = 1000  # of a pattern, says the schema
LONGEST_PATTERN_BEATS = 64


class Note(NamedTuple):
    """A note of Hydrogen: its tick, how much earlier it sounds (-1..0), velocity, pitch in semitones, length in ticks
    (-1 to ring on), instrument and probability."""

    position: int
    leadlag: float
    velocity: float
    pitch: float
    length: int
    instrument: int
    probability: float


@dataclass(frozen=True)
class HydrogenPattern(AdjustableExporter):
    """NAME.h2pattern."""

    name: ClassVar[str] = "hydrogen-pattern"
    cannot_hold: ClassVar[tuple[Feature, ...]] = (Feature.FILLS, Feature.STEP_SHAPE, Feature.WHOLE_CYCLE)

    def export(self, stored: StoredDecomposition, folder: Path) -> list[Path]:
        """Write it: at most 16 bars of 4/4 and 1000 notes, in whole passes."""
        path = free_path(folder, file_name(stored.kit.name), ".h2pattern")
        end, found = notes(stored, self.settings.heard)
        one_pass = stored.pattern.ticks // TICK
        size = min(end // TICK, max(1, LONGEST_PATTERN_BEATS * TICKS_PER_BEAT // one_pass) * one_pass)
        while len(kept := [note for note in found if note.position < size]) > MOST_NOTES \
                and size > one_pass:
            size -= one_pass
        root = ET.Element("drumkit_pattern", xmlns=NAMESPACE)
        add(root, drumkit_name=file_name(stored.kit.name), author="Tao",
            license=stored.source.licence or "undefined license")
        pattern = ET.SubElement(root, "pattern")
        add(pattern, name=stored.kit.name, info="", category="not_categorized", size=size, denominator=4)
        pattern.append(_note_list(kept[:MOST_NOTES]))
        path.write_bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))
        return [path]


@dataclass(frozen=True)
class HydrogenSong(AdjustableExporter):
    """NAME.h2song. Its sounds are those of NAME.h2drumkit, which Hydrogen must have installed."""

    name: ClassVar[str] = "hydrogen-song"
    cannot_hold: ClassVar[tuple[Feature, ...]] = (Feature.FILLS, Feature.STEP_SHAPE, Feature.WHOLE_CYCLE)

    def export(self, stored: StoredDecomposition, folder: Path) -> list[Path]:
        """Write it."""
        path = free_path(folder, file_name(stored.kit.name), ".h2song")
        end, found = notes(stored, self.settings.heard)
        root = ET.Element("song")
        add(root, version="1.2.0", bpm=stored.tempo_bpm, volume=1.0, metronomeVolume=0.5, name=stored.kit.name,
            author="Tao", notes="", license=stored.source.licence or "undefined license", loopEnabled=False,
            patternModeMode=True, playbackTrackFilename="", playbackTrackEnabled=False, playbackTrackVolume=0.0,
            action_mode=0, mode="song", pan_law_type="RATIO_STRAIGHT_POLYGONAL", pan_law_k_norm=1.33333,
            humanize_time=0.0, humanize_velocity=0.0, swing_factor=0.0)
        root.append(components())
        root.append(instruments(stored, self.settings, drumkit=file_name(stored.kit.name), drumkitLookup=1))
        patterns, sequence = _bars(found, end // TICK, stored.pattern.bar_ticks // TICK)
        root.append(patterns)
        ET.SubElement(root, "virtualPatternList")
        root.append(sequence)
        path.write_bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))
        return [path]


def notes(stored: StoredDecomposition, heard: bool) -> tuple[int, list[Note]]:
    """(length in Tao's ticks, all notes by time). A drum that is choked gets the length until it is."""
    end, played = all_strokes(stored, heard)
    numbers = {name: number for number, name in enumerate(stored.kit.one_shots)}
    strokes = sorted((stroke for found in played.values() for stroke in found if stroke.sound in numbers),
                     key=lambda stroke: stroke.tick)
    chokes = {name: shot.choke_group for name, shot in stored.kit.one_shots.items()}
    found = []
    for at, stroke in enumerate(strokes):
        position = min(-(-stroke.tick // TICK), end // TICK - 1)
        own = stored.kit.one_shots[stroke.sound].pitch_semitones
        asked = None if stroke.step is None else stroke.step.overrides.pitch_semitones
        early = min(0.0, (stroke.tick - position * TICK) / (TICK * LEAD_LAG_TICKS))
        found.append(Note(position, early, stroke.velocity, 0.0 if asked is None else asked - own,
                          _length(stroke, strokes[at + 1:], chokes), numbers[stroke.sound],
                          1.0 if stroke.step is None else stroke.step.probability))
    return end, found


def _length(stroke: Stroke, later: Iterable[Stroke], chokes: dict[str, int | None]) -> int:
    group = chokes[stroke.sound]
    if group is None:
        return -1
    until = next((other.tick for other in later if chokes[other.sound] == group and other.tick > stroke.tick), None)
    return -1 if until is None else max(1, (until - stroke.tick) // TICK)


def _note_list(notes: Iterable[Note]) -> ET.Element:
    found = ET.Element("noteList")
    for note in notes:
        add(ET.SubElement(found, "note"), position=note.position, leadlag=note.leadlag, velocity=note.velocity, pan=0.0,
            pitch=note.pitch, key="C0", length=note.length, instrument=note.instrument, note_off=False,
            probability=note.probability)
    return found


def _bars(notes: list[Note], end: int, bar: int) -> tuple[ET.Element, ET.Element]:
    """The patterns of a song and their order: one for each bar that differs from those before it."""
    patterns, sequence = ET.Element("patternList"), ET.Element("patternSequence")
    known: dict[tuple[int, tuple[Note, ...]], str] = {}
    for start in range(0, end, bar):
        size = min(bar, end - start)
        inside = tuple(note._replace(position=note.position - start) for note in notes
                       if start <= note.position < start + size)
        if (size, inside) not in known:
            known[size, inside] = f"bar {start // bar + 1}"
            pattern = ET.SubElement(patterns, "pattern")
            add(pattern, name=known[size, inside], category="not_categorized", size=size, denominator=4, info="")
            pattern.append(_note_list(inside))
        add(ET.SubElement(sequence, "group"), patternID=known[size, inside])
    return patterns, sequence
