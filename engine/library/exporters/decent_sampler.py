"""The kit for DecentSampler: NAME decentsampler/NAME.dspreset and its samples, as they sound in the kit.

Experimental: it follows the developer's guide (decentsampler-developers-guide.readthedocs.io), and nothing that could
read it has been run on it.
"""

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from engine.core.kit import OneShot
from engine.library.export_settings import AdjustableExporter
from engine.library.exporters.one_shots import played_recordings
from engine.library.exporting import file_name, recording_names
from engine.library.files import free_path
from engine.library.kits.decomposition import StoredDecomposition
from engine.library.sounds import midi_velocities
from engine.library.wav_file import Marks, full_scale_gain, write_marked_wav


@dataclass(frozen=True)
class DecentSampler(AdjustableExporter):
    """NAME decentsampler/."""

    name: ClassVar[str] = "decentsampler"
    needs_sounds: ClassVar[bool] = True
    experimental: ClassVar[bool] = True

    def export(self, stored: StoredDecomposition, folder: Path) -> list[Path]:
        """Write it, all samples at one gain."""
        name = file_name(stored.kit.name)
        into = free_path(folder, f"{name} decentsampler")
        (into / "Samples").mkdir(parents=True)
        root = ET.Element("DecentSampler", minVersion="1.0.0")
        groups = ET.SubElement(root, "groups", ampVelTrack="1.0", attack="0.0", release="30.0", trigger="attack")
        sounds = {(track, file): (sound, shot) for track, shot in stored.kit.one_shots.items()
                  for file, sound in played_recordings(stored, track, shot).items()}
        gain = np.float32(full_scale_gain(self.settings, *(sound for sound, _ in sounds.values())))
        for (_, file), (sound, shot) in sounds.items():
            write_marked_wav(into / "Samples" / file, gain * sound, stored.sample_rate, self.settings,
                             Marks(root_note=shot.midi_note, one_shot=True))
        for track, shot in stored.kit.one_shots.items():
            _add_groups(groups, track, shot)
        (into / f"{name}.dspreset").write_bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))
        return [into]


def _add_groups(groups: ET.Element, track: str, shot: OneShot) -> None:
    """A group for each zone; its samples take turns."""
    names = recording_names(track, shot)
    for low, high, layers in shot.zones:
        reach = midi_velocities(low, high)
        if reach is None:
            continue
        group = ET.SubElement(groups, "group", name=track)
        if len(layers) > 1:
            group.attrib.update(seqMode="round_robin", seqLength=str(len(layers)))
        if shot.choke_group is not None:
            tag = f"choke{shot.choke_group}"
            group.attrib.update(tags=tag, silencedByTags=tag, silencingMode="fast")
        for turn, layer in enumerate(layers, 1):
            note = str(shot.midi_note)
            ET.SubElement(group, "sample", path=f"Samples/{names[layer.sample]}", rootNote=note, loNote=note,
                          hiNote=note, loVel=str(reach[0]), hiVel=str(reach[1]), seqPosition=str(turn))
