import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.core.errors import TaoError, UnreadableKit
from engine.core.loop import Reading
from engine.library.kits.decomposition import StoredDecomposition
from engine.library.kits.kit_folder import (
    UnwritableFolder,
    inside,
    read_folder,
    write_files,
    write_folder,
    write_new_files,
)
from engine.library.kits.kit_json import pattern_from_json, to_json
from tests.library.values import RATE, rich_decomposition, sound


def edited(folder: Path, **changes: object) -> Path:
    path = folder / "kit.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_folder(tmp_path / "kit", rich_decomposition())
    return tmp_path / "kit"


def same(one: StoredDecomposition, other: StoredDecomposition) -> None:
    for name in ("tempo_bpm", "sample_rate", "kit", "pattern", "match", "onsets", "track_match", "source", "made_by",
                 "unknown", "unknown_of_track", "candidates", "second_names"):
        assert getattr(one, name) == getattr(other, name), name
    whole, again = ({"loop": it.loop, "residual": it.residual} for it in (one, other))
    for before, after in ((one.samples, other.samples), (one.stems, other.stems), (whole, again)):
        assert set(before) == set(after)
        assert all((before[key] == after[key]).all() for key in before)


def test_saving_then_opening_is_identity(folder):
    same(rich_decomposition(), read_folder(folder))


def test_the_folder_is_readable_with_tao_gone(folder):
    document = json.loads((folder / "kit.json").read_text())
    assert document["schema"] == "tao.kit/1"
    assert document["meter"] == [3, 4]
    assert document["length_s"] == 1.0
    kick = document["tracks"][0]
    assert kick["oneshot"] == "oneshots/kick.wav"
    assert kick["steps"][1] == {"index": 3, "velocity": 0.5, "offset_s": pytest.approx(-20 * 60 / 120 / 960),
                                "confidence": 0.7, "probability": 0.5, "condition": [1, 2], "ratchet": 3}
    assert kick["layers"] == [{"oneshot": "oneshots/kick.1.wav", "velocity": 0.0, "gain": 2.0},
                              {"oneshot": "oneshots/kick.2.wav", "velocity": 0.8, "gain": 1.0}]
    for name in ("loop.wav", "residual.wav", "pattern.mid", "oneshots/kick.wav", "oneshots/hihat.wav",
                 "oneshots/kick.2.wav", "stems/kick.wav"):
        assert (folder / name).is_file(), name


READINGS = (Reading(7, 140.0, 0.6, (7, 8), 0.25, (0.248, 3.248)), Reading(3.5, 70.0, 0.3, (7, 8), 0.25, (0.248, 3.248)))


def with_readings() -> StoredDecomposition:
    rich = rich_decomposition()
    return replace(rich, readings=READINGS, recording=sound(8, 3 * RATE),
                   pattern=replace(rich.pattern, beats=3.5, beats_per_bar=3.5, beat_unit=8))


def test_metre_half_beats_readings_and_the_whole_recording_come_back(tmp_path):
    stored = with_readings()
    write_folder(tmp_path / "kit", stored)
    document = json.loads((tmp_path / "kit/kit.json").read_text())
    assert (document["meter"], document["beats"], document["bars"]) == ([7, 8], 3.5, 1)
    assert document["readings"][0] == {"bpm": 140.0, "beats": 7, "meter": [7, 8], "first_beat_s": 0.25,
                                       "cut_s": [0.248, 3.248], "confidence": 0.6}
    again = read_folder(tmp_path / "kit")
    same(stored, again)
    assert again.readings == READINGS and again.recording is not None
    assert (again.recording == stored.recording).all()
    write_folder(tmp_path / "kit", rich_decomposition())
    assert not (tmp_path / "kit/recording.wav").exists(), "it belonged to the kit that is replaced"


def test_a_recording_that_somebody_put_there_stays(folder):
    (folder / "recording.wav").write_bytes(b"mine")
    write_folder(folder, rich_decomposition())
    assert (folder / "recording.wav").read_bytes() == b"mine" and read_folder(folder).recording is None


