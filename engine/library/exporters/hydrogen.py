"""The kit as a Hydrogen drumkit: NAME.h2drumkit, a gzipped tar of one folder with drumkit.xml and the samples.

The elements and their order are those of Hydrogen's own schema (data/xsd/drumkit.xsd in Hydrogen 1.2). Envelope and
filter are in the samples, because Hydrogen's are not Tao's.
"""

import io
import tarfile
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from engine.core.kit import OneShot
from engine.core.loop import Audio
from engine.library.export_settings import AdjustableExporter, ExportSettings
from engine.library.exporting import file_name, recording_names
from engine.library.files import free_path
from engine.library.kits.decomposition import StoredDecomposition
from engine.library.losses import Feature
from engine.library.sounds import shaped
from engine.library.wav_file import full_scale_gain, write_marked_wav

NAMESPACE = "http://www.hydrogen-music.org/drumkit"
RELEASE_FRAMES = 256  # the shortest that Hydrogen reads: how a choked drum ends


@dataclass(frozen=True)
class Hydrogen(AdjustableExporter):
    """NAME.h2drumkit."""

    name: ClassVar[str] = "hydrogen"
    needs_sounds: ClassVar[bool] = True
    cannot_hold: ClassVar[tuple[Feature, ...]] = (Feature.SELF_CHOKING,)

    def export(self, stored: StoredDecomposition, folder: Path) -> list[Path]:
        """Write it."""
        path = free_path(folder, file_name(stored.kit.name), ".h2drumkit")
        top = file_name(stored.kit.name)
        document = ET.tostring(drumkit(stored, self.settings), encoding="utf-8", xml_declaration=True)
        with tempfile.TemporaryDirectory() as scratch, tarfile.open(path, "x:gz") as archive:
            head = tarfile.TarInfo(f"{top}/drumkit.xml")
            head.size = len(document)
            archive.addfile(head, io.BytesIO(document))
            for track, shot in stored.kit.one_shots.items():
                gain = np.float32(sample_gain(stored, shot, self.settings))
                for name, sound in _recordings(stored, track, shot).items():
                    write_marked_wav(Path(scratch) / name, gain * sound, stored.sample_rate, self.settings)
                    archive.add(Path(scratch) / name, f"{top}/{name}")
        return [path]


def drumkit(stored: StoredDecomposition, settings: ExportSettings) -> ET.Element:
    """The document drumkit.xml."""
    root = ET.Element("drumkit_info", xmlns=NAMESPACE)
    licence = stored.source.licence or "undefined license"
    info = f"Extracted by Tao from {stored.source.name}, {stored.tempo_bpm:.2f} BPM."
    add(root, name=stored.kit.name, author="Tao", info=info, license=licence, image="", imageLicense=licence)
    root.append(components())
    root.append(instruments(stored, settings))
    return root


def components() -> ET.Element:
    """The one mixer channel that all instruments share."""
    found = ET.Element("componentList")
    add(ET.SubElement(found, "drumkitComponent"), id=0, name="Main", volume=1.0)
    return found


def instruments(stored: StoredDecomposition, settings: ExportSettings, **extra: object) -> ET.Element:
    """An instrument for each one-shot, numbered from 0; `extra` elements follow its name."""
    found = ET.Element("instrumentList")
    for number, (track, shot) in enumerate(stored.kit.one_shots.items()):
        _instrument(ET.SubElement(found, "instrument"), number, track, shot, sample_gain(stored, shot, settings), extra)
    return found


def sample_gain(stored: StoredDecomposition, shot: OneShot, settings: ExportSettings) -> float:
    """The gain written into a one-shot's samples: 1 unless one of them is above full scale."""
    return full_scale_gain(settings, *(shaped(stored.samples[sample], shot, stored.sample_rate)
                                       for sample in shot.samples))


def add(element: ET.Element, **children: object) -> None:
    """Add an element with a text for each keyword."""
    add_all(element, children)


def add_all(element: ET.Element, children: Mapping[str, object]) -> None:
    """Add an element with a text for each pair."""
    for tag, value in children.items():
        text = str(value).lower() if isinstance(value, bool) else str(value)
        ET.SubElement(element, tag).text = text


def _recordings(stored: StoredDecomposition, track: str, shot: OneShot) -> dict[str, Audio]:
    return {name: shaped(stored.samples[sample], shot, stored.sample_rate)
            for sample, name in recording_names(track, shot).items()}


def _instrument(element: ET.Element, number: int, track: str, shot: OneShot, written_gain: float,
                extra: Mapping[str, object]) -> None:
    turns = any(len(layers) > 1 for _, _, layers in shot.zones)
    add(element, id=number, name=track)
    add_all(element, extra)
    add(element, volume=1.0, isMuted=False, isSoloed=False, pan_L=min(1.0, 1.0 - shot.pan),
        pan_R=min(1.0, 1.0 + shot.pan), pitchOffset=0.0, randomPitchFactor=0.0, gain=shot.gain, applyVelocity=True,
        filterActive=False, filterCutoff=1.0, filterResonance=0.0, Attack=0, Decay=0, Sustain=1.0,
        Release=RELEASE_FRAMES, muteGroup=-1 if shot.choke_group is None else shot.choke_group, midiOutChannel=-1,
        midiOutNote=shot.midi_note, isStopNote=False,
        sampleSelectionAlgo="ROUND_ROBIN" if turns else "VELOCITY", isHihat=-1, lower_cc=0, higher_cc=127)
    part = ET.SubElement(element, "instrumentComponent")
    add(part, component_id=0, gain=1.0)
    names = recording_names(track, shot)
    for low, high, layers in shot.zones:
        for layer in (*layers[-1:], *layers[:-1]):  # Hydrogen's first turn is the second layer
            add(ET.SubElement(part, "layer"), filename=names[layer.sample], min=low, max=high,
                gain=layer.gain / written_gain, pitch=shot.pitch_semitones)
