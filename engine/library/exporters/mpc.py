"""The kit as an Akai MPC drum program: NAME mpc/NAME.xpm and its samples, as they sound in the kit.

Experimental: it has the elements that MPC software 2 writes for a drum program, and nothing that could read it has been
run on it. A pad has at most four layers.
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
from engine.library.losses import Feature
from engine.library.sounds import midi_velocities
from engine.library.wav_file import Marks, full_scale_gain, write_marked_wav

PADS, MOST_LAYERS = 128, 4


@dataclass(frozen=True)
class MpcProgram(AdjustableExporter):
    """NAME mpc/."""

    name: ClassVar[str] = "mpc"
    needs_sounds: ClassVar[bool] = True
    experimental: ClassVar[bool] = True
    cannot_hold: ClassVar[tuple[Feature, ...]] = (Feature.TURNS,)

    def export(self, stored: StoredDecomposition, folder: Path) -> list[Path]:
        """Write it, all samples at one gain. Of recordings that take turns, the first is written."""
        name = file_name(stored.kit.name)
        into = free_path(folder, f"{name} mpc")
        into.mkdir()
        sounds = {file: (sound, shot) for track, shot in stored.kit.one_shots.items()
                  for file, sound in played_recordings(stored, track, shot).items()}
        gain = np.float32(full_scale_gain(self.settings, *(sound for sound, _ in sounds.values())))
        for file, (sound, shot) in sounds.items():
            write_marked_wav(into / file, gain * sound, stored.sample_rate, self.settings,
                             Marks(root_note=shot.midi_note, one_shot=True))
        lengths = {file: len(sound) for file, (sound, _) in sounds.items()}
        document = ET.tostring(_program(stored, name, lengths), encoding="utf-8", xml_declaration=True)
        (into / f"{name}.xpm").write_bytes(document)
        return [into]


def _program(stored: StoredDecomposition, name: str, lengths: dict[str, int]) -> ET.Element:
    root = ET.Element("MPCVObject")
    version = ET.SubElement(root, "Version")
    _add(version, File_Version="2.1", Application="MPC-V", Application_Version="2.10", Platform="Linux")
    program = ET.SubElement(root, "Program", type="Drum")
    _add(program, ProgramName=name)
    instruments, notes = ET.SubElement(program, "Instruments"), ET.SubElement(program, "PadNoteMap")
    shots = list(stored.kit.one_shots.items())
    for pad in range(PADS):
        instrument = ET.SubElement(instruments, "Instrument", number=str(pad + 1))
        track, shot = shots[pad] if pad < len(shots) else ("", None)
        group = 0 if shot is None or shot.choke_group is None else shot.choke_group + 1
        _add(instrument, Polyphony=0 if not group else 1, OneShot="True", TriggerMode=0, MuteGroup=group, Volume="1.0",
             Pan="0.5", Mono="False")
        layers = ET.SubElement(instrument, "Layers")
        if shot is not None:
            _add_layers(layers, track, shot, lengths)
            _add(ET.SubElement(notes, "PadNote", number=str(pad + 1)), Note=shot.midi_note)
    return root


def _add_layers(layers: ET.Element, track: str, shot: OneShot, lengths: dict[str, int]) -> None:
    names = recording_names(track, shot)
    zones = [(names[zone[0].sample], reach) for low, high, zone in shot.zones
             if (reach := midi_velocities(low, high)) is not None]
    for number, (file, (lowest, highest)) in enumerate(zones[-MOST_LAYERS:], 1):
        layer = ET.SubElement(layers, "Layer", number=str(number))
        _add(layer, Active="True", Volume="1.0", Pan="0.5", Pitch="0.0", TuneCoarse=0, TuneFine=0, VelStart=lowest,
             VelEnd=highest, SampleStart=0, SampleEnd=lengths[file], Loop="False", RootNote=0, KeyTrack="False",
             SampleName=Path(file).stem, SampleFile=file)


def _add(element: ET.Element, **children: object) -> None:
    for tag, value in children.items():
        ET.SubElement(element, tag).text = str(value)
