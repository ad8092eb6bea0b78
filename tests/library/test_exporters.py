"""What is exported is what other programs read."""

import sys
import tarfile
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile

from engine.core.errors import InvalidValue, UsageError
from engine.core.kit import Kit, Layer
from engine.library import exporting
from engine.library.export_settings import AS_RECORDED, ExportSettings
from engine.library.exporters.hydrogen import drumkit
from engine.library.exporting import NotExported, export, installed
from engine.library.folder_swap import part_prefix
from engine.library.wav_file import read_marks
from tests.library.values import RATE, rich_decomposition

H2 = "{http://www.hydrogen-music.org/drumkit}"


FORMATS = ["dawproject", "decentsampler", "hydrogen", "hydrogen-pattern", "hydrogen-song", "loop", "midi", "mpc",
           "oneshots", "sf2", "sfz", "stems"]


def test_taos_formats_are_installed() -> None:
    assert set(FORMATS) <= set(installed())


def test_midi_holds_every_stroke_on_the_kits_notes(tmp_path: Path) -> None:
    (path,) = export(rich_decomposition(), "midi", tmp_path)
    notes = [message.note for track in mido.MidiFile(path).tracks for message in track
             if message.type == "note_on"]
    assert set(notes) == {36, 42} and mido.MidiFile(path).ticks_per_beat == 960


def test_stems_are_whole_loops_that_know_their_tempo(tmp_path: Path) -> None:
    stored = rich_decomposition()
    (folder,) = export(stored, "stems", tmp_path)
    assert {path.stem for path in folder.iterdir()} == {"kick", "loop", "residual"}
    audio, rate = soundfile.read(folder / "kick.wav", dtype="float32")
    assert rate == RATE and np.allclose(audio, stored.stems["kick"], atol=2**-22)
    marks = read_marks(folder / "kick.wav")
    assert (marks.tempo_bpm, marks.beats, marks.time_signature) == (120.0, 2, (3, 4))


def test_a_decomposition_without_stems_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InvalidValue, match="has no stems"):
        export(replace(rich_decomposition(), stems={}), "stems", tmp_path)


def test_sfz_regions_say_what_the_one_shots_say(tmp_path: Path) -> None:
    stored = rich_decomposition()
    (folder,) = export(stored, "sfz", tmp_path)
    regions = [dict(line.split("=", 1) for line in region.splitlines() if "=" in line)
               for region in (folder / "rich.sfz").read_text().split("<region>")[1:]]
    *kicks, hat = regions
    kick = kicks[0]
    assert (kick["key"], kick["volume"], kick["pan"]) == ("36", "-6.02", "-25.0") and "group" not in kick
    places = [tuple(region.get(key) for key in ("sample", "lovel", "hivel", "seq_length", "seq_position", "volume"))
              for region in kicks]
    assert places == [("samples/kick.wav", "1", "101", "2", "1", "-6.02"),
                      ("samples/kick.1.wav", "1", "101", "2", "2", "0.00"),
                      ("samples/kick.2.wav", "102", "127", None, None, "-6.02")]
    assert "lovel" not in hat
    assert (hat["transpose"], hat["group"], hat["off_by"]) == ("2", "2", "2") and "ampeg_decay" not in hat
    for region in regions:
        audio, _ = soundfile.read(folder / region["sample"], dtype="float32")
        assert len(audio) in (1000, 700, 300, 400)


def test_sfz_writes_what_is_too_loud_for_it_into_the_sample(tmp_path: Path) -> None:
    stored = rich_decomposition()
    shots = {"kick": replace(stored.kit.one_shots["kick"], gain=4.0, layers=(), cutoff_hz=None)}
    (folder,) = export(replace(stored, kit=replace(stored.kit, one_shots=shots)), "sfz", tmp_path,
                       ExportSettings(bits=32))
    audio, _ = soundfile.read(folder / "samples" / "kick.wav", dtype="float32")
    assert np.allclose(audio, 4.0 * stored.samples[shots["kick"].sample]) and "volume=0.00" in \
        (folder / "rich.sfz").read_text()


def test_a_hydrogen_kit_has_its_elements_in_order_and_its_samples_beside_it(tmp_path: Path) -> None:
    (path,) = export(rich_decomposition(), "hydrogen", tmp_path)
    with tarfile.open(path) as archive:
        assert set(archive.getnames()) == {"rich/drumkit.xml", "rich/kick.wav", "rich/kick.1.wav", "rich/kick.2.wav",
                                           "rich/hihat.wav"}
        root = ET.fromstring(archive.extractfile("rich/drumkit.xml").read())
    assert [child.tag.removeprefix(H2) for child in root] == [
        "name", "author", "info", "license", "image", "imageLicense", "componentList", "instrumentList"]
    assert root.findtext(f"{H2}license") == "CC0-1.0"
    kick, hat = root.iter(f"{H2}instrument")
    tags = [child.tag.removeprefix(H2) for child in kick]
    assert tags[:7] == ["id", "name", "volume", "isMuted", "isSoloed", "pan_L", "pan_R"]
    assert tags[-1] == "instrumentComponent" and kick.findtext(f"{H2}gain") == "0.5"
    assert (hat.findtext(f"{H2}muteGroup"), hat.findtext(f"{H2}midiOutNote")) == ("1", "42")
    layers = [(layer.findtext(f"{H2}filename"), layer.findtext(f"{H2}min"), layer.findtext(f"{H2}gain"))
              for layer in kick.iter(f"{H2}layer")]
    assert layers == [("kick.1.wav", "0.0", "2.0"), ("kick.wav", "0.0", "1.0"), ("kick.2.wav", "0.8", "1.0")]
    assert kick.findtext(f"{H2}sampleSelectionAlgo") == "ROUND_ROBIN"
    assert hat.findtext(f".//{H2}filename") == "hihat.wav" and hat.findtext(f"{H2}Decay") == "0"


