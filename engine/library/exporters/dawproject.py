"""The music for a DAW: NAME.dawproject, with tempo, metre, the notes of each drum and its stem (Bitwig, Cubase, Studio
One). The format is Bitwig's DAWproject 1.0, a zip of two XML documents and the audio."""

import tempfile
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import ClassVar

import numpy as np

from engine.core.kit import gm_note
from engine.core.loop import Audio
from engine.core.timeline import PPQN
from engine.library.export_settings import AdjustableExporter
from engine.library.exporters.stems import loop_marks
from engine.library.exporting import file_name
from engine.library.files import free_path
from engine.library.kits.decomposition import StoredDecomposition
from engine.library.losses import Feature
from engine.library.midi_file import DRUM_CHANNEL
from engine.library.strokes import Stroke, all_strokes
from engine.library.wav_file import full_scale_gain, write_marked_wav


@dataclass(frozen=True)
class DawProject(AdjustableExporter):
    """NAME.dawproject: a track of notes for each drum, and an audio track for each stem, or for the loop."""

    name: ClassVar[str] = "dawproject"
    cannot_hold: ClassVar[tuple[Feature, ...]] = (Feature.CHANCE, Feature.FILLS, Feature.STEP_SOUND,
                                                  Feature.WHOLE_CYCLE)

    def export(self, stored: StoredDecomposition, folder: Path) -> list[Path]:
        """Write it. Raises InvalidValue when hits as heard are wanted and there are none."""
        end, played = all_strokes(stored, self.settings.heard)
        audio = {file_name(name): sound for name, sound in {**(stored.stems or {"loop": stored.loop}),
                 **({} if stored.residual is None else {"residual": stored.residual})}.items()}
        documents = {"metadata.xml": _metadata(stored), "project.xml": self._project(stored, end, played, audio)}
        path = free_path(folder, file_name(stored.kit.name), ".dawproject")
        gain = np.float32(full_scale_gain(self.settings, *audio.values()))
        with tempfile.TemporaryDirectory() as scratch, zipfile.ZipFile(path, "x", zipfile.ZIP_DEFLATED) as archive:
            for name, document in documents.items():
                archive.writestr(name, ET.tostring(document, encoding="utf-8", xml_declaration=True))
            for name, sound in audio.items():
                wav = Path(scratch) / f"{name}.wav"
                write_marked_wav(wav, gain * sound, stored.sample_rate, self.settings, loop_marks(stored))
                archive.write(wav, f"audio/{name}.wav")
        return [path]

    def _project(self, stored: StoredDecomposition, end: int, played: dict[str, list[Stroke]],
                 audio: dict[str, Audio]) -> ET.Element:
        ids = (f"id{number}" for number in count())
        root = ET.Element("Project", version="1.0")
        ET.SubElement(root, "Application", name="Tao", version="0.1")
        transport = ET.SubElement(root, "Transport")
        ET.SubElement(transport, "Tempo", unit="bpm", value=_number(stored.tempo_bpm), id=next(ids))
        ET.SubElement(transport, "TimeSignature", numerator=str(stored.pattern.time_signature[0]),
                      denominator=str(stored.pattern.time_signature[1]),
                      id=next(ids))
        structure, arrangement = ET.SubElement(root, "Structure"), ET.SubElement(root, "Arrangement", id=next(ids))
        lanes = ET.SubElement(arrangement, "Lanes", timeUnit="beats", id=next(ids))
        master = next(ids)
        for name, strokes in played.items():
            track = _track(structure, name, "notes", master, ids)
            clip = _clip(lanes, track, name, end / PPQN, ids)
            _notes(ET.SubElement(clip, "Notes", id=next(ids)), stored, strokes)
        for name, sound in audio.items():
            track = _track(structure, f"{name} audio", "audio", master, ids)
            clip = _clip(lanes, track, name, stored.pattern.beats, ids)
            self._warped(clip, f"audio/{name}.wav", stored, sound, ids)
        mixer = ET.SubElement(structure, "Track", name="Master", contentType="audio notes", loaded="true", id=next(ids))
        ET.SubElement(mixer, "Channel", audioChannels="2", role="master", solo="false", id=master)
        return root

    def _warped(self, clip: ET.Element, path: str, stored: StoredDecomposition, sound: Audio,
                ids: Iterator[str]) -> None:
        """The audio in the clip, stretched with the tempo."""
        length_s = len(sound) / stored.sample_rate
        rate, channels = self.settings.sample_rate or stored.sample_rate, 1 if self.settings.mono else 2
        warps = ET.SubElement(clip, "Warps", contentTimeUnit="seconds", timeUnit="beats", id=next(ids))
        audio = ET.SubElement(warps, "Audio", algorithm="stretch", channels=str(channels), duration=_number(length_s),
                              sampleRate=str(rate), id=next(ids))
        ET.SubElement(audio, "File", path=path)
        ET.SubElement(warps, "Warp", time="0.0", contentTime="0.0")
        ET.SubElement(warps, "Warp", time=_number(stored.pattern.beats), contentTime=_number(length_s))


def _metadata(stored: StoredDecomposition) -> ET.Element:
    root = ET.Element("MetaData")
    ET.SubElement(root, "Title").text = stored.kit.name
    if stored.source.licence:
        ET.SubElement(root, "Copyright").text = stored.source.licence
    ET.SubElement(root, "Comment").text = f"Extracted by Tao from {stored.source.name}."
    return root


def _track(structure: ET.Element, name: str, content: str, master: str, ids: Iterator[str]) -> str:
    """Add a track with its mixer channel; the track's id."""
    found = next(ids)
    track = ET.SubElement(structure, "Track", name=name, contentType=content, loaded="true", id=found)
    channel = ET.SubElement(track, "Channel", audioChannels="2", destination=master, role="regular", solo="false",
                            id=next(ids))
    ET.SubElement(channel, "Volume", unit="linear", value="1.0", min="0.0", max="2.0", id=next(ids))
    return found


def _clip(lanes: ET.Element, track: str, name: str, beats: float, ids: Iterator[str]) -> ET.Element:
    lane = ET.SubElement(lanes, "Lanes", track=track, id=next(ids))
    clips = ET.SubElement(lane, "Clips", id=next(ids))
    return ET.SubElement(clips, "Clip", name=name, time="0.0", duration=_number(beats), playStart="0.0")


def _notes(notes: ET.Element, stored: StoredDecomposition, strokes: list[Stroke]) -> None:
    for stroke in strokes:
        shot = stored.kit.one_shots.get(stroke.sound)
        ET.SubElement(notes, "Note", time=_number(stroke.tick / PPQN), duration=_number(stroke.length / PPQN),
                      channel=str(DRUM_CHANNEL), key=str(shot.midi_note if shot else gm_note(stroke.sound)),
                      vel=_number(stroke.velocity), rel=_number(stroke.velocity))


def _number(value: float) -> str:
    return repr(round(float(value), 9))
