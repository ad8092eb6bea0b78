"""A running engine exports what plays, and opens what other programs wrote, while the song goes on."""

import time
from collections.abc import Iterator
from pathlib import Path

import mido
import pytest

from engine.core.commands import Boundary, Play
from engine.core.errors import TaoError
from engine.core.exports import ExportSettings
from engine.core.requests import ExportKit
from tests.rig import RunningEngine, running_engine


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[RunningEngine]:
    with running_engine(tmp_path, "null") as engine:
        yield engine


def said(engine: RunningEngine, words: str) -> bool:
    """Whether a notice comes that says so."""
    return engine.client.wait(lambda s: any(words in notice.text for notice in s.status.notices), 20.0)


def test_what_plays_is_exported_and_opened_again(engine: RunningEngine, tmp_path: Path) -> None:
    engine.load_kit("first")
    engine.client.ask(Play(), Boundary.NOW)
    engine.client.export_kit(("midi", "oneshots"), tmp_path / "out", ExportSettings(bits=16))
    assert said(engine, "Exported first to"), engine.client.snapshot().status.notices
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"first.mid", "first one-shots"}
    assert any(message.type == "note_on" for message in mido.MidiFile(tmp_path / "out" / "first.mid"))
    engine.client.open_file(tmp_path / "out" / "first.mid")
    assert engine.client.wait(lambda s: s.status.machine.slot == 1, 20.0), engine.client.snapshot().status.notices
    machine = engine.client.snapshot().status.machine
    assert machine.playing and machine.patterns[0] is not None
    engine.client.open_file(tmp_path / "out" / "first one-shots")
    assert said(engine, "The kit first one-shots plays from the next bar line on.")
    engine.client.open_file(tmp_path / "out" / "none.mid")
    assert said(engine, "There is no file")


def test_an_engine_that_quits_does_not_wait_for_an_export(engine: RunningEngine, tmp_path: Path) -> None:
    engine.load_kit("first")
    engine.client.send(ExportKit((), str(tmp_path / "out")))
    began_s = time.monotonic()
    engine.finish()
    assert time.monotonic() - began_s < 20.0
    assert not list((tmp_path / "out").glob(".tao-*")), "nothing half-written stays"


def test_an_empty_machine_has_nothing_to_export(engine: RunningEngine, tmp_path: Path) -> None:
    with pytest.raises(TaoError, match="nothing to export"):
        engine.client.ask(ExportKit((), str(tmp_path)))