@pytest.mark.parametrize("readings", [[{"bpm": 120}], [{"bpm": 120, "beats": 0}], [{"bpm": 120, "beats": 3.25}], "x",
                                      [{"bpm": 120, "beats": 4, "cut_s": [1]}], [{"bpm": "x", "beats": 4}],
                                      [{"bpm": 120, "beats": 4, "meter": [4, 3]}],
                                      [{"bpm": 120, "beats": 4, "confidence": 2}]])
def test_a_reading_that_cannot_be_is_one_sentence(folder, readings):
    with pytest.raises(UnreadableKit):
        read_folder(edited(folder, readings=readings))


def test_a_layer_may_be_just_a_file(folder):
    document = json.loads((folder / "kit.json").read_text())
    document["tracks"][0]["layers"] = ["oneshots/kick.1.wav"]
    (folder / "kit.json").write_text(json.dumps(document))
    (layer,) = read_folder(folder).kit.one_shots["kick"].layers
    assert (layer.frames, layer.velocity, layer.gain) == (300, 0.0, 1.0)


@pytest.mark.parametrize("layers", ["loud", [3], [{"velocity": 0.5}], [{"oneshot": "oneshots/kick.1.wav", "gain": -1}],
                                    [{"oneshot": "../kick.wav"}], [{"oneshot": "loop.txt"}]])
def test_a_layer_that_cannot_be_is_one_sentence(folder, layers):
    document = json.loads((folder / "kit.json").read_text())
    document["tracks"][0]["layers"] = layers
    (folder / "kit.json").write_text(json.dumps(document))
    with pytest.raises(UnreadableKit):
        read_folder(folder)


def test_what_a_later_version_wrote_is_kept(folder):
    edited(folder, invented={"by": "tomorrow"})
    read = read_folder(folder)
    assert read.unknown["invented"] == {"by": "tomorrow"}
    write_folder(folder, read)
    document = json.loads((folder / "kit.json").read_text())
    assert document["invented"] == {"by": "tomorrow"}
    assert document["future"] == {"deep": [1, 2]}
    assert document["tracks"][0]["colour"] == "red"


def test_a_plain_kit_by_hand_is_enough(folder):
    (folder / "kit.json").write_text(json.dumps({
        "schema": "tao.kit/1", "tempo_bpm": 120, "bars": 1, "tracks": [
            {"name": "kick", "oneshot": "oneshots/kick.wav", "steps": [{"index": 0, "velocity": 1}]}]}))
    (folder / "residual.wav").unlink()
    read = read_folder(folder)
    assert read.pattern.beats == 4
    assert read.kit.one_shots["kick"].midi_note == 36
    assert read.residual is None


@pytest.mark.parametrize("path", ["/etc/passwd", "../outside.wav", "oneshots/../../outside.wav", "..\\outside.wav",
                                  "", 7])
def test_a_path_out_of_the_folder_is_not_followed(folder, path):
    with pytest.raises(UnreadableKit):
        inside(folder, path)


def test_a_link_out_of_the_folder_is_not_followed(folder, tmp_path):
    (tmp_path / "secret.wav").write_bytes(b"x")
    (folder / "oneshots" / "link.wav").symlink_to(tmp_path / "secret.wav")
    with pytest.raises(UnreadableKit, match="outside"):
        inside(folder, "oneshots/link.wav")


def test_a_track_name_cannot_leave_the_folder(tmp_path):
    rich = rich_decomposition()
    track = replace(rich.pattern.tracks[0], name="../../evil")
    kit = replace(rich.kit, one_shots={"../../evil": rich.kit.one_shots["kick"]})
    sly = replace(rich, pattern=replace(rich.pattern, tracks=(track,)), kit=kit, stems={}, onsets={}, track_match={},
                  unknown_of_track={})
    write_folder(tmp_path / "deep" / "kit", sly)
    assert not list(tmp_path.glob("**/evil.wav"))
    assert read_folder(tmp_path / "deep" / "kit").pattern.tracks[0].name == "../../evil"


