"""What counts as a unit of the library."""

import os
from pathlib import Path

from engine.library.index.scanning import units


def test_the_second_names_that_a_set_gives_to_takes_and_kits_are_no_units(tmp_path: Path) -> None:
    kit, copy = tmp_path / "takes" / "beat", tmp_path / "sets" / "Friday" / "kits" / "beat"
    kit.mkdir(parents=True)
    copy.mkdir(parents=True)
    (kit / "kit.json").write_text("{}")
    (kit.parent / "take 1.wav").write_bytes(b"RIFF")
    os.link(kit / "kit.json", copy / "kit.json")
    os.link(kit.parent / "take 1.wav", copy.parent.parent / "take 1.wav")
    assert [unit.path for unit in units([tmp_path])] == [kit, kit.parent / "take 1.wav"]


def test_a_set_without_the_originals_counts(tmp_path: Path) -> None:
    for name in ("Friday", "Saturday"):
        kit = tmp_path / "sets" / name / "kits" / "beat"
        kit.mkdir(parents=True)
        (kit / "kit.json").write_text("{}")
    assert len(list(units([tmp_path]))) == 2
