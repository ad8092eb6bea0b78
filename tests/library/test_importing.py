"""What Tao exports it reads back as the same music; what it cannot read is named as what it is."""

import gzip
import math
import re
import zipfile
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, assume, given, settings

from engine.core.errors import TaoError, UnreadableKit
from engine.core.groove import step_onset_ticks
from engine.core.pattern import Pattern
from engine.core.step import Overrides
from engine.library import importing
from engine.library.audio_files import read_loop, write_wav
from engine.library.command_line import import_verb
from engine.library.export_settings import ExportSettings
from engine.library.exporting import export
from engine.library.importers.kinds import is_recording
from engine.library.importing import Imported, NotImported, as_decomposition, import_file
from engine.library.kits.decomposition import StoredDecomposition
from engine.library.kits.kit_folder import read_folder, write_folder
from engine.library.midi_file import write_midi
from engine.library.mixdown import mixdown
from engine.library.strokes import all_strokes, passes_needed, ruled_strokes
from tests.library.exporters.test_hydrogen import playable
from tests.library.values import RATE, rich_decomposition, sound
from tests.strategies import patterns


def heard(stored: StoredDecomposition, kit: Imported) -> np.ndarray:
    """The pattern of the one played by the kit of the other."""
    end, played = all_strokes(stored)
    return mixdown(kit.kit, kit.samples, kit.sample_rate, played, end, stored.tempo_bpm)


def difference_db(one: np.ndarray, other: np.ndarray) -> float:
    return 10 * math.log10(max(float(((one - other) ** 2).sum() / (one**2).sum()), 1e-12))


@pytest.mark.parametrize(("name", "least_db"), [("sfz", -50.0), ("hydrogen", -60.0)])
def test_an_exported_kit_comes_back_as_the_same_sound(tmp_path: Path, name: str, least_db: float) -> None:
    stored = playable()
    (path,) = export(stored, name, tmp_path)
    found = import_file(next(path.glob("*.sfz")) if path.is_dir() else path)
    assert found.remarks == () and list(found.kit.one_shots) == ["kick", "hihat", "ride"]
    ours = heard(stored, Imported("ours", stored.kit, stored.samples, RATE))
    assert difference_db(ours, heard(stored, found)) < least_db


def test_exported_one_shots_come_back_as_a_kit_with_its_notes(tmp_path: Path) -> None:
    (path,) = export(playable(), "oneshots", tmp_path)
    found = import_file(path)
    assert {name: (shot.midi_note, len(shot.layers)) for name, shot in found.kit.one_shots.items()} == {
        "kick": (36, 2), "hihat": (42, 0), "ride": (51, 0)}


def ticks_of(pattern: Pattern) -> set[int]:
    """Where in the loop its hits are."""
    onsets = (step_onset_ticks(pattern, track, index) for track in pattern.tracks for index in range(len(track.steps)))
    return {onset % pattern.ticks for onset in onsets if onset is not None}


def one_pass(pattern: Pattern) -> Pattern:
    """At most eight beats of it that repeat exactly."""
    beats = min(8, pattern.beats)
    tracks = tuple(replace(track, steps=tuple(step and replace(step, condition=(1, 1)) for step in
                                              islice(cycle(track.steps), beats * track.steps_per_beat)))
                   for track in pattern.tracks)
    return replace(pattern, tracks=tracks, beats=beats)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(patterns().map(one_pass))
def test_a_pattern_comes_back_from_midi_tick_for_tick(tmp_path: Path, pattern: Pattern) -> None:
    passes = passes_needed(pattern)
    written = {stroke.tick for track in pattern.tracks for stroke in ruled_strokes(pattern, track, passes)}
    assume(written)
    write_midi(tmp_path / "a.mid", pattern, 97.0, {})
    found = import_file(tmp_path / "a.mid")
    assume(not found.remarks)
    assert found.pattern.beats_per_bar == pattern.beats_per_bar and found.tempo_bpm == pytest.approx(97.0, abs=0.001)
    assert found.pattern.beats == passes * pattern.beats
    assert ticks_of(found.pattern) == written


@pytest.mark.parametrize("name", ["hydrogen-pattern", "hydrogen-song"])
def test_a_pattern_comes_back_from_hydrogen(tmp_path: Path, name: str) -> None:
    stored = playable()
    export(stored, "hydrogen", tmp_path)
    (path,) = export(stored, name, tmp_path)
    found = import_file(path)
    end, played = all_strokes(stored)
    assert found.pattern.beats * 960 == end and found.remarks == ()
    for track in ("kick", "hihat", "ride"):
        ours = [(stroke.tick, stroke.velocity) for stroke in played[track]]
        theirs = [(stroke.tick, stroke.velocity) for stroke in ruled_strokes(found.pattern,
                                                                             found.pattern.track(track), 1)]
        assert theirs == ours


