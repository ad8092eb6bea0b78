"""One-shots for hardware are what its manual asks for, as other programs read them."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from engine.core.errors import InvalidValue
from engine.core.exports import HARDWARE, ExportSettings, settings_for
from engine.core.kit import Kit
from engine.library.command_line import export as export_verb
from engine.library.exporters.one_shots import on_pads
from engine.library.exporting import export
from engine.library.kits.kit_folder import write_folder
from tests.library.exporters.test_hydrogen import playable
from tests.library.foreign import run
from tests.library.values import rich_decomposition

WAVS = ["digitakt", "octatrack", "sp404", "koala"]


def written(folder: Path, hardware: str) -> list[Path]:
    (made,) = export(playable(), HARDWARE[hardware].format, folder, settings_for(hardware))
    return sorted(made.rglob("*.wav"))


@pytest.mark.parametrize("hardware", HARDWARE)
def test_sox_and_libsndfile_read_what_the_hardware_takes(tmp_path: Path, hardware: str) -> None:
    made, channels = HARDWARE[hardware], 1 if HARDWARE[hardware].mono else 2
    for path in written(tmp_path, hardware):
        said = run(tmp_path, "soxi", path)
        assert re.search(rf"Channels\s*: {channels}\n", said)
        assert re.search(rf"Sample Rate\s*: {made.sample_rate}\n", said)
        assert re.search(rf"Sample Encoding: {made.bits}-bit Signed Integer PCM", said)
        said = run(tmp_path, "sndfile-info", path)
        assert re.search(rf"Sample Rate\s*: {made.sample_rate}\n", said) and f"Channels    : {channels}\n" in said
        assert re.search(rf"Bit Width\s*: {made.bits}\n", said) and "Error" not in said


@pytest.mark.parametrize("hardware", WAVS)
def test_names_are_short_and_plain_and_files_lie_where_it_looks(tmp_path: Path, hardware: str) -> None:
    paths = written(tmp_path, hardware)
    assert [path.name for path in paths] == ["01 kick.wav", "02 hihat.wav", "03 ride.wav", "04 kick.wav", "05 kick.wav"]
    (top,) = tmp_path.iterdir()
    assert top.name == f"play {hardware}" and {path.parent for path in paths} == {top / HARDWARE[hardware].folder}


def test_a_pad_plays_the_loudest_recording_first() -> None:
    stored = playable()
    names = {name: audio for name, (audio, _) in on_pads(stored).items()}
    kick = stored.kit.one_shots["kick"]
    loudest = kick.recordings(1.0)[0]
    assert loudest.sample != kick.sample and len(names["01 kick.wav"]) == loudest.frames
    assert np.abs(names["01 kick.wav"]).max() < np.abs(names["05 kick.wav"]).max(), "its gain is 0.7"


@pytest.mark.parametrize(("name", "written_as"), [
    ("ride/ big: one two three", "01 ride big one.wav"), ("ヒハット", "01 drum.wav"), ("Snare é", "01 Snare e.wav")])
def test_any_name_becomes_one_that_every_sampler_shows(name: str, written_as: str) -> None:
    stored = playable()
    shot = stored.kit.one_shots["hihat"]
    assert list(on_pads(replace(stored, kit=Kit("k", {name: shot})))) == [written_as]


def test_a_loop_for_hardware_has_its_bits_and_rate_too(tmp_path: Path) -> None:
    (path,) = export(rich_decomposition(), "loop", tmp_path, settings_for("octatrack"))
    info = soundfile.info(path)
    assert (info.samplerate, info.subtype) == (44100, "PCM_16")


def test_what_is_chosen_goes_before_the_preset() -> None:
    assert settings_for("digitakt", bits=24, sample_rate=44100) == ExportSettings(24, 44100, True, False, "digitakt")
    assert settings_for("", None) == ExportSettings()
    with pytest.raises(InvalidValue, match="No hardware is called"):
        settings_for("triangle")


def test_the_verb_writes_one_format_for_a_preset(tmp_path: Path) -> None:
    write_folder(tmp_path / "kit", playable())
    done = CliRunner().invoke(export_verb, [str(tmp_path / "kit"), "-o", str(tmp_path / "out"), "--preset", "sp404"])
    assert done.exit_code == 0, done.output
    (made,) = (tmp_path / "out").iterdir()
    assert made.name == "play sp404" and soundfile.info(made / "IMPORT" / "01 kick.wav").subtype == "PCM_16"
