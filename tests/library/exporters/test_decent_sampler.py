"""A DecentSampler preset names its samples, velocities, turns and choke groups."""

import xml.etree.ElementTree as ET
from pathlib import Path

from engine.library.exporting import export, remark
from tests.library.values import rich_decomposition


def test_each_recording_has_its_velocities_and_turn(tmp_path: Path) -> None:
    (folder,) = export(rich_decomposition(), "decentsampler", tmp_path)
    root = ET.parse(folder / "rich.dspreset").getroot()
    groups = [(group.get("seqMode"), group.get("silencedByTags"),
               [(sample.get("path"), sample.get("loVel"), sample.get("hiVel")) for sample in group])
              for group in root.iter("group")]
    assert groups == [
        ("round_robin", None, [("Samples/kick.wav", "1", "101"), ("Samples/kick.1.wav", "1", "101")]),
        (None, None, [("Samples/kick.2.wav", "102", "127")]), (None, "choke1", [("Samples/hihat.wav", "1", "127")])]
    assert all((folder / sample.get("path")).exists() for sample in root.iter("sample"))


def test_it_is_marked_experimental() -> None:
    assert "decentsampler is experimental" in (remark(rich_decomposition(), "decentsampler") or "")
