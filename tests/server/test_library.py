"""The library of a running engine: searched from a client, read in processes of its own, up to date by itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.core.requests import FitOptions, SoundSource
from engine.library.index.database import Index
from engine.library.index.text_search import Query, search
from engine.library.kits.kit_folder import write_folder
from tests.library.index.shelf import kit
from tests.rig import RunningEngine, running_engine


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[RunningEngine]:
    write_folder(tmp_path / "takes" / "amen", kit("amen", 0))
    with running_engine(tmp_path, "null", library_index=str(tmp_path / "cache" / "library.sqlite"),
                        library_folders=str(tmp_path / "library.json")) as engine:
        engine.load_kit("first")
        yield engine


def found(engine: RunningEngine, where: SoundSource, words: str = "") -> tuple[str, ...]:
    """What the library has for the kick."""
    engine.client.browse("kick", where, words)

    def answered(snapshot) -> bool:
        sounds = snapshot.status.sounds
        return sounds is not None and (sounds.where, sounds.path) == (where, words) and bool(sounds.names)

    assert engine.client.wait(answered, 60.0), engine.client.snapshot().status
    sounds = engine.client.snapshot().status.sounds
    assert sounds is not None
    return sounds.names


def test_a_client_finds_auditions_and_loads_what_is_in_the_library(engine: RunningEngine, tmp_path: Path) -> None:
    index = tmp_path / "cache" / "library.sqlite"
    assert not index.exists(), "a start reads nothing"
    assert {name.split("  ")[0] for name in found(engine, SoundSource.LIBRARY)} == {"amen: kick", "amen: snare"}
    before = engine.client.snapshot().status.machine.kit.one_shots["kick"]
    engine.client.audition("kick", 0, FitOptions())
    engine.client.swap("kick", 0, FitOptions())
    assert engine.client.wait(lambda s: s.status.machine.kit.one_shots["kick"] != before, 20.0)
    (name,) = found(engine, SoundSource.PATTERNS)
    assert name.startswith("amen: 94 BPM")
    engine.client.load_found_kit(0)
    assert engine.client.wait(lambda s: s.status.machine.kit.name == "amen", 20.0)
    engine.finish()


def test_a_kit_that_was_kept_is_in_the_library_soon_after(engine: RunningEngine, tmp_path: Path) -> None:
    found(engine, SoundSource.LIBRARY)
    write_folder(tmp_path / "takes" / "new one", kit("new one", 2))
    index = Index(tmp_path / "cache" / "library.sqlite")

    def is_there(_: object) -> bool:
        return bool(index.ask(lambda known: search(known, Query("new one"))))

    assert engine.client.wait(is_there, 120.0)
    engine.finish()
