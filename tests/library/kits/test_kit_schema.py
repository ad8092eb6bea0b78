"""A kit.json is read only if every key has its type and no text is too long; the sentence names key and file."""

import json
from pathlib import Path
from typing import Any

import pytest

from engine.core.errors import UnreadableKit
from engine.library.kits.kit_folder import read_folder, write_folder
from engine.library.kits.kit_schema import document_of
from tests.library.values import rich_decomposition

PLAIN: dict[str, Any] = {"schema": "tao.kit/1", "tempo_bpm": 120, "tracks": [{"name": "kick"}]}


def refusal(data: bytes | dict[str, Any]) -> str:
    with pytest.raises(UnreadableKit) as refused:
        document_of(data if isinstance(data, bytes) else json.dumps(data).encode(), "'a/kit.json'")
    sentence = str(refused.value)
    assert sentence.startswith("'a/kit.json' cannot be used: ") and "\n" not in sentence and len(sentence) < 400
    return sentence


def test_what_tao_writes_is_read_back(tmp_path: Path) -> None:
    write_folder(tmp_path / "kit", rich_decomposition())
    written = (tmp_path / "kit" / "kit.json").read_bytes()
    assert document_of(written, "kit.json") == json.loads(written)


def test_a_number_where_a_text_belongs_is_named_by_its_key() -> None:
    assert refusal({**PLAIN, "name": 7}).endswith("name is a whole number, but a text belongs there.")
    assert "tracks[0].name is" in refusal({**PLAIN, "tracks": [{"name": 3.5}]})


def test_a_name_that_is_too_long_is_said_to_be_so() -> None:
    assert refusal({**PLAIN, "name": "x" * 300}).endswith("name has more than 256 letters or entries.")


@pytest.mark.parametrize(("changes", "key"), [
    ({"name": "x" * 9_000_000}, "name"), ({"name": "a\0b"}, "name"), ({"name": ["kick"]}, "name"),
    ({"tempo_bpm": True}, "tempo_bpm"), ({"meter": 4}, "meter"), ({"beats": 10**400}, "beats"),
    ({"beats": "8"}, "beats"), ({"tempo_bpm": 1e300}, "tempo_bpm"), ({"source": "loop"}, "source"),
    ({"source": {"name": 3}}, "source.name"), ({"tracks": [{"name": "kick"}] * 9}, "tracks"),
    ({"tracks": [{"name": "kick", "onsets": [3]}]}, "tracks[0].onsets[0]"),
    ({"tracks": [{"name": "kick", "steps": [{"index": "0", "velocity": 1}]}]}, "tracks[0].steps[0].index"),
    ({"tracks": [{"name": "kick", "layers": [7]}]}, "tracks[0].layers[0]"),
    ({"tracks": [{"name": "x" * 257}]}, "tracks[0].name")])
def test_values_of_another_type_or_size_are_refused(changes: dict[str, Any], key: str) -> None:
    assert key in refusal({**PLAIN, **changes})


@pytest.mark.parametrize("data", [
    b"", b"{", b"[]", b"7", b"null", b"\xff", b'{"schema": "tao.kit/1", "tempo_bpm": NaN, "tracks": []}',
    b'{"schema": "tao.kit/1", "tempo_bpm": 1e999, "tracks": []}', b'{"name": "\\ud800"}', b"[" * 100_000,
    b'{"schema": "tao.kit/1", "tempo_bpm": ' + b"9" * 5000 + b', "tracks": []}'])
def test_what_is_not_json_or_no_number_is_refused(data: bytes) -> None:
    refusal(data)


@pytest.mark.parametrize(("key", "value"), [("midi_note", 300), ("midi_note", -1), ("choke_group", 16), ("gain", 17.0)])
def test_a_sound_that_no_player_has_is_refused(tmp_path: Path, key: str, value: float) -> None:
    write_folder(tmp_path / "kit", rich_decomposition())
    path = tmp_path / "kit" / "kit.json"
    document = json.loads(path.read_text())
    document["tracks"][0][key] = value
    path.write_text(json.dumps(document))
    with pytest.raises(UnreadableKit, match="kick"):
        read_folder(tmp_path / "kit")


@pytest.mark.parametrize("bpm", [0, -5.0, 1e-320, 1e9])
def test_a_tempo_that_no_loop_has_is_refused(bpm: float) -> None:
    with pytest.raises(UnreadableKit, match="tempo_bpm"):
        document_of(json.dumps({"schema": "tao.kit/1", "tempo_bpm": bpm, "tracks": []}).encode(), "kit.json")
