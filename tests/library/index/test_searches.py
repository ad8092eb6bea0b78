"""What a musician finds: by words, tempo, class and licence; by sound; by pattern; twice; and by descent."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from engine.core.errors import InvalidValue, TaoError
from engine.library.index.ancestry import Link, ancestry
from engine.library.index.entries import Found, Kind
from engine.library.index.offering import kits_like, one_shots_like
from engine.library.index.pattern_search import alike
from engine.library.index.rhythm import drawn, rhythm_of, rows_of
from engine.library.index.sound_search import duplicates, nearest
from engine.library.index.text_search import Query, parsed, search, tempi_of
from engine.library.index.timbre import timbre
from engine.library.kits.kit_folder import write_folder
from engine.library.kits.lineage import Lineage, write_lineage
from tests.library.index.shelf import RATE, TAKE, Shelf, hit, kit, put


def found(shelf: Shelf, **query) -> list[str]:
    return [one.name for one in shelf.index.ask(lambda known: search(known, Query(**query)))]


def test_words_find_names_first_and_folders_too(shelf: Shelf) -> None:
    assert found(shelf, text="amen")[0] == "amen" and {"amen: kick", "amen: snare"} <= set(found(shelf, text="AMEN"))
    assert set(found(shelf, text="my pack")) == {"bd deep", "hh 0", "hh 1", "hh 2"}
    assert found(shelf, text="my pack hh 2") == ["hh 2"] and found(shelf, text="amen zebra") == []


def test_the_beginning_of_a_word_is_enough_and_signs_do_no_harm(shelf: Shelf) -> None:
    assert "funky" in found(shelf, text="fun")
    for odd in ('"', "'", "* OR", "a\" OR \"", "(", "NEAR(", "%", "_", "\x00", "—"):
        found(shelf, text=odd)


def test_tempo_class_licence_and_kind_narrow_a_search(shelf: Shelf) -> None:
    assert set(found(shelf, tempo=(90.0, 100.0), kinds=(Kind.KIT,))) == {"amen", TAKE}
    assert found(shelf, drum="snare", tempo=(100.0, 130.0)) == ["funky: snare"]
    assert set(found(shelf, licence="cc0")) == {"amen", "amen: kick", "amen: snare", "bd deep", "hh 0", "hh 1", "hh 2"}
    assert found(shelf, licence="cc0", drum="kick", text="amen") == ["amen: kick"]
    assert len(found(shelf, most=3)) == 3


def test_a_kit_is_listed_once_unless_patterns_are_asked_for(shelf: Shelf) -> None:
    assert found(shelf, text="funky").count("funky") == 1
    assert found(shelf, text="funky", kinds=(Kind.PATTERN,)) == ["funky"]


def test_a_tempo_is_a_number_or_a_range(shelf: Shelf) -> None:
    assert tempi_of("94") == (93.5, 94.5) and tempi_of("100-90") == (90.0, 100.0)
    assert parsed("snare 90-100 dry") == Query("snare dry", tempo=(90.0, 100.0))
    assert parsed("sp-404 909") == Query("sp-404 909")
    with pytest.raises(InvalidValue, match="no tempo"):
        tempi_of("fast")


def test_the_nearest_sound_is_the_sound_itself(shelf: Shelf) -> None:
    sound = timbre(hit("hihat", 1), RATE)
    assert sound is not None
    near = shelf.index.ask(lambda known: nearest(known, sound, Query(most=4)))
    assert near[0].name == "hh 1" and near[0].score == pytest.approx(1.0, abs=1e-3)
    assert {one.name for one in near[:3]} == {"hh 0", "hh 1", "hh 2"}
    kicks = shelf.index.ask(lambda known: nearest(known, sound, Query(drum="kick")))
    assert {one.drum for one in kicks} == {"kick"} and len(kicks) == 4


def test_the_loop_that_plays_a_pattern_is_found_by_it(shelf: Shelf) -> None:
    wanted = drawn(["kick=x..x..x.x..x..x. snare=....x..x....x..."])
    near = shelf.index.ask(lambda known: alike(known, rhythm_of(wanted), rows_of(wanted)))
    assert near[0].name == "funky" and near[0].score == pytest.approx(1.0, abs=1e-3)
    assert [one.score for one in near] == sorted((one.score or 0.0 for one in near), reverse=True)


def test_patterns_of_midi_files_are_found_too(shelf: Shelf) -> None:
    source = shelf.data / "takes" / "funky" / "pattern.mid"
    (shelf.pack / "groove.mid").write_bytes(source.read_bytes())
    shelf.update()
    wanted = drawn(["kick=x..x..x.x..x..x. snare=....x..x....x..."])
    near = shelf.index.ask(lambda known: alike(known, rhythm_of(wanted), rows_of(wanted)))
    assert {one.name for one in near[:2]} == {"funky", "groove"} and near[1].score == pytest.approx(1.0, abs=1e-2)


def test_the_patterns_of_a_kits_other_slots_are_found_and_lead_to_the_kit_once(shelf: Shelf) -> None:
    file = shelf.data / "takes" / "amen" / "kit.json"
    document = json.loads(file.read_text())
    shuffle = {"slot": 3, "meter": [4, 4], "beats": 4, "steps_per_beat": 3, "swing": 0.5, "tracks": [
        {"name": "kick", "steps": [{"index": index, "velocity": 1.0} for index in (0, 2, 6)]}]}
    file.write_text(json.dumps({**document, "patterns": [shuffle]}))
    shelf.update()
    wanted = drawn(["kick=x.x...x....."], 3)
    near = shelf.index.ask(lambda known: alike(known, rhythm_of(wanted), rows_of(wanted)))
    assert near[0].name == "amen, pattern 3" and near[0].score == pytest.approx(1.0, abs=1e-3)
    offered = kits_like(shelf.index.file, rhythm_of(wanted).tobytes(), "kick")
    assert [one.kit and one.kit.name for one in offered].count("amen") == 1
    assert offered[0].name.startswith("amen, pattern 3: 94 BPM")


def test_duplicates_are_the_same_audio_or_cannot_be_told_apart(shelf: Shelf) -> None:
    put(shelf.pack / "copy.wav", hit("hihat", 1))
    put(shelf.pack / "softer.wav", 0.5 * hit("hihat", 2))
    shelf.update()
    groups = shelf.index.ask(duplicates)
    assert sorted(sorted(one.name for one in group) for group in groups) == [["copy", "hh 1"], ["hh 2", "softer"]]


def relations(shelf: Shelf, name: str) -> list[tuple[Link, int, str, bool]]:
    known = shelf.index.ask(lambda index: ancestry(index, name))
    return [(one.link, one.depth, one.name, one.found is not None)
            for one in (*known.ancestors, *known.versions, *known.descendants)]


def test_the_lineage_goes_from_kit_to_take_to_the_kit_that_played(shelf: Shelf) -> None:
    path = shelf.data / "takes" / TAKE
    assert relations(shelf, str(path)) == [
        (Link.MADE_FROM, 1, TAKE, True), (Link.PLAYED, 2, "amen", True), (Link.MADE_FROM, 3, "amen.wav", False),
        (Link.PLAYED, 2, "gone loop", False)]
    assert relations(shelf, "amen") == [
        (Link.MADE_FROM, 1, "amen.wav", False), (Link.RESAMPLED, 1, TAKE, True), (Link.BECAME, 2, TAKE, True)]


def test_kits_of_the_same_recording_are_versions_of_each_other(shelf: Shelf) -> None:
    take = shelf.data / "takes" / f"{TAKE}.wav"
    sha256 = hashlib.sha256(take.read_bytes()).hexdigest()
    write_folder(shelf.data / "takes" / "edited", kit("edited", 3, sha256=sha256))
    shelf.update()
    assert (Link.VERSION, 1, TAKE, True) in relations(shelf, "edited")


def test_a_lineage_that_runs_in_a_circle_ends(shelf: Shelf) -> None:
    for one, other in (("one", "two"), ("two", "one")):
        put(shelf.pack / f"{one}.wav", np.tile(hit("kick"), (4, 1)) * (0.5 if one == "one" else 0.6))
        write_lineage(shelf.pack / f"{one}.wav", Lineage("master", (other,), 4, RATE))
    shelf.update()
    assert relations(shelf, "one") == [(Link.PLAYED, 1, "two", True), (Link.RESAMPLED, 1, "two", True)]


def test_what_is_not_there_has_no_lineage(shelf: Shelf) -> None:
    with pytest.raises(TaoError, match="library search"):
        shelf.index.ask(lambda index: ancestry(index, "zebra \udcff"))


def test_a_track_is_offered_the_nearest_sounds_with_duplicates_marked(shelf: Shelf) -> None:
    put(shelf.pack / "copy.wav", hit("hihat", 1))
    shelf.update()
    offered = one_shots_like(shelf.index.file, "", hit("hihat", 1), RATE)
    assert {one.name for one in offered[:2]} == {"copy  100%  the sound you have", "hh 1  100%  the sound you have"}
    offered = one_shots_like(shelf.index.file, "h", hit("hihat", 0), RATE)
    assert offered[0].name.startswith("hh 0  100%") and len(offered) == 4
    same = [one.name for one in one_shots_like(shelf.index.file, "", hit("kick"), RATE) if "same as" in one.name]
    assert len(same) == 1 and same[0].split("  ")[2] in ("same as copy", "same as hh 1")
    by_name = one_shots_like(shelf.index.file, "amen", np.zeros((1, 2), np.float32), RATE)
    assert [(one.name, one.kit) for one in by_name] == [
        ("amen: kick", shelf.data / "takes" / "amen"), ("amen: snare", shelf.data / "takes" / "amen")]


def test_kits_are_offered_by_their_pattern_with_the_one_shot_of_the_track(shelf: Shelf) -> None:
    wanted = drawn(["kick=x..x..x.x..x..x. snare=....x..x....x..."])
    offered = kits_like(shelf.index.file, rhythm_of(wanted).tobytes(), "snare")
    assert offered[0].name == "funky: 118 BPM  100%"
    assert offered[0].path == shelf.data / "takes" / "funky" / "oneshots" / "snare.wav"
    assert kits_like(shelf.index.file, rhythm_of(wanted).tobytes(), "cowbell")[0].path is None
    assert kits_like(shelf.index.file, b"nonsense", "snare") == []


def test_an_index_that_is_not_there_yet_offers_nothing(tmp_path: Path) -> None:
    assert one_shots_like(tmp_path / "new.sqlite", "kick", hit("kick"), RATE) == []


def test_a_result_is_one_line(shelf: Shelf) -> None:
    line = Found(Kind.ONE_SHOT, "amen: kick", Path("/k.wav"), None, "kick", 94.2, 0.31, "CC0", None, 0.874).line()
    assert line == " 87%  amen: kick  (one-shot, kick, 94 BPM, 0.3 s, CC0)  /k.wav"
