"""What was made live is on disk before anybody saves it, and no kit ever takes the place of another."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.core.commands import (
    Boundary,
    CopyPattern,
    Crossbreed,
    KeepParent,
    Play,
    SelectPattern,
    SetRole,
    SetStep,
    SetTempo,
    ShapeOneShot,
    SwapOneShot,
    ToggleStep,
)
from engine.core.commands.sounds import Quality
from engine.core.crossbreeding.parents import Side
from engine.core.errors import InvalidValue
from engine.core.kit import OneShot
from engine.core.step import Step
from engine.keeping import keeper as module
from engine.keeping.keeper import Keeper
from engine.keeping.writing import Writing
from engine.library.kits.kit_folder import read_folder
from engine.library.kits.live_kit import LiveKit
from engine.worker.jobs import Jobs
from engine.worker.process import WorkerProcess
from tests.live.test_conductor import Room
from tests.sounds import burst

pytestmark = [pytest.mark.server, pytest.mark.slow]  # the kit writer is a process


class Studio:
    """A room with a keeper, and a kit called `beat` that was loaded and is not edited yet."""

    def __init__(self, folder: Path) -> None:
        self.room, self.kits = Room(folder), folder / "takes"
        self.kits.mkdir()
        (folder / "memory").mkdir()
        self.log = (folder / "worker.log").open("wb")
        jobs = Jobs(self.room.conductor, WorkerProcess((), 1.0, self.log), folder / "memory", self.kits,
                    self.room.notices)
        self.writing = Writing(folder / "memory")
        self.keeper = Keeper(self.room.conductor, jobs, self.kits, self.room.folder, self.writing, self.room.notices)
        self.load("beat")

    def load(self, name: str) -> None:
        self.room.load(name)
        self.play()

    def do(self, *commands: object) -> None:
        for command in commands:
            self.room.conductor.perform(command)  # type: ignore[arg-type]
            self.play()

    def play(self) -> None:
        self.room.play(8)
        self.keeper.step()

    def settle(self, saves: int) -> None:
        """Play on until so many kits have been written, and none waits."""
        end_s = time.monotonic() + 60.0
        while self.keeper.status.saves < saves or self.keeper.status.unsaved:
            assert time.monotonic() < end_s, self.room.notices.newest
            self.play()
            time.sleep(0.01)

    @property
    def live(self) -> LiveKit:
        return LiveKit.of(self.room.conductor.machine)

    @property
    def folders(self) -> set[str]:
        return {path.name for path in self.kits.iterdir()}

    @property
    def told(self) -> list[str]:
        return [notice.text for notice in self.room.notices.newest]

    def check(self, name: str, live: LiveKit) -> None:
        """The folder of this name holds exactly that kit."""
        stored = read_folder(self.kits / name)
        slots = stored.as_played.stored_patterns
        slot = stored.as_played.slot
        assert (*slots[:slot], stored.pattern, *slots[slot + 1 :]) == live.patterns
        assert stored.kit == live.kit
        for shot in live.kit.one_shots.values():
            assert np.array_equal(stored.samples[shot.sample], self.room.bank[shot.sample])


@pytest.fixture
def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    monkeypatch.setattr(module, "QUIET_S", 0.05)
    studio = Studio(tmp_path)
    yield studio
    studio.writing.close()
    studio.room.journal.close()
    studio.log.close()


def test_edits_are_on_disk_when_hands_rest_and_later_ones_in_the_same_folder(studio: Studio) -> None:
    studio.play()
    assert not studio.keeper.status.unsaved and not studio.folders, "what is only loaded needs no folder"
    sample = studio.room.conductor.keep(burst(900, 77))
    studio.do(ToggleStep("kick", 1), CopyPattern(3), SwapOneShot("snare", OneShot(sample, 900, choke_group=2)),
              SetRole("hihat", "ride"), ShapeOneShot("kick", Quality.DECAY, 0.25), SelectPattern(3))
    studio.settle(1)
    assert studio.folders == {"beat"}
    studio.check("beat", studio.live)
    studio.do(ToggleStep("kick", 2))
    studio.settle(2)
    studio.check("beat", studio.live)
    assert studio.folders == {"beat"} and studio.keeper.status.folder == str(studio.kits / "beat")


def test_a_tempo_that_drifts_is_no_edit(studio: Studio) -> None:
    studio.do(SetTempo(133.0), Play())
    assert not studio.keeper.status.unsaved


def test_a_kit_that_leaves_is_saved_at_once(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "QUIET_S", 1e9)
    studio.do(ToggleStep("kick", 1))
    edited = studio.live
    studio.load("another")
    studio.settle(1)
    studio.check("beat", edited)
    studio.do(ToggleStep("kick", 1))
    assert studio.keeper.status.unsaved and studio.folders == {"beat"}
    edited = studio.live
    studio.keeper.close()
    studio.check("another", edited)


def test_hands_that_never_rest_are_saved_from_time_to_time(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "QUIET_S", 1e9)
    monkeypatch.setattr(module, "LONGEST_S", 0.2)
    end_s = time.monotonic() + 60.0
    number = 1
    while not studio.keeper.status.saves and time.monotonic() < end_s:
        number += 1
        studio.do(SetStep("kick", 1, Step(1.0 / number)))
    assert "beat" in studio.folders


def test_save_as_makes_another_kit_and_leaves_the_first(studio: Studio) -> None:
    studio.do(ToggleStep("kick", 1))
    studio.settle(1)
    first = studio.live
    studio.keeper.save("mine/own")
    studio.settle(2)
    assert studio.live.kit.name == "mine_own" and studio.folders == {"beat", "mine_own"}
    studio.do(ToggleStep("kick", 2))
    studio.settle(3)
    studio.check("beat", first)
    studio.check("mine_own", studio.live)
    studio.room.conductor.undo()
    studio.play()
    assert studio.live.kit.name == "mine_own" and studio.live.patterns == first.patterns
    studio.settle(4)
    studio.check("beat", first)


def test_a_name_that_another_kit_has_gets_a_number(studio: Studio) -> None:
    studio.keeper.save("beat")
    studio.settle(1)
    first = studio.live
    studio.load("another")
    studio.keeper.save("beat")
    studio.settle(2)
    assert studio.live.kit.name == "beat-2" and "Another kit is called beat" in studio.told[-1]
    studio.check("beat", first)
    studio.check("beat-2", studio.live)
    studio.keeper.save("")
    studio.settle(3)
    assert studio.folders == {"beat", "beat-2"}, "its own folder is replaced"


def test_undo_back_to_another_kit_saves_each_in_its_own_folder(studio: Studio) -> None:
    studio.do(ToggleStep("kick", 1))
    studio.settle(1)
    first = studio.live
    studio.load("another")
    studio.do(ToggleStep("kick", 1))
    studio.settle(2)
    second = studio.live
    studio.room.conductor.undo()
    studio.room.conductor.undo()
    studio.play()
    assert studio.live.kit.name == "beat"
    studio.check("beat", first)
    studio.do(ToggleStep("kick", 9))
    studio.settle(3)
    studio.check("beat", studio.live)
    assert read_folder(studio.kits / "another").kit.one_shots == second.kit.one_shots


def test_what_was_bred_from_two_loops_is_saved_beside_both_and_changes_neither(studio: Studio) -> None:
    studio.do(KeepParent(Side.A))
    studio.load("other")
    studio.do(KeepParent(Side.B), Crossbreed(0.5, 0.5, 0.5))
    studio.settle(1)
    assert Path(studio.keeper.status.folder) == studio.kits / "beat x other"
    assert read_folder(studio.kits / "beat x other").pattern == studio.live.patterns[0]
    assert not (studio.kits / "beat").exists() and not (studio.kits / "other").exists()


def test_a_folder_that_somebody_else_has_changed_stays_as_it_is(studio: Studio) -> None:
    studio.do(ToggleStep("kick", 1))
    studio.settle(1)
    note = studio.kits / "beat" / "kit.json"
    note.write_bytes(note.read_bytes() + b"\n")
    changed = note.read_bytes()
    studio.do(ToggleStep("kick", 2))
    studio.settle(2)
    assert note.read_bytes() == changed and studio.live.kit.name == "beat-2"
    studio.check("beat-2", studio.live)


def test_a_disk_that_takes_nothing_is_one_notice_and_saved_by_itself_later(studio: Studio,
                                                                          monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.keeping.line.FIRST_PAUSE_S", 0.05)
    studio.kits.rmdir()
    studio.kits.write_bytes(b"in the way")
    studio.do(ToggleStep("kick", 1))
    end_s = time.monotonic() + 60.0
    while not any("is not saved" in text for text in studio.told) and time.monotonic() < end_s:
        studio.play()
    for number in range(2, 5):
        studio.do(ToggleStep("kick", number))
        time.sleep(0.2)
    assert sum("is not saved" in text for text in studio.told) == 1 and studio.keeper.status.unsaved
    studio.kits.unlink()
    studio.kits.mkdir()
    studio.settle(1)
    studio.check("beat", studio.live)
    assert studio.told[-1] == "beat is saved now."


def test_a_writer_that_is_killed_is_started_again(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.keeping.line.FIRST_PAUSE_S", 0.05)
    studio.do(ToggleStep("kick", 1))
    studio.settle(1)
    process = studio.writing._writer.running
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    studio.do(ToggleStep("kick", 2))
    studio.settle(2)
    studio.check("beat", studio.live)


def test_new_empties_the_machine_and_undo_brings_it_back(studio: Studio) -> None:
    studio.do(ToggleStep("kick", 1), SelectPattern(2), SetTempo(99.0))
    studio.settle(1)
    before = studio.live
    studio.keeper.clear(Boundary.NOW)
    studio.play()
    machine = studio.room.conductor.machine
    assert machine.kit.name == "new kit" and not machine.kit.one_shots and machine.loop is None
    assert not any(step for track in machine.pattern.tracks for step in track.steps)
    assert machine.timeline.bpm == 99.0 and machine.slot == 0 and set(machine.stored_patterns) == {None}
    assert studio.folders == {"beat"} and not studio.keeper.status.unsaved
    studio.room.conductor.undo()
    studio.play()
    assert studio.live.patterns == before.patterns and studio.live.kit == before.kit
    assert studio.room.conductor.machine.slot == 2


def test_a_kit_that_is_built_from_nothing_is_saved_with_its_pattern_as_the_loop(studio: Studio) -> None:
    studio.keeper.clear(Boundary.NOW)
    studio.play()
    with pytest.raises(InvalidValue, match="no kit to save"):
        studio.keeper.save("x")
    sample = studio.room.conductor.keep(burst(900, 78))
    studio.do(SwapOneShot("kick", OneShot(sample, 900)), ToggleStep("kick", 0))
    studio.settle(1)
    studio.check("new kit", studio.live)
    studio.keeper.clear(Boundary.NOW)
    studio.play()
    assert studio.live.kit.name == "new kit 2"
