"""The library is brought up to date in the background: when somebody is about to search, and after a kit was made."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.library.index.database import Index
from engine.library.index.places import Places
from engine.library.index.text_search import Query, search
from engine.library.kits.kit_folder import write_folder
from engine.live import library
from engine.live.library import Library
from tests.library.index.shelf import kit


@pytest.fixture
def places(tmp_path: Path) -> Places:
    (tmp_path / "data" / "takes").mkdir(parents=True)
    return Places(tmp_path / "cache" / "library.sqlite", tmp_path / "library.json", (tmp_path / "data",))


def wait_until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + 60.0
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.01)


def kits(places: Places) -> list[str]:
    return [found.name for found in Index(places.index).ask(lambda known: search(known, Query("amen")))][:1]


def test_somebody_about_to_search_has_it_updated_once(places: Places) -> None:
    write_folder(places.own[0] / "takes" / "amen", kit("amen", 0))
    kept = Library(places, places.own[0] / "takes")
    kept.freshen()
    assert kept.updating and kept.is_new
    wait_until(lambda: not kept.updating)
    assert kits(places) == ["amen"]
    kept.freshen()
    assert not kept.updating, "it has just been done"
    kept.close()


def test_a_kit_that_was_written_is_in_the_index_once_the_folder_is_quiet(places: Places,
                                                                           monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "QUIET_S", 0.0)
    kept = Library(places, places.own[0] / "takes")
    for _ in range(3):
        kept.look()
    assert not kept.updating and not places.index.exists(), "nothing happens at the start"
    write_folder(places.own[0] / "takes" / "amen", kit("amen", 0))
    kept.look()
    assert not kept.updating, "it has only just changed"
    kept.look()
    assert kept.updating
    wait_until(lambda: not kept.updating)
    assert kits(places) == ["amen"]
    kept.close()


def test_a_change_during_an_update_is_followed_by_another(places: Places, tmp_path: Path) -> None:
    log = tmp_path / "log"
    program = f"import time; open({str(log)!r}, 'a').write('x'); time.sleep(0.2)"
    kept = Library(places, places.own[0] / "takes", (sys.executable, "-c", program))
    kept.update()
    kept.update()
    wait_until(lambda: not kept.updating)
    kept.look()
    wait_until(lambda: not kept.updating)
    assert log.read_text() == "xx"
    kept.close()


def test_closing_stops_an_update(places: Places) -> None:
    kept = Library(places, places.own[0] / "takes", (sys.executable, "-c", "import time; time.sleep(600)"))
    kept.update()
    kept.close()
    assert not kept.updating


def test_an_updater_that_cannot_start_is_no_harm(places: Places) -> None:
    kept = Library(places, places.own[0] / "takes", ("/no such program",))
    kept.update()
    assert not kept.updating
    kept.close()


def test_a_kit_that_is_written_before_the_engine_first_looks_is_not_missed(places: Places,
                                                                             monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "QUIET_S", 0.0)
    kept = Library(places, places.own[0] / "takes")
    kept.freshen()
    wait_until(lambda: not kept.updating)
    write_folder(places.own[0] / "takes" / "amen", kit("amen", 0))
    kept.look()
    kept.look()
    wait_until(lambda: not kept.updating)
    assert kits(places) == ["amen"]
    kept.close()