@pytest.mark.parametrize(("changes", "said"), [
    ({"schema": "other/9"}, "schema"), ({"tracks": 3}, "tracks is a whole number"), ({"tracks": [{}]}, "`name`"),
    ({"tracks": []}, "1 to 8 tracks"),
    ({"tempo_bpm": "fast"}, "tempo_bpm is a text"), ({"tempo_bpm": None}, "tempo_bpm is null"),
    ({"tracks": [{"name": "kick", "steps": [{"index": 99, "velocity": 1}]}]}, "one at 99"),
    ({"tracks": [{"name": "kick", "oneshot": "oneshots/none.wav"}]}, "missing"),
    ({"tracks": [{"name": "kick", "oneshot": "kit.json"}]}, "not audio"),
    ({"tracks": [{"name": "kick", "oneshot": "oneshots/kick.wav", "gain": "loud"}]}, "gain is a text, but a num"),
    ({"tracks": [{"name": "kick", "oneshot": "oneshots/kick.wav", "gain": -1}]}, "impossible sound"),
    ({"candidates": [{"track": "kick"}]}, "time_s"),
    ({"candidates": [{"track": "kick", "time_s": 1e8}]}, "impossible onset"),
])
def test_a_broken_kit_is_refused_in_one_sentence(folder, changes, said):
    with pytest.raises(UnreadableKit, match=said) as refused:
        read_folder(edited(folder, **changes))
    assert "\n" not in str(refused.value)


def test_missing_folders_and_files_are_named(tmp_path, folder):
    with pytest.raises(UnreadableKit, match="There is no folder"):
        read_folder(tmp_path / "nowhere")
    (folder / "kit.json").unlink()
    with pytest.raises(UnreadableKit, match=r"holds no kit\.json"):
        read_folder(folder)


@pytest.mark.parametrize("beats", [2798069242, 0, -4])
def test_beats_beyond_any_pattern_are_refused(folder, beats):
    with pytest.raises(TaoError, match=r"steps|beats"):
        read_folder(edited(folder, beats=beats))


KEYS = st.sampled_from(["name", "steps", "index", "velocity", "oneshot", "onsets", "x"])
json_values = st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
                           lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["tracks", "tempo_bpm", "meter", "bars", "beats", "steps_per_beat", "swing", "source",
                        "made_by", "match", "name", "candidates"]), json_values)
def test_any_json_is_read_or_refused_and_nothing_else(folder, key, value):
    original = (folder / "kit.json").read_text()
    try:
        read_folder(edited(folder, **{key: value}))
    except TaoError as refused:
        assert "\n" not in str(refused)
    finally:
        (folder / "kit.json").write_text(original)


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UnwritableFolder, match="could not be written"):
        write_folder(tmp_path / "file" / "kit", rich_decomposition())


FULL = """
import resource, sys
from pathlib import Path
from engine.library.kits.kit_folder import UnwritableFolder, write_folder
from tests.library.values import rich_decomposition
resource.setrlimit(resource.RLIMIT_FSIZE, (100000, 100000))
try:
    write_folder(Path(sys.argv[1]), rich_decomposition())
except UnwritableFolder as refused:
    print(refused)
"""


def test_a_full_disk_is_named_and_leaves_no_kit_behind(tmp_path):
    done = subprocess.run([sys.executable, "-c", FULL, str(tmp_path / "kit")], capture_output=True, text=True,
                          timeout=60, check=False)
    assert "could not be written" in done.stdout, done.stderr
    assert not (tmp_path / "kit" / "kit.json").exists()


def test_microtiming_survives_any_tempo():
    rich = rich_decomposition()
    for bpm in (30.0, 92.13, 171.7, 300.0):
        assert pattern_from_json(to_json(replace(rich, tempo_bpm=bpm))) == rich.pattern
    assert rich.loop.shape == (RATE, 2)
    assert np.isfinite(rich.loop).all()


def test_the_files_of_another_computer_become_the_same_folder(folder, tmp_path):
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    same(rich_decomposition(), read_folder(write_new_files(tmp_path / "new", files)))
    assert write_new_files(tmp_path / "new", files) == tmp_path / "new-2"
    (folder / "notes.txt").write_text("mine")
    write_files(folder, files)
    same(rich_decomposition(), read_folder(folder))
    assert (folder / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("name", ["../outside", "/tmp/outside", "a/../../outside"])
def test_another_computer_cannot_write_outside_the_folder(tmp_path, name):
    with pytest.raises(UnreadableKit, match="outside"):
        write_new_files(tmp_path / "kit", {"kit.json": b"{}", name: b"x"})
    assert list(tmp_path.iterdir()) == []