def test_a_kit_and_a_pattern_become_one_folder(tmp_path: Path) -> None:
    stored = playable()
    (kit,), (midi,) = export(stored, "hydrogen", tmp_path), export(stored, "midi", tmp_path)
    made = as_decomposition([import_file(kit), import_file(midi)], "made")
    write_folder(tmp_path / "made", made)
    read = read_folder(tmp_path / "made")
    assert read.tempo_bpm == pytest.approx(120.0) and set(read.kit.one_shots) == {"kick", "hihat", "ride"}
    assert read.pattern == made.pattern and np.abs(read.loop).max() > 0.1
    assert len(read.loop) == RATE * 2, "four beats"


def test_a_kit_alone_gets_an_empty_bar_and_a_pattern_alone_is_silent(tmp_path: Path) -> None:
    (kit,), (midi,) = export(playable(), "hydrogen", tmp_path), export(playable(), "midi", tmp_path)
    alone = as_decomposition([import_file(kit)], "kit")
    assert alone.pattern == alone.pattern.silent and not alone.loop.any()
    assert not as_decomposition([import_file(midi)], "pattern").loop.any()


def test_a_wrong_kind_of_file_is_named_as_what_it_is(tmp_path: Path) -> None:
    write_wav(tmp_path / "loop.wav", sound(1, RATE), RATE)
    write_folder(tmp_path / "kit", rich_decomposition())
    (tmp_path / "empty").mkdir()
    for name, content in {"a.png": b"\x89PNG\r\n", "a.txt": b"hello", "a.mid": b"", "a.sfz": b"\0\1\2",
                          "noise.sfz": bytes(range(128, 192)), "cut.txt": b"x" + 40 * "\N{EURO SIGN}".encode(),
                          "a.xml": b"<html/>", "a.gz": gzip.compress(b"hello")}.items():
        (tmp_path / name).write_bytes(content)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a", "b")
    said = {"loop.wav": "a WAV recording; open it with `--loop`", "kit": "a kit folder",
            "empty": "a folder without audio", "a.png": "a PNG picture", "a.txt": "a text file",
            "a.mid": "an empty file", "a.sfz": "of unknown kind",
            "noise.sfz": "of unknown kind", "cut.txt": "a text file",
            "a.xml": "an XML document", "a.gz": "no Hydrogen drumkit", "a.zip": "a zip archive",
            "none": "There is no file"}
    for name, words in said.items():
        with pytest.raises(NotImported, match=words):
            import_file(tmp_path / name)


def test_hidden_files_in_a_folder_are_not_sounds(tmp_path: Path) -> None:
    write_wav(tmp_path / "kick.wav", sound(1, RATE), RATE)
    (tmp_path / "._kick.wav").write_bytes(b"\0\5\x16\7 what macOS notes beside a file")
    imported = import_file(tmp_path)
    assert list(as_decomposition([imported], "kit").kit.one_shots) == ["kick"] and not imported.remarks


