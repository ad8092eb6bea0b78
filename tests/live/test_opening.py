"""Whatever file is opened goes where it belongs while the music plays, and one undo takes it back."""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.core.commands import CopyPattern, Play, SelectPattern
from engine.core.errors import InvalidValue
from engine.core.machine import PATTERN_SLOTS
from engine.core.pattern import Step
from engine.core.requests import OpenFile
from engine.library.audio_files import write_wav
from engine.library.exporting import export
from engine.library.kits.decomposition import StoredDecomposition
from engine.library.kits.kit_folder import write_folder
from engine.live.opening import READER, Opening
from engine.sessions.replay import replay
from tests.library.exporters.test_hydrogen import playable
from tests.library.values import rich_decomposition, sound
from tests.live.test_conductor import RATE, Room
from tests.live.test_exports import wait_until


def two_bars() -> StoredDecomposition:
    """The playable kit with a second bar in which the ride plays once."""
    stored = playable()
    ride = stored.pattern.track("ride")
    longer = replace(ride, steps=(*ride.steps, Step(1.0), *(None,) * 15))
    return replace(stored, pattern=replace(stored.pattern.with_track(longer), beats=8))


class Desk:
    """A room that plays a kit in slot 1, and what was said and passed on."""

    def __init__(self, folder: Path, argv: tuple[str, ...], patience_s: float) -> None:
        self.room = Room(folder)
        self.passed_on: list[tuple[str, str]] = []
        self.opening = Opening(self.room.conductor, self.room.notices,
                               lambda path: self.passed_on.append(("decompose", path)),
                               lambda path: self.passed_on.append(("load", path)), argv, patience_s)
        self.room.load("kit a")
        self.room.conductor.perform(Play())
        self.room.play(20)

    def open(self, path: Path) -> str:
        """Open it, and play to the next bar line; what was said last."""
        self.opening.open(OpenFile(str(path)))
        assert wait_until(lambda: self.opening._tasks[0][0].done(), 60.0)
        self.opening.step()
        self.room.play(900)
        return " ".join(notice.text for notice in self.room.notices.newest)

    @property
    def machine(self):
        return self.room.conductor.machine


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    made: list[Desk] = []

    def build(*argv: str, patience_s: float = 30.0) -> Desk:
        made.append(Desk(tmp_path, argv or READER, patience_s))
        return made[-1]

    yield build
    for one in made:
        one.opening.close()
        one.room.journal.close()


def test_a_midi_file_goes_into_the_next_free_slot_and_plays(desk: Callable[..., Desk], tmp_path: Path) -> None:
    one = desk()
    before = one.machine
    (path,) = export(playable(), "midi", tmp_path)
    said = one.open(path)
    assert one.machine.slot == 1 and one.machine.patterns[0] == before.pattern, "nothing is overwritten"
    names = [track.name for track in one.machine.pattern.tracks]
    assert names == ["kick", "snare", "hihat", "ride"] and one.machine.pattern.beats == 4
    assert any(one.machine.pattern.track("kick").steps) and not any(one.machine.pattern.track("snare").steps)
    two_tracks = one.machine.pattern
    assert "play is in pattern slot 2. It was made for 120 BPM." in said and "no sound for: ride" in said
    one.room.conductor.undo()
    one.room.play(4)
    assert (one.machine.patterns, one.machine.slot) == (before.patterns, 0)
    one.room.conductor.redo()
    one.room.play(4)
    assert one.machine.slot == 1 and one.machine.pattern.track("ride") == two_tracks.track("ride")


def test_an_empty_slot_that_plays_takes_the_pattern_itself(desk: Callable[..., Desk], tmp_path: Path) -> None:
    one = desk()
    one.room.conductor.perform(SelectPattern(4))
    one.room.play(4)
    (path,) = export(playable(), "hydrogen-pattern", tmp_path)
    one.open(path)
    assert one.machine.slot == 4 and any(one.machine.pattern.track("kick").steps)


def test_the_patterns_of_a_song_fill_the_free_slots(desk: Callable[..., Desk], tmp_path: Path) -> None:
    one = desk()
    one.room.conductor.perform(CopyPattern(2))
    one.room.play(4)
    (path,) = export(two_bars(), "hydrogen-song", tmp_path)
    said = one.open(path)
    filled = [slot for slot, pattern in enumerate(one.machine.patterns) if pattern is not None]
    assert filled == [0, 1, 2, 3] and one.machine.slot == 1 and "slots 2, 4" in said
    assert [one.machine.patterns[slot].beats for slot in (1, 3)] == [4, 4]
    rides = [sum(step is not None for step in one.machine.patterns[slot].track("ride").steps) for slot in (1, 3)]
    assert rides == [3, 1]


