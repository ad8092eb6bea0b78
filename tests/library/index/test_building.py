"""The index says what is in the folders: after any change, an update comes to what a new index would hold."""

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.core.errors import TaoError
from engine.library.index.building import update
from engine.library.index.database import Index, IndexUnusable, writing
from engine.library.index.entries import Kind
from engine.library.index.places import Places
from engine.library.index.text_search import Query, search
from engine.library.kits.kit_folder import write_folder
from tests.library.index.shelf import TAKE, Shelf, contents, hit, kit, put


def names(shelf: Shelf, *kinds: Kind) -> set[str]:
    return {found.name for found in shelf.index.ask(lambda known: search(known, Query(kinds=kinds)))}


def test_everything_is_found_and_called_what_it_is(shelf: Shelf) -> None:
    assert names(shelf, Kind.KIT) == {"amen", "funky", TAKE}
    assert names(shelf, Kind.TAKE) == {TAKE}
    assert names(shelf, Kind.PATTERN) == {"amen", "funky", TAKE}
    shots = {found.name: found for found in shelf.index.ask(lambda known: search(known, Query(kinds=(Kind.ONE_SHOT,))))}
    assert set(shots) == {"bd deep", "hh 0", "hh 1", "hh 2", *(f"{name}: {drum}" for name in ("amen", "funky", TAKE)
                                                                  for drum in ("kick", "snare"))}
    assert shots["bd deep"].drum == "kick" and shots["hh 1"].drum == "hihat" and shots["hh 1"].licence == "CC0"
    assert (shots["amen: snare"].drum, shots["amen: snare"].tempo_bpm, shots["amen: snare"].licence) == (
        "snare", 94.0, "CC0-1.0")


def test_a_second_update_reads_nothing(shelf: Shelf) -> None:
    done = shelf.update()
    assert (done.read, done.gone, done.problems) == (0, 0, ()) and done.kept == 8


def test_a_kit_that_was_replaced_is_read_again(shelf: Shelf) -> None:
    write_folder(shelf.data / "takes" / "amen", kit("amen", 5, 101.0))
    assert shelf.update().read == 1
    (found,) = shelf.index.ask(lambda known: search(known, Query("amen", kinds=(Kind.KIT,))))
    assert found.tempo_bpm == 101.0
    assert shelf.contents() == shelf.rebuilt()


def test_what_is_gone_is_forgotten_and_comes_back(shelf: Shelf) -> None:
    before = shelf.contents()
    shelf.pack.rename(shelf.pack.with_name("away"))
    assert shelf.update().gone == 4 and "hh 0" not in names(shelf, Kind.ONE_SHOT)
    assert shelf.contents() == shelf.rebuilt()
    shelf.pack.with_name("away").rename(shelf.pack)
    shelf.update()
    assert shelf.contents() == before


def test_a_one_shot_that_was_edited_in_its_kit_is_read_again(shelf: Shelf) -> None:
    put(shelf.data / "takes" / "amen" / "oneshots" / "kick.wav", hit("kick", 9))
    assert shelf.update().read == 1 and shelf.contents() == shelf.rebuilt()


def test_a_licence_that_arrives_later_counts(shelf: Shelf) -> None:
    (shelf.pack / "Hats" / "LICENCE").write_text("Attribution-NonCommercial 4.0 (CC BY-NC)")
    assert shelf.update().read == 3 and shelf.contents() == shelf.rebuilt()
    found = shelf.index.ask(lambda known: search(known, Query(licence="by-nc")))
    assert {one.name for one in found} == {"hh 0", "hh 1", "hh 2"}


