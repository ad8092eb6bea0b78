"""Every name that a journal of any version may hold is understood, and a newer journal is refused in one sentence."""

from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

from engine.bridge import messages
from engine.core.machine import Machine
from engine.core.midi import Midi
from engine.live import journal_versions
from engine.live.journal import RECORDS, Journal, Session
from engine.live.journal_reading import UnreadableJournal, read_log
from engine.live.journal_versions import RENAMED_CLASSES, RENAMED_FIELDS, SCHEMA, VERSION, renames_since
from engine.sessions.listing import list_sessions

KNOWN = {type_.__name__: type_ for type_ in (*messages.FROM_CLIENTS, *RECORDS, Machine, Midi)}


def test_every_rename_leads_to_a_class_and_a_field_of_today() -> None:
    for version in range(1, VERSION):
        renames = renames_since(f"tao.journal/{version}")
        assert not renames.classes.keys() & KNOWN.keys(), "a name is used again for something else"
        assert set(renames.classes.values()) <= KNOWN.keys()
        for name, changes in renames.fields.items():
            assert is_dataclass(KNOWN[name])
            assert set(changes.values()) <= {part.name for part in fields(KNOWN[name])}
    assert set(RENAMED_CLASSES) | set(RENAMED_FIELDS) <= set(range(1, VERSION))


def test_a_journal_of_today_renames_nothing() -> None:
    renames = renames_since(SCHEMA)
    assert not renames.classes and not renames.fields


def test_a_name_that_changed_twice_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_versions, "VERSION", 3)
    monkeypatch.setattr(journal_versions, "RENAMED_CLASSES", {1: {"A": "B"}, 2: {"B": "C", "X": "Y"}})
    monkeypatch.setattr(journal_versions, "RENAMED_FIELDS", {1: {"C": {"a": "b"}}, 2: {"C": {"b": "c"}}})
    assert renames_since("tao.journal/1").classes == {"A": "C", "B": "C", "X": "Y"}
    assert renames_since("tao.journal/1").fields == {"C": {"a": "c", "b": "c"}}
    assert renames_since("tao.journal/2").classes == {"B": "C", "X": "Y"}


@pytest.mark.parametrize(("schema", "sentence"), [("tao.journal/99", "newer Tao"), ("tao.kit/1", "not the schema"),
                                                  ("tao.journal/x", "not the schema")])
def test_a_journal_of_another_kind_is_one_sentence(tmp_path: Path, schema: str, sentence: str) -> None:
    folder = tmp_path / f"20260101-120000-{2**22 + 1}"
    Journal(folder, Session(48000, "bypass", 1024, schema)).close()
    with pytest.raises(UnreadableJournal, match=sentence):
        read_log(folder)
    (listed,) = list_sessions(tmp_path)
    assert listed.state == "unreadable" and sentence in listed.problem and not listed.loaded
