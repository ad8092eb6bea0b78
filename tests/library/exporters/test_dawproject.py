"""DAWprojects follow the schemas that Bitwig publishes, and hold the music."""

import io
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import soundfile

from engine.library.export_settings import ExportSettings
from engine.library.exporting import export
from engine.library.strokes import all_strokes
from tests.library.exporters.test_hydrogen import playable
from tests.library.foreign import schema_errors
from tests.library.values import RATE, rich_decomposition

SCHEMAS = Path(__file__).parents[2] / "fixtures" / "dawproject"


@pytest.mark.parametrize("settings", [{}, {"bits": 16, "sample_rate": 44100, "mono": True}])
@pytest.mark.parametrize("make", [rich_decomposition, playable])
def test_both_documents_follow_their_schemas(tmp_path: Path, make, settings) -> None:
    (path,) = export(make(), "dawproject", tmp_path, ExportSettings(**settings))
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert schema_errors(archive.read("project.xml"), SCHEMAS / "Project.xsd") == []
        assert schema_errors(archive.read("metadata.xml"), SCHEMAS / "MetaData.xsd") == []


def test_every_note_and_every_stem_is_in_it(tmp_path: Path) -> None:
    stored = rich_decomposition()
    (path,) = export(stored, "dawproject", tmp_path)
    end, played = all_strokes(stored)
    with zipfile.ZipFile(path) as archive:
        root = ET.fromstring(archive.read("project.xml"))
        files = [element.get("path") for element in root.iter("File")]
        for name in files:
            info = soundfile.info(io.BytesIO(archive.read(name)))
            assert (info.subtype, info.samplerate, info.frames) == ("PCM_24", RATE, RATE)
    assert files == ["audio/kick.wav", "audio/residual.wav"]
    assert root.find("Transport/Tempo").get("value") == "120.0"
    notes = [float(note.get("time")) for note in root.iter("Note")]
    assert notes == pytest.approx([stroke.tick / 960 for strokes in played.values() for stroke in strokes])
    assert max(notes) < end / 960


def test_without_stems_it_has_the_loop(tmp_path: Path) -> None:
    (path,) = export(replace(rich_decomposition(), stems={}, residual=None), "dawproject", tmp_path)
    with zipfile.ZipFile(path) as archive:
        assert "audio/loop.wav" in archive.namelist()
