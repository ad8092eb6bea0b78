"""What a take was made from is read back; a damaged or foreign note says nothing."""

from pathlib import Path

import pytest

from engine.library.kits.lineage import Lineage, made_from, write_lineage


def test_what_a_take_was_made_from_is_read_back(tmp_path: Path) -> None:
    write_lineage(tmp_path / "take.wav", Lineage("master", ("amen", "take 1"), 8, 48000))
    assert made_from(tmp_path / "take.wav") == ("amen", "take 1")


@pytest.mark.parametrize("note", ["", "[" * 100_000, "7", '{"schema": "tao.take/1", "made_from": "amen"}',
                                  '{"schema": "tao.take/2", "made_from": ["amen"]}', '{"made_from": ["amen"]}'])
def test_a_note_of_another_kind_says_nothing(tmp_path: Path, note: str) -> None:
    (tmp_path / "take.json").write_text(note)
    assert made_from(tmp_path / "take.wav") == ()


def test_names_that_a_kit_could_not_hold_are_cut(tmp_path: Path) -> None:
    write_lineage(tmp_path / "take.wav", Lineage("master", ("x" * 10_000, "a\n\ud800b", *("y",) * 100), 8, 48000))
    names = made_from(tmp_path / "take.wav")
    assert len(names) == 64 and len(names[0]) == 256 and names[1] == "a ?b"
