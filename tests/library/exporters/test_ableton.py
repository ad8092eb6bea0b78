"""A drum rack is well-formed, and names its samples, notes, velocities and choke groups."""

import gzip
import xml.etree.ElementTree as ET
from pathlib import Path

import soundfile

from engine.library.export_settings import ExportSettings
from engine.library.exporters.ableton import AbletonRack
from tests.library.values import rich_decomposition


def made(folder: Path, settings: ExportSettings) -> tuple[Path, ET.Element]:
    (into,) = AbletonRack().with_settings(settings).export(rich_decomposition(), folder)
    return into, ET.fromstring(gzip.decompress((into / "rich.adg").read_bytes()))


def value(element: ET.Element, path: str) -> str:
    found = element.find(path)
    assert found is not None, path
    return found.attrib["Value"]


def test_each_drum_is_a_pad_on_its_note_with_its_choke_group(tmp_path: Path) -> None:
    _, root = made(tmp_path, ExportSettings())
    assert root.tag == "Ableton" and root[0].tag == "GroupDevicePreset"
    pads = root.findall("GroupDevicePreset/BranchPresets/DrumBranchPreset")
    assert [(value(pad, "Name"), value(pad, "ZoneSettings/ReceivingNote"), value(pad, "ZoneSettings/ChokeGroup"))
            for pad in pads] == [("kick", "92", "0"), ("hihat", "86", "2")]
    assert [pad.find(".//Device")[0].tag for pad in pads] == ["MultiSampler", "OriginalSimpler"]


def test_velocities_choose_samples_that_lie_beside_it(tmp_path: Path) -> None:
    into, root = made(tmp_path, ExportSettings(sample_rate=44100))
    parts = [(value(part, "SampleRef/FileRef/RelativePath"), value(part, "VelocityRange/Min"),
              value(part, "VelocityRange/Max")) for part in root.iter("MultiSamplePart")]
    assert parts == [("Samples/kick.wav", "1", "101"), ("Samples/kick.2.wav", "102", "127"),
                     ("Samples/hihat.wav", "1", "127")]
    for part in root.iter("MultiSamplePart"):
        info = soundfile.info(into / value(part, "SampleRef/FileRef/RelativePath"))
        assert int(value(part, "SampleEnd")) == info.frames and info.samplerate == 44100


def test_it_is_experimental_and_says_what_it_cannot_hold() -> None:
    assert AbletonRack.experimental and [feature.name for feature in AbletonRack.cannot_hold] == ["TURNS"]
