"""A set has all of a session in one folder, wherever that is moved; saving it again adds to it."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from engine.core.commands import SetGain, SetTempo, ToggleStep
from engine.core.midi import MidiSetup
from engine.keeping.homes import Home, Homes
from engine.library.audio_files import write_wav
from engine.library.kits.kit_folder import read_folder, write_folder
from engine.library.kits.live_kit import LiveKit
from engine.sessions.restore import NothingToRestore, restore
from engine.sessions.sets import UnreadableSet, find_set, list_sets, read_set, set_of, write_set
from tests.sessions.test_restore import HIT, LOOP, RATE, decomposition, written

MIDI = MidiSetup(inputs=("TR-8S", None), controls={"1:74": "filter"})


class Place:
    """A folder with takes, a session, and sets to be."""

    def __init__(self, folder: Path) -> None:
        self.takes, self.sets, self.sessions = (folder / name for name in ("takes", "sets", "sessions"))
        self.takes.mkdir()
        self.sessions.mkdir()
        write_wav(self.takes / "loop.wav", LOOP, RATE)

    def session(self, name: str, *commands: object) -> Path:
        return written(self.sessions / name, decomposition(), *commands)

    def save(self, session: Path, name: str = "Friday", own: str = "") -> Path:
        return write_set(self.sets, name, session, self.takes, MIDI, own)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def files_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_set_that_was_moved_opens_as_the_session_ended(place: Place, tmp_path: Path) -> None:
    session = place.session("20260101-000000-1", ToggleStep("kick", 2), SetTempo(99.0), SetGain(-6.0))
    folder = place.save(session)
    moved = tmp_path / "stick" / "Friday"
    shutil.copytree(folder, moved)
    for gone in (place.takes, place.sets, place.sessions):
        shutil.rmtree(gone)
    content = read_set(moved)
    restored = restore(content.session, RATE)
    assert content.midi == MIDI and content.name == "Friday" and set_of(content.session) == moved
    assert restored.machine.timeline.bpm == 99.0 and restored.machine.effects.gain_db == -6.0 and not restored.problems
    stored = read_folder(content.kit)
    live = LiveKit.of(restored.machine)
    assert stored.pattern == live.patterns[0] and stored.as_played.bpm == 99.0
    shot = stored.kit.one_shots["kick"]
    assert np.array_equal(stored.samples[shot.sample], HIT) and np.array_equal(stored.loop, LOOP)
    assert (moved / "takes" / "loop.wav").is_file() and json.loads((moved / "set.json").read_text())["files"]


def test_a_kit_that_has_its_edits_is_copied_once(place: Place) -> None:
    session = place.session("20260101-000000-1", ToggleStep("kick", 2))
    restored = restore(session, RATE)
    live = LiveKit.of(restored.machine)
    write_folder(place.takes / "found", live.stored(restored.samples, RATE))
    Homes(session).move(live.key, Home(place.takes / "found", None, live, "1"))
    content = read_set(place.save(session))
    assert [path.name for path in content.kit.parent.iterdir()] == ["found"]
    homes = Homes(session)
    homes.return_to(content.session, live)
    assert homes.of(live.key) == Home(None, content.kit, live), "what the set holds is saved already"


def test_saving_again_adds_to_the_set_and_keeps_what_is_there(place: Place) -> None:
    first = place.session("20260101-000000-1")
    folder = place.save(first)
    (folder / "notes.txt").write_text("mine")
    before = files_in(folder)
    second = place.session("20260102-000000-2", SetTempo(77.0))
    assert place.save(second) == folder.with_name("Friday-2"), "another session's set stays"
    assert files_in(folder) == before
    assert place.save(second, own=str(folder)) == folder
    after = files_in(folder)
    assert before.keys() <= after.keys() and after["notes.txt"] == b"mine"
    assert read_set(folder).session.name == second.name and restore(folder / "sessions" / first.name, RATE).machine
    assert {path for path in after if path.startswith("kits/")} == {path for path in before if path.startswith("kits/")}
    assert place.save(second) == folder, "a set that holds the session is its own"


def test_sets_are_found_by_name_and_path_and_listed(place: Place) -> None:
    folder = place.save(place.session("20260101-000000-1"), "one/two")
    assert folder.name == "one_two"
    assert find_set(place.sets, "one/two") == find_set(place.sets, str(folder)) == folder
    assert [(path, content.name) for path, content in list_sets(place.sets)] == [(folder, "one/two")]
    with pytest.raises(UnreadableSet, match="no set 'three'"):
        find_set(place.sets, "three")


def test_a_session_without_music_makes_no_set(place: Place) -> None:
    with pytest.raises(NothingToRestore):
        place.save(written(place.sessions / "20260101-000000-1"))
    assert not place.sets.exists()


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"schema": "tao.set/9", "name": "", "session": "", "kit": "", '
                                  '"files": []}', '{"schema": "tao.set/1", "name": 3}'])
def test_a_set_that_cannot_be_read_is_one_sentence(place: Place, text: str) -> None:
    folder = place.save(place.session("20260101-000000-1"))
    (folder / "set.json").write_text(text)
    with pytest.raises(UnreadableSet) as refused:
        read_set(folder)
    assert "\n" not in str(refused.value) and not [*list_sets(place.sets)]