def test_without_a_free_slot_nothing_is_opened(desk: Callable[..., Desk], tmp_path: Path) -> None:
    one = desk()
    for slot in range(1, PATTERN_SLOTS):
        one.room.conductor.perform(CopyPattern(slot))
        one.room.play(2)
    before = one.machine
    (path,) = export(playable(), "midi", tmp_path)
    assert "all 16 pattern slots are in use" in one.open(path) and one.machine.patterns == before.patterns


@pytest.mark.parametrize("name", ["sfz", "hydrogen", "oneshots"])
def test_another_programs_kit_replaces_the_sounds(desk: Callable[..., Desk], tmp_path: Path, name: str) -> None:
    one = desk()
    before = one.machine
    (path,) = export(playable(), name, tmp_path)
    said = one.open(next(path.glob("*.sfz")) if name == "sfz" else path)
    kit = one.machine.kit
    assert list(kit.one_shots) == ["kick", "snare", "hihat", "ride"] and len(kit.one_shots["kick"].layers) == 2
    assert kit.one_shots["snare"] == before.kit.one_shots["snare"], "a track without a new sound keeps its own"
    assert [track.name for track in one.machine.pattern.tracks] == ["kick", "snare", "hihat", "ride"]
    assert f"The kit {kit.name} plays" in said
    one.room.conductor.undo()
    one.room.play(4)
    assert (one.machine.kit, one.machine.pattern) == (before.kit, before.pattern)


def test_audio_is_decomposed_and_kit_folders_are_loaded(desk: Callable[..., Desk], tmp_path: Path) -> None:
    one = desk()
    write_wav(tmp_path / "loop.wav", sound(1, RATE), RATE)
    write_folder(tmp_path / "kit", rich_decomposition())
    one.open(tmp_path / "loop.wav")
    one.open(tmp_path / "kit")
    assert one.passed_on == [("decompose", str(tmp_path / "loop.wav")), ("load", str(tmp_path / "kit"))]


def test_a_wrong_kind_is_named_as_what_it_is(desk: Callable[..., Desk], tmp_path: Path) -> None:
    one = desk()
    before = one.machine
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n")
    assert "a.png is a PNG picture" in one.open(tmp_path / "a.png")
    assert "There is no file" in one.open(tmp_path / "none")
    assert "cannot be read: File name too long" in one.open(tmp_path / (300 * "x"))
    assert one.machine.kit == before.kit and one.passed_on == []
    with pytest.raises(InvalidValue, match="not a path"):
        one.opening.open(OpenFile("\0"))


@pytest.mark.parametrize(("program", "said"), [
    ("import sys; sys.exit(1)", "the process that reads it ended"), ("print('nonsense')", "the process that reads it"),
    ("import time; time.sleep(600)", "took longer than 3 s")])
def test_a_reader_that_fails_is_one_sentence(desk: Callable[..., Desk], tmp_path: Path, program: str,
                                             said: str) -> None:
    one = desk(sys.executable, "-c", program, patience_s=3.0)
    assert said in one.open(tmp_path / "a.mid")


def test_closing_does_not_wait_for_the_reader(desk: Callable[..., Desk], tmp_path: Path) -> None:
    one = desk(sys.executable, "-c", "import time; time.sleep(600)")
    one.opening.open(OpenFile(str(tmp_path)))
    assert wait_until(lambda: one.opening._process is not None, 20.0)
    began_s = time.monotonic()
    one.opening.close()
    assert time.monotonic() - began_s < 10.0


def test_what_was_opened_is_replayed_to_the_bit(desk: Callable[..., Desk], tmp_path: Path) -> None:
    one = desk()
    for name in ("hydrogen", "midi"):
        (path,) = export(playable(), name, tmp_path)
        one.open(path)
    one.room.journal.close()
    heard = np.concatenate(one.room.heard)
    assert np.array_equal(replay(one.room.folder, len(heard)), heard)


def test_a_client_that_opens_very_many_files_is_refused(desk: Callable[..., Desk], tmp_path: Path) -> None:
    one = desk(sys.executable, "-c", "import time; time.sleep(600)")
    with pytest.raises(InvalidValue, match="files are being opened already"):
        for _ in range(20):
            one.opening.open(OpenFile(str(tmp_path)))
    assert len(one.opening._tasks) < 10
