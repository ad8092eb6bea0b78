"""The kit as an Ableton Live drum rack: NAME ableton/NAME.adg, gzipped XML, and its samples in Samples/.

Experimental: Ableton does not publish the format. The elements are those that Live 11 is known to write for a drum
rack of Simplers (one sample) and Samplers (several, by velocity); Live fills in what is missing. Nothing that could
read it has been run on it. Level, pan, pitch, envelope and filter are in the samples.
"""

import gzip
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from engine.core.kit import OneShot
from engine.core.loop import Audio
from engine.library.export_settings import AdjustableExporter
from engine.library.exporters.one_shots import played_recordings
from engine.library.exporting import file_name, recording_names
from engine.library.files import free_path
from engine.library.kits.decomposition import StoredDecomposition
from engine.library.losses import Feature
from engine.library.sounds import midi_velocities
from engine.library.wav_file import Marks, full_scale_gain, write_marked_wav

HIGHEST_NOTE = 128  # pads are counted down from it
ROOT_KEY = 60
SAMPLES, RELATIVE_TO_PRESET = "Samples", 1
MOST_CHOKE_GROUPS = 16


@dataclass(frozen=True)
class AbletonRack(AdjustableExporter):
    """NAME ableton/."""

    name: ClassVar[str] = "ableton"
    needs_sounds: ClassVar[bool] = True
    experimental: ClassVar[bool] = True
    cannot_hold: ClassVar[tuple[Feature, ...]] = (Feature.TURNS,)

    def export(self, stored: StoredDecomposition, folder: Path) -> list[Path]:
        """Write it, all samples at one gain. Of recordings that take turns, the first is written."""
        name = file_name(stored.kit.name)
        into = free_path(folder, f"{name} ableton")
        (into / SAMPLES).mkdir(parents=True)
        sounds = {file: (sound, shot) for track, shot in stored.kit.one_shots.items()
                  for file, sound in played_recordings(stored, track, shot).items()}
        gain = np.float32(full_scale_gain(self.settings, *(sound for sound, _ in sounds.values())))
        for file, (sound, shot) in sounds.items():
            write_marked_wav(into / SAMPLES / file, gain * sound, stored.sample_rate, self.settings,
                             Marks(root_note=shot.midi_note, one_shot=True))
        rate = self.settings.sample_rate or stored.sample_rate
        lengths = {file: _frames(sound, stored.sample_rate, rate) for file, (sound, _) in sounds.items()}
        document = ET.tostring(_preset(stored, name, lengths, rate), encoding="utf-8", xml_declaration=True)
        (into / f"{name}.adg").write_bytes(gzip.compress(document, mtime=0))
        return [into]


def _frames(sound: Audio, sample_rate: int, rate: int) -> int:
    return max(1, round(len(sound) * rate / sample_rate))


def _preset(stored: StoredDecomposition, name: str, lengths: dict[str, int], sample_rate: int) -> ET.Element:
    root = ET.Element("Ableton", MajorVersion="5", MinorVersion="11.0_11202", SchemaChangeCount="3", Creator="Tao",
                      Revision="")
    preset = ET.SubElement(root, "GroupDevicePreset")
    rack = ET.SubElement(ET.SubElement(preset, "Device"), "DrumGroupDevice", Id="0")
    _add(rack, UserName=name)
    ET.SubElement(rack, "Branches")
    branches = ET.SubElement(preset, "BranchPresets")
    for number, (track, shot) in enumerate(stored.kit.one_shots.items()):
        branch = ET.SubElement(branches, "DrumBranchPreset", Id=str(number))
        _add(branch, Name=track, IsSoloed="false")
        devices = ET.SubElement(ET.SubElement(branch, "DevicePresets"), "AbletonDevicePreset", Id="0")
        _sampler(ET.SubElement(devices, "Device"), track, shot, lengths, sample_rate)
        group = 0 if shot.choke_group is None else shot.choke_group % MOST_CHOKE_GROUPS + 1
        _add(ET.SubElement(branch, "ZoneSettings"), ReceivingNote=HIGHEST_NOTE - shot.midi_note, SendingNote=ROOT_KEY,
             ChokeGroup=group)
    return root


def _sampler(device: ET.Element, track: str, shot: OneShot, lengths: dict[str, int], sample_rate: int) -> None:
    """A Simpler for one recording, a Sampler for several."""
    names = recording_names(track, shot)
    zones = [(names[layers[0].sample], reach) for low, high, layers in shot.zones
             if (reach := midi_velocities(low, high)) is not None]
    sampler = ET.SubElement(device, "OriginalSimpler" if len(zones) == 1 else "MultiSampler", Id="0")
    player = ET.SubElement(sampler, "Player")
    parts = ET.SubElement(ET.SubElement(player, "MultiSampleMap"), "SampleParts")
    for number, (file, (lowest, highest)) in enumerate(zones):
        part = ET.SubElement(parts, "MultiSamplePart", Id=str(number))
        _add(part, Name=Path(file).stem)
        _range(part, "KeyRange", 0, 127)
        _range(part, "VelocityRange", lowest, highest)
        _add(part, RootKey=ROOT_KEY, Detune=0, TuneScale=100, Panorama=0, Volume=1, SampleStart=0,
             SampleEnd=lengths[file])
        reference = ET.SubElement(part, "SampleRef")
        _add(ET.SubElement(reference, "FileRef"), RelativePathType=RELATIVE_TO_PRESET,
             RelativePath=f"{SAMPLES}/{file}", Type=1)
        _add(reference, DefaultDuration=lengths[file], DefaultSampleRate=sample_rate)
    velocity = ET.SubElement(ET.SubElement(sampler, "VolumeAndPan"), "VolumeVelScale")
    _add(velocity, Manual=1)  # velocity is a gain in Tao


def _range(part: ET.Element, tag: str, lowest: int, highest: int) -> None:
    _add(ET.SubElement(part, tag), Min=lowest, Max=highest, CrossfadeMin=lowest, CrossfadeMax=highest)


def _add(element: ET.Element, **children: object) -> None:
    """Add an element with a Value for each keyword, as Live writes every setting."""
    for tag, value in children.items():
        ET.SubElement(element, tag, Value=str(value))