@pytest.mark.slow
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["kit", "hit", "delete", "edit", "rename"]), st.integers(0, 3)), max_size=6))
def test_after_any_changes_an_update_comes_to_what_a_new_index_holds(shelf: Shelf, changes: list) -> None:
    for what, number in changes:
        place = shelf.data / "takes" / f"kit {number}"
        file = shelf.pack / f"sd {number}.wav"
        match what:
            case "kit":
                write_folder(place, kit(f"kit {number}", number))
            case "edit" if place.exists():
                write_folder(place, kit(f"kit {number}", number, 70.0 + number))
            case "hit":
                put(file, hit("snare", number))
            case "delete":
                shutil.rmtree(place, ignore_errors=True)
                file.unlink(missing_ok=True)
            case "rename" if file.exists():
                file.rename(file.with_name(f"tom {number}.wav"))
        if number % 2:
            shelf.update()
    shelf.update()
    assert shelf.contents() == shelf.rebuilt()


def test_a_file_that_cannot_be_read_is_a_sentence_and_is_read_once(shelf: Shelf) -> None:
    (shelf.pack / "broken.wav").write_text("no audio")
    (shelf.data / "bad kit").mkdir()
    (shelf.data / "bad kit" / "kit.json").write_text('{"tracks": 7}')
    os.mkfifo(shelf.pack / "pipe.wav")
    done = shelf.update()
    assert done.read == 3 and len(done.problems) == 3 and any("broken.wav" in problem for problem in done.problems)
    again = shelf.update()
    assert again.read == 0 and again.problems == done.problems


def test_a_take_that_is_being_recorded_is_left_alone(shelf: Shelf) -> None:
    growing = shelf.data / "takes" / "take 2026-02-02 10.00.00.wav"
    put(growing, hit("kick"))
    marker = growing.with_name(f".{growing.name}.recording")
    marker.touch()
    assert shelf.update().read == 0
    marker.unlink()
    assert shelf.update().read == 1


def test_a_name_that_is_not_text_is_indexed(shelf: Shelf) -> None:
    odd = os.fsdecode(bytes(shelf.pack) + b"/kick \xff.wav")
    (shelf.pack / "bd deep.wav").rename(odd)
    shelf.update()
    found = [one for one in shelf.index.ask(lambda known: search(known, Query("kick", kinds=(Kind.ONE_SHOT,))))
             if one.kit is None]
    assert [str(one.path) for one in found] == [odd]


@pytest.mark.parametrize("damage", [b"", b"nonsense" * 500, None], ids=["empty", "nonsense", "holes"])
def test_a_damaged_index_is_built_again_in_silence(shelf: Shelf, damage: bytes | None) -> None:
    before = shelf.contents()
    for suffix in ("-wal", "-shm"):
        Path(f"{shelf.index.file}{suffix}").unlink(missing_ok=True)
    if damage is None:
        whole = bytearray(shelf.index.file.read_bytes())
        whole[4096:] = b"\x5a" * (len(whole) - 4096)
        damage = bytes(whole)
    shelf.index.file.write_bytes(damage)
    shelf.update()
    assert shelf.contents() == before


def test_an_index_of_another_version_is_built_again(shelf: Shelf) -> None:
    before = shelf.contents()
    shelf.index.ask(lambda known: known.execute("PRAGMA user_version = 999"))
    shelf.update()
    assert shelf.contents() == before


def test_an_index_without_a_table_is_built_again(shelf: Shelf) -> None:
    before = shelf.contents()
    shelf.index.ask(lambda known: known.execute("DROP TABLE timbres"))
    shelf.update()
    assert shelf.contents() == before