def test_a_damaged_file_is_one_sentence(tmp_path: Path) -> None:
    stored = playable()
    for name in ("midi", "hydrogen", "hydrogen-song", "hydrogen-pattern"):
        (path,) = export(stored, name, tmp_path)
        whole = path.read_bytes()
        for size in range(20, len(whole), max(1, len(whole) // 23)):
            path.write_bytes(whole[:size])
            try:
                import_file(path)
            except TaoError as problem:
                assert str(problem).endswith(".")


def test_a_drumkit_whose_compressed_bytes_are_damaged_is_one_sentence(tmp_path: Path) -> None:
    (path,) = export(playable(), "hydrogen", tmp_path)
    whole = path.read_bytes()
    for place in range(12, len(whole), max(1, len(whole) // 200)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x5A]) + whole[place + 1 :])
        try:
            import_file(path)
        except TaoError as problem:
            assert "\n" not in str(problem)


def test_a_midi_file_that_announces_more_than_there_is_is_one_sentence(tmp_path: Path) -> None:
    (path,) = export(playable(), "midi", tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[:4] + b"\x7f\xff\xff\xff" + whole[8:])
    with pytest.raises(TaoError, match="damaged"):
        import_file(path)
    key = b"\xff\x59\x02\x70\x09"  # a key signature of 112 sharps
    path.write_bytes(whole[:14] + b"MTrk" + (len(key) + 5).to_bytes(4, "big") + b"\0" + key + b"\0\xff\x2f\0")
    with pytest.raises(TaoError, match="damaged"):
        import_file(path)


def test_a_pattern_of_a_drumkit_with_an_impossible_name_is_read(tmp_path: Path) -> None:
    (path,) = export(playable(), "hydrogen-pattern", tmp_path)
    text = re.sub("<drumkit_name>.*?<", f"<drumkit_name>{'10' * 200}<", path.read_text())
    path.write_text(text)
    assert import_file(path).pattern is not None


def test_an_encoding_that_nobody_knows_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.h2song").write_bytes(b'<?xml version="1.0" encoding="ut-8"?><song></song>')
    with pytest.raises(UnreadableKit, match="damaged"):
        import_file(tmp_path / "a.h2song")


def test_entities_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.h2song").write_text('<!DOCTYPE song [<!ENTITY a "b">]><song>&a;</song>')
    with pytest.raises(UnreadableKit, match="entities"):
        import_file(tmp_path / "a.h2song")


def test_sixteen_bit_exports_come_back_too(tmp_path: Path) -> None:
    (path,) = export(playable(), "hydrogen", tmp_path, ExportSettings(bits=16, mono=True))
    assert set(import_file(path).kit.one_shots) == {"kick", "hihat", "ride"}


def test_more_than_eight_drums_are_cut_down_with_a_remark(tmp_path: Path) -> None:
    for name in ("BD 808", "Snare-1", "HH_closed", "TomLow", "ride", "Crash", "Clap", "Cowbell", "Shaker", "Zap"):
        write_wav(tmp_path / f"{name}.wav", sound(len(name)), RATE)
    found = import_file(tmp_path)
    assert set(found.kit.one_shots) == {"kick", "clap", "cowbell", "crash", "hihat", "ride", "snare", "tom"}
    assert "left out: shaker, zap" in found.remarks[0]


def test_hydrogens_own_kit_and_songs_are_read() -> None:
    data = Path("/usr/share/hydrogen/data")
    if not data.exists():
        pytest.skip("hydrogen-data is not installed")
    kit = import_file(data / "drumkits" / "GMRockKit")
    assert {"kick", "snare", "hihat", "tom", "ride", "crash"} <= set(kit.kit.one_shots)
    assert len(kit.kit.one_shots["kick"].zones) == 5
    song = import_file(data / "demo_songs" / "GM_kit_demo1.h2song")
    assert song.tempo_bpm == 115.0 and song.pattern.track("kick") != song.pattern.track("kick").silent
    assert len(song.patterns) == 11 and "only the first 32 beats" in " ".join(song.remarks)
    assert "only the first" not in " ".join(song.about_patterns), "each of its patterns is a bar long"


def test_remarks_do_not_stop_a_kit_whose_sound_is_missing(tmp_path: Path) -> None:
    (folder,) = export(replace(playable()), "sfz", tmp_path)
    (folder / "samples" / "ride.wav").unlink()
    found = import_file(next(folder.glob("*.sfz")))
    assert set(found.kit.one_shots) == {"kick", "hihat"} and "no sound 'samples/ride.wav'" in found.remarks[0]


def without_overrides(stored: StoredDecomposition) -> StoredDecomposition:
    """Without a step's own pitch, which an imported pattern has no place for."""
    tracks = tuple(replace(track, steps=tuple(step and replace(step, overrides=Overrides()) for step in track.steps))
                   for track in stored.pattern.tracks)
    return replace(stored, pattern=replace(stored.pattern, tracks=tracks))


@pytest.mark.parametrize(("kit", "pattern"), [("sfz", "midi"), ("sfz", "hydrogen-pattern"), ("hydrogen", "midi"),
                                              ("hydrogen", "hydrogen-pattern"), ("hydrogen", "hydrogen-song")])
def test_kit_and_pattern_come_back_as_the_same_music(tmp_path: Path, kit: str, pattern: str) -> None:
    stored = without_overrides(playable())
    export(stored, "hydrogen", tmp_path)  # names the instruments of an .h2pattern
    (sounds,), (steps,) = export(stored, kit, tmp_path / "kit"), export(stored, pattern, tmp_path)
    parts = [import_file(next(sounds.glob("*.sfz")) if sounds.is_dir() else sounds), import_file(steps)]
    back = as_decomposition(parts, "play")
    end, played = all_strokes(stored)
    ours = mixdown(stored.kit, stored.samples, RATE, played, end, stored.tempo_bpm)
    end, played = all_strokes(replace(back, tempo_bpm=stored.tempo_bpm))
    theirs = mixdown(back.kit, back.samples, back.sample_rate, played, end, stored.tempo_bpm)
    assert len(theirs) == len(ours) and difference_db(ours, theirs) < -30.0
    chokes = {name: shot.choke_group for name, shot in back.kit.one_shots.items()}
    assert chokes == {name: shot.choke_group for name, shot in stored.kit.one_shots.items()}


def test_exported_one_shots_come_back_as_loud_as_they_sound(tmp_path: Path) -> None:
    stored = without_overrides(playable())
    shots = {name: replace(shot, layers=(), choke_group=None) for name, shot in stored.kit.one_shots.items()}
    stored = replace(stored, kit=replace(stored.kit, one_shots=shots))
    (folder,), (midi,) = export(stored, "oneshots", tmp_path), export(stored, "midi", tmp_path)
    back = as_decomposition([import_file(folder), import_file(midi)], "play")
    end, played = all_strokes(stored)
    ours = mixdown(stored.kit, stored.samples, RATE, played, end, stored.tempo_bpm)
    assert difference_db(ours, back.loop) < -30.0


@pytest.mark.parametrize("bits", [16, 24, 32])
def test_an_exported_loop_comes_back_with_its_beats(tmp_path: Path, bits: int) -> None:
    stored = playable()
    (path,) = export(stored, "loop", tmp_path, ExportSettings(bits=bits))
    loop = read_loop(path)
    assert loop.hints.beats == stored.pattern.beats and loop.beats is None
    assert np.abs(loop.audio - stored.loop).max() <= 2.0 ** -(bits - 1)
    assert read_loop(path, beats=8).beats == 8, "what you say goes before the mark"


def test_the_patterns_of_a_song_are_there_one_by_one(tmp_path: Path) -> None:
    stored = playable()
    ride = stored.pattern.track("ride")
    longer = stored.pattern.with_track(replace(ride, steps=(*ride.steps, *ride.silent.steps)))
    (path,) = export(replace(stored, pattern=replace(longer, beats=8)), "hydrogen-song", tmp_path)
    found = import_file(path)
    assert [(name, pattern.beats) for name, pattern in found.patterns] == [("bar 1", 4), ("bar 2", 4)]
    assert found.pattern is not None and found.pattern.beats == 8
    first, second = (pattern for _, pattern in found.patterns)
    assert found.about_patterns == ()
    assert first.track("kick") == second.track("kick") and "ride" not in {track.name for track in second.tracks}


def test_an_importer_that_fails_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Odd:
        name = "odd"

        def recognises(self, path: Path) -> bool:
            raise RuntimeError("enough")

    monkeypatch.setattr(importing, "importers", lambda: [Odd()])
    (tmp_path / "a.txt").write_text("hello")
    with pytest.raises(NotImported, match=r"the importer odd failed \(RuntimeError: enough\)"):
        import_file(tmp_path / "a.txt")


def test_the_verb_keeps_a_folder_that_comes_there_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (midi,) = export(playable(), "midi", tmp_path)
    out = tmp_path / "made"

    def slow(path: Path) -> Imported:
        write_folder(out, rich_decomposition())
        return import_file(path)

    monkeypatch.setattr(importing, "import_file", slow)
    done = CliRunner().invoke(import_verb, [str(midi), "-o", str(out)])
    assert done.exit_code == 0 and done.stdout.strip() == str(tmp_path / "made-2"), done.output
    assert read_folder(out).kit.name == "rich" and read_folder(tmp_path / "made-2").pattern.track("ride")


@pytest.mark.parametrize("start", [b"\xff\xfb\x90\x00", b"\xff\xf3\x40\xc4", b"ID3\x03", b"fLaC", b"OggS", b"FORM"])
def test_audio_is_known_by_how_it_begins(tmp_path: Path, start: bytes) -> None:
    (tmp_path / "a").write_bytes(start + bytes(64))
    assert is_recording(tmp_path / "a")
    (tmp_path / "b").write_bytes(b"\xff\xfe" + start)
    assert not is_recording(tmp_path / "b") and not is_recording(tmp_path)
