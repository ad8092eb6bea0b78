"""Saving, sets and a new beginning, asked of a running engine; and what is on disk when it is killed."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.core.commands import Boundary, CopyPattern, Play, SetTempo, ShapeOneShot, ToggleStep
from engine.core.commands.sounds import Quality
from engine.core.requests import (
    BrowseSounds,
    CaptureLast,
    Correct,
    New,
    OpenAudio,
    OpenSet,
    SaveKit,
    SaveSet,
    SoundSource,
    SwapSound,
    Undo,
)
from engine.library.audio_files import write_wav
from engine.library.kits.kit_folder import read_folder
from engine.sessions.restore import NothingToRestore, restore
from engine.sessions.sets import read_set
from models.demo import demo_loop
from models.worker_argv import WORKER
from tests.rig import RunningEngine, running_engine


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[RunningEngine]:
    with running_engine(tmp_path, "null", midi_file=str(tmp_path / "midi.json")) as engine:
        engine.load_kit("first")
        yield engine


def saved(engine: RunningEngine, times: int) -> Path:
    """The kit's folder, when kits have been written so often and nothing is left to write."""
    done = engine.client.wait(lambda s: s.status.kept.saves >= times and not s.status.kept.unsaved, 30.0)
    assert done, engine.client.snapshot().status.notices
    return Path(engine.client.snapshot().status.kept.folder)


def test_a_set_is_opened_in_another_engine_with_kit_slots_tempo_and_controllers(engine: RunningEngine,
                                                                              tmp_path: Path) -> None:
    client = engine.client
    for command in (ToggleStep("kick", 3), CopyPattern(5), SetTempo(101.0)):
        client.ask(command)
    client.ask(SaveSet("Friday"))
    assert client.wait(lambda s: s.status.kept.sets == 1, 30.0), client.snapshot().status.notices
    folder = Path(client.snapshot().status.kept.set_folder)
    machine = client.snapshot().status.machine
    assert folder == tmp_path / "sets" / "Friday"
    engine.finish()
    content = read_set(folder)
    with running_engine(tmp_path / "other", "null", resume=str(content.session),
                        midi_file=str(folder / "midi.json")) as other:
        now = other.client.snapshot().status
        assert now.machine.kit == machine.kit and now.machine.patterns == machine.patterns
        assert now.machine.timeline.bpm == 101.0 and not now.kept.unsaved
        other.client.ask(SaveSet("Friday night"))
        assert other.client.wait(lambda s: s.status.kept.sets == 1, 30.0)
        other.finish()


def test_a_set_is_opened_while_another_kit_plays(engine: RunningEngine, tmp_path: Path) -> None:
    client = engine.client
    (tmp_path / "sets").mkdir()
    client.ask(ToggleStep("kick", 3))
    client.ask(SaveSet("Friday"))
    assert client.wait(lambda s: s.status.kept.sets == 1, 30.0), client.snapshot().status.notices
    engine.load_kit("second")
    client.ask(Play())
    client.ask(OpenSet(client.snapshot().status.kept.set_folder))
    name = read_set(Path(client.snapshot().status.kept.set_folder)).kit.name
    assert client.wait(lambda s: s.status.machine.kit.name == name, 20.0), client.snapshot().status.notices
    assert client.snapshot().status.machine.playing
    client.ask(OpenSet(str(tmp_path / "nowhere")))
    assert client.wait(lambda s: any("is not a set" in notice.text for notice in s.status.notices), 20.0)


def test_a_new_beginning_waits_for_its_bar_and_is_undone(engine: RunningEngine) -> None:
    client = engine.client
    before = client.snapshot().status.machine
    client.ask(New(), Boundary.BAR)
    assert client.wait(lambda s: s.status.machine.kit.name == "new kit", 5.0)
    client.ask(Undo())
    assert client.wait(lambda s: s.status.machine.kit == before.kit, 5.0)
    assert client.snapshot().status.machine.patterns == before.patterns


