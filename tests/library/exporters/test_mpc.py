"""An MPC program names its samples, velocities and mute groups."""

import xml.etree.ElementTree as ET
from pathlib import Path

from engine.library.exporting import export, remark
from tests.library.values import rich_decomposition


def test_each_pad_has_its_layers(tmp_path: Path) -> None:
    (folder,) = export(rich_decomposition(), "mpc", tmp_path)
    program = ET.parse(folder / "rich.xpm").getroot().find("Program")
    pads = [[(layer.findtext("SampleFile"), layer.findtext("VelStart"), layer.findtext("VelEnd"))
             for layer in pad.iter("Layer")] for pad in program.iter("Instrument")]
    assert len(pads) == 128 and pads[2] == []
    assert pads[:2] == [[("kick.wav", "1", "101"), ("kick.2.wav", "102", "127")], [("hihat.wav", "1", "127")]]
    assert [pad.findtext("MuteGroup") for pad in program.iter("Instrument")][:2] == ["0", "2"]
    assert [note.findtext("Note") for note in program.iter("PadNote")] == ["36", "42"]
    assert all((folder / file).exists() for layers in pads for file, _, _ in layers)


def test_it_is_marked_experimental() -> None:
    said = remark(rich_decomposition(), "mpc") or ""
    assert "mpc is experimental" in said and "round robins" in said
