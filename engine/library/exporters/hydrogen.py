"""The kit as a Hydrogen drumkit: NAME.h2drumkit, a gzipped tar of one folder with drumkit.xml and the samples.

The elements and their order are those of the kit schema of Hydrogen 1.0 (data/xsd/drumkit.xsd), which later
versions read.
"""

import io
import tarfile
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

from engine.core.kit import OneShot
from engine.library.audio_files import write_wav
from engine.library.decomposition import StoredDecomposition
from engine.library.exporting import file_name, recording_names
from engine.library.files import free_path

NAMESPACE = "http://www.hydrogen-music.org/drumkit"


class Hydrogen:
    """NAME.h2drumkit."""

    name = "hydrogen"

    def export(self, stored: StoredDecomposition, folder: Path) -> list[Path]:
        """Write it."""
        path = free_path(folder, file_name(stored.kit.name), ".h2drumkit")
        top = file_name(stored.kit.name)
        document = ET.tostring(drumkit(stored), encoding="utf-8", xml_declaration=True)
        with tempfile.TemporaryDirectory() as scratch, tarfile.open(path, "x:gz") as archive:
            head = tarfile.TarInfo(f"{top}/drumkit.xml")
            head.size = len(document)
            archive.addfile(head, io.BytesIO(document))
            for track, shot in stored.kit.one_shots.items():
                for sample, name in recording_names(track, shot).items():
                    write_wav(Path(scratch) / name, stored.samples[sample], stored.sample_rate)
                    archive.add(Path(scratch) / name, f"{top}/{name}")
        return [path]


def drumkit(stored: StoredDecomposition) -> ET.Element:
    """The document drumkit.xml."""
    root = ET.Element("drumkit_info", xmlns=NAMESPACE)
    licence = stored.source.licence or "undefined license"
    info = f"Extracted by Tao from {stored.source.name}, {stored.tempo_bpm:.2f} BPM."
    _add(root, name=stored.kit.name, author="Tao", info=info, license=licence, image="", imageLicense=licence)
    component = ET.SubElement(ET.SubElement(root, "componentList"), "drumkitComponent")
    _add(component, id=0, name="Main", volume=1.0)
    instruments = ET.SubElement(root, "instrumentList")
    for number, (track, shot) in enumerate(stored.kit.one_shots.items()):
        _instrument(ET.SubElement(instruments, "instrument"), number, track, shot, stored.sample_rate)
    return root


def _instrument(element: ET.Element, number: int, track: str, shot: OneShot, sample_rate: int) -> None:
    turns = any(len(layers) > 1 for _, _, layers in shot.zones)
    decay = 0 if shot.decay_s is None else round(shot.decay_s * sample_rate)
    _add(element, id=number, name=track, volume=1.0, isMuted=False, pan_L=min(1.0, 1.0 - shot.pan),
         pan_R=min(1.0, 1.0 + shot.pan), randomPitchFactor=0.0, gain=shot.gain, applyVelocity=True,
         filterActive=False, filterCutoff=1.0, filterResonance=0.0, Attack=round(shot.attack_s * sample_rate),
         Decay=decay, Sustain=1.0 if shot.decay_s is None else 0.0, Release=1000,
         muteGroup=-1 if shot.choke_group is None else shot.choke_group, midiOutChannel=-1,
         midiOutNote=shot.midi_note, isStopNote=False,
         sampleSelectionAlgo="ROUND_ROBIN" if turns else "VELOCITY", isHihat=-1, lower_cc=0, higher_cc=127)
    part = ET.SubElement(element, "instrumentComponent")
    _add(part, component_id=0, gain=1.0)
    names = recording_names(track, shot)
    for low, high, layers in shot.zones:
        for layer in layers:
            _add(ET.SubElement(part, "layer"), filename=names[layer.sample], min=low, max=high, gain=layer.gain,
                 pitch=shot.pitch_semitones)


def _add(element: ET.Element, **children: object) -> None:
    for tag, value in children.items():
        text = str(value).lower() if isinstance(value, bool) else str(value)
        ET.SubElement(element, tag).text = text