def test_a_kit_that_the_worker_could_not_keep_is_kept_all_the_same(engine: RunningEngine) -> None:
    engine.client.ask(CaptureLast(4))
    assert engine.client.wait(lambda s: s.status.machine.kit.name.startswith("take") and s.status.job is None, 30.0)
    folder = saved(engine, 1)
    machine = engine.client.snapshot().status.machine
    stored = read_folder(folder)
    assert folder.name == machine.kit.name and stored.kit == machine.kit and stored.pattern == machine.pattern
    assert machine.loop is not None and len(stored.loop) == machine.loop.frames
    engine.client.ask(Correct())
    engine.client.ask(ToggleStep("loop", 2))
    edited = engine.client.snapshot().status.machine.pattern
    assert saved(engine, 2) == folder and read_folder(folder).pattern == edited


def test_quitting_right_after_an_edit_saves_it(engine: RunningEngine) -> None:
    engine.client.ask(ToggleStep("kick", 3))
    machine = engine.client.snapshot().status.machine
    engine.finish()
    assert read_folder(engine.takes / "first").pattern == machine.pattern


def kit_on_disk(session: Path) -> str | None:
    """The name of the kit that the journal on disk ends with; None while it holds none."""
    try:
        return restore(session, 48000).machine.kit.name
    except NothingToRestore:
        return None


def test_a_session_that_is_resumed_goes_on_in_its_kits_folder(engine: RunningEngine, tmp_path: Path) -> None:
    engine.client.ask(ToggleStep("kick", 3))
    engine.client.ask(SaveKit("mine"))
    assert saved(engine, 1).name == "mine"
    session = engine.session
    end_s = time.monotonic() + 30.0
    while kit_on_disk(session) != "mine":  # the journal reaches the disk within a second
        assert time.monotonic() < end_s
        time.sleep(0.1)
    engine.process.kill()
    engine.process.wait()
    with running_engine(tmp_path, "null", resume=str(session)) as other:
        other.client.ask(ToggleStep("kick", 5))
        machine = other.client.snapshot().status.machine
        other.finish()
    assert read_folder(engine.takes / "mine").pattern == machine.pattern
    assert {path.name for path in engine.takes.iterdir()} <= {"mine", "first"}, "no second folder for the same kit"


def test_what_is_edited_live_is_on_disk_when_the_engine_is_killed(jack_server: str, tmp_path: Path) -> None:
    demo = demo_loop(48000)
    write_wav(tmp_path / "demo.wav", demo.audio, 48000)
    with running_engine(tmp_path, "jack", connect=False, worker_argv=WORKER) as engine:
        client = engine.client
        client.ask(OpenAudio(str(tmp_path / "demo.wav"), demo.beats))
        assert client.wait(lambda s: s.status.kept.folder != "" and s.status.machine.loop is not None
                           and s.status.machine.loop.residual is not None, 120.0), client.snapshot().status
        solved = read_folder(engine.takes / "demo")
        client.ask(Play())
        client.ask(ToggleStep("kick", 3))
        client.ask(ShapeOneShot("snare", Quality.PITCH, 3.0))
        client.ask(BrowseSounds("hihat", SoundSource.LOOP))
        assert client.wait(lambda s: s.status.sounds is not None, 10.0)
        before = client.snapshot().status.machine.kit.one_shots["hihat"]
        client.ask(SwapSound("hihat", 0))
        assert client.wait(lambda s: s.status.machine.kit.one_shots["hihat"].sample != before.sample, 10.0)
        assert saved(engine, 1) == engine.takes / "demo"
        machine = client.snapshot().status.machine
        engine.process.kill()
        engine.process.wait()
    kept = read_folder(engine.takes / "demo")
    assert kept.kit == machine.kit and kept.pattern == machine.pattern
    assert kept.stems.keys() == solved.stems.keys() and kept.onsets == solved.onsets and kept.source == solved.source
    assert np.array_equal(kept.loop, solved.loop) and json.loads((engine.takes / "demo" / "kit.json").read_text())
    assert not [path for path in engine.takes.iterdir() if path.name.startswith(".")]