def test_readers_and_writers_do_not_disturb_each_other(shelf: Shelf) -> None:
    for number in range(30):
        put(shelf.pack / f"extra {number}.wav", hit("snare", number))
    failures: list[BaseException] = []

    def work(task) -> None:
        try:
            for _ in range(5):
                task()
        except BaseException as failure:  # noqa: BLE001  it is told by the test's own thread
            failures.append(failure)

    updater = f"from tests.library.index.shelf import *; s = Shelf.__new__(Shelf); " \
              f"from pathlib import Path; s.index = Index(Path({str(shelf.index.file)!r})); " \
              f"s.data, s.pack = Path({str(shelf.data)!r}), Path({str(shelf.pack)!r}); s.update()"
    other = subprocess.Popen([sys.executable, "-c", updater])
    tasks = (shelf.update, shelf.update, lambda: names(shelf))
    threads = [threading.Thread(target=work, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert other.wait(120) == 0 and not failures
    assert shelf.contents() == shelf.rebuilt()


def test_a_search_does_not_wait_for_a_writer(shelf: Shelf) -> None:
    writer = sqlite3.connect(shelf.index.file, isolation_level=None)
    with writing(writer):
        writer.execute("DELETE FROM items")
        assert "amen" in names(shelf, Kind.KIT)
    writer.close()
    assert names(shelf, Kind.KIT) == set()


def test_a_full_disk_costs_a_sentence_and_what_is_known_can_be_searched(shelf: Shelf) -> None:
    for number in range(20):
        put(shelf.pack / f"extra {number}.wav", hit("snare", number))

    def full(connection: sqlite3.Connection) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
        update(connection, shelf.folders)

    with pytest.raises(IndexUnusable, match="disk is full"):
        shelf.index.ask(full)
    assert "amen" in names(shelf, Kind.KIT)
    shelf.update()
    assert shelf.contents() == shelf.rebuilt()


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(IndexUnusable, match="XDG_CACHE_HOME"):
        Index(tmp_path / "file" / "library.sqlite").ask(lambda known: None)


def test_without_full_text_search_the_same_is_found(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    queries = [Query("am"), Query("kick"), Query("hh 1"), Query("cc0 hat"), Query("zzz"), Query("pack bd")]
    with_it = [{one.path for one in shelf.index.ask(lambda known, query=query: search(known, query))}
               for query in queries]
    monkeypatch.setattr("engine.library.index.database.has_full_text", lambda: False)
    shelf.update()
    assert [{one.path for one in shelf.index.ask(lambda known, query=query: search(known, query))}
            for query in queries] == with_it and with_it[0] and with_it[5]


def test_folders_are_remembered_and_forgotten(tmp_path: Path) -> None:
    places = Places(tmp_path / "index", tmp_path / "config" / "library.json", (tmp_path / "own",))
    (tmp_path / "a").mkdir()
    places.add(tmp_path / "a")
    places.add(tmp_path / "a")
    assert places.folders() == (tmp_path / "own", tmp_path / "a")
    places.forget(tmp_path / "a")
    assert places.folders() == (tmp_path / "own",)
    for wrong in (places.add, places.forget):
        with pytest.raises(TaoError, match="gone"):
            wrong(tmp_path / "gone")
    places.named.write_text("[")
    with pytest.raises(TaoError, match="Move it away"):
        places.folders()


def test_the_same_folder_named_twice_is_indexed_once(shelf: Shelf) -> None:
    folders = (*shelf.folders, shelf.pack / "Hats", shelf.data)
    shelf.index.ask(lambda known: update(known, folders))
    assert shelf.contents() == shelf.rebuilt()


def test_the_background_update_does_the_same_and_takes_turns(shelf: Shelf, tmp_path: Path) -> None:
    before = shelf.contents()
    other = Index(tmp_path / "other" / "library.sqlite")
    named = tmp_path / "library.json"
    Places(other.file, named, ()).add(shelf.pack)
    argv = [sys.executable, "-m", "engine.library.index", str(other.file), str(named), str(shelf.data)]
    two = [subprocess.Popen(argv, stderr=subprocess.PIPE) for _ in range(2)]
    assert [one.communicate()[1] for one in two] == [b"", b""] and [one.returncode for one in two] == [0, 0]
    assert contents(other) == before


def test_a_silent_or_odd_file_does_no_harm(shelf: Shelf) -> None:
    put(shelf.pack / "silence.wav", np.zeros((1000, 2), np.float32))
    soundfile.write(shelf.pack / "mono.flac", hit("kick")[:, 0], 22050)
    put(shelf.pack / "nan.wav", np.full((10, 2), np.nan, np.float32))
    done = shelf.update()
    assert done.read == 3 and len(done.problems) == 1 and {"silence", "mono"} <= names(shelf, Kind.ONE_SHOT)