@pytest.mark.parametrize(("pan", "sides"), [(-0.25, ("1.0", "0.75")), (0.0, ("1.0", "1.0")), (0.5, ("0.5", "1.0"))])
def test_a_hydrogen_kit_turns_the_other_side_down(pan: float, sides: tuple[str, str]) -> None:
    stored = rich_decomposition()
    (track, shot), *_ = stored.kit.one_shots.items()
    kit = drumkit(replace(stored, kit=Kit("k", {track: replace(shot, pan=pan)})), AS_RECORDED)
    assert (kit.findtext(".//pan_L"), kit.findtext(".//pan_R")) == sides


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_that_is_there_is_replaced(tmp_path: Path, name: str) -> None:
    (first,), (second,) = export(rich_decomposition(), name, tmp_path), export(rich_decomposition(), name, tmp_path)
    assert first != second and "-2" in second.name


def test_an_unknown_format_and_a_file_in_the_way_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there are .*hydrogen"):
        export(rich_decomposition(), "cassette", tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(NotExported, match="could not be written"):
        export(rich_decomposition(), "midi", tmp_path / "file")


def test_a_recording_that_two_zones_share_is_written_once(tmp_path: Path) -> None:
    stored = rich_decomposition()
    kick = stored.kit.one_shots["kick"]
    soft = kick.layers[0]
    back = Layer(kick.sample, kick.frames, 0.6)
    shots = {"kick": replace(kick, gain=1.0, layers=(replace(soft, velocity=1 / 127, gain=1.0), back))}
    (folder,) = export(replace(stored, kit=replace(stored.kit, one_shots=shots)), "sfz", tmp_path)
    text = (folder / "rich.sfz").read_text()
    assert {path.name for path in (folder / "samples").iterdir()} == {"kick.wav", "kick.1.wav"}
    assert [line for line in text.splitlines() if line.startswith(("sample", "lovel", "hivel"))] == [
        "sample=samples/kick.1.wav", "lovel=1", "hivel=76", "sample=samples/kick.wav", "lovel=77", "hivel=127"]


class _Plugin:
    """An exporter of somebody else's."""

    name = "odd"

    def __init__(self, does: Callable[[Path], object]) -> None:
        self.export = lambda stored, folder: does(folder)


def _fails_half_way(folder: Path) -> None:
    (folder / "half").write_text("half")
    raise RuntimeError("enough")


@pytest.mark.parametrize(("does", "said"), [
    (_fails_half_way, r"the exporter failed \(RuntimeError: enough\)"),
    (lambda folder: [folder / "a"], "wrote no file"),
    (lambda folder: sys.exit(2), "the exporter failed"),
    (lambda folder: (folder / "x" / "y").write_text(""), "could not be written")])
def test_an_exporter_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                      does: Callable[[Path], object], said: str) -> None:
    monkeypatch.setattr(exporting, "exporter", lambda *_: _Plugin(does))
    with pytest.raises(NotExported, match=said):
        export(rich_decomposition(), "odd", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_exporter_cannot_replace_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text("mine")
    new = _Plugin(lambda folder: (folder / "a.txt").write_text("new"))
    monkeypatch.setattr(exporting, "exporter", lambda *_: new)
    assert export(rich_decomposition(), "odd", tmp_path) == [tmp_path / "a-2.txt"]
    assert (tmp_path / "a.txt").read_text() == "mine"


def test_what_a_killed_export_has_left_goes_with_the_next_one(tmp_path: Path) -> None:
    left, other = (tmp_path / f"{part_prefix(tmp_path / exporting.STAGED)}{pid}-0.part" for pid in (1, 2))
    for path in (left, other):
        path.mkdir()
        (path / "half").write_text("half")
    exporting.remove_staging(tmp_path, 2)
    assert left.exists() and not other.exists()
    export(rich_decomposition(), "midi", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["rich.mid"]


def test_a_kit_without_sounds_is_refused_where_there_is_nothing_else_to_write(tmp_path: Path) -> None:
    silent = replace(rich_decomposition(), kit=Kit("empty"), stems={})
    for name in ("oneshots", "sfz", "hydrogen", "mpc", "sf2", "decentsampler"):
        with pytest.raises(NotExported, match=f"{name}: empty has no sounds yet"):
            export(silent, name, tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert export(silent, "midi", tmp_path) and export(silent, "loop", tmp_path)
