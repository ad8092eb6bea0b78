"""The line mode at work: what happens is said once, in sentences, without a single control character."""

import itertools
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import tao_live
from engine.core.commands import Play, SetMute, SetTempo
from engine.core.errors import TaoError
from engine.core.requests import Quit
from engine.core.snapshot import Job, Notice, RecordState, Sync, SyncState
from tests.rig import RunningEngine, running_engine
from tests.tui.fake import FakeEngine
from tui.plain.changes import changes
from tui.plain.session import LINES_AHEAD, PlainSession, run_plain


class AskedEngine(FakeEngine):
    """A fake that answers like the real client's `ask`: a refusal is raised."""

    def ask(self, message, boundary=None) -> None:
        if isinstance(message, Quit):
            return
        before = len(self.status.notices)
        self.send(message) if boundary is None else self.send(message, boundary)
        if len(self.status.notices) > before:
            raise TaoError(self.status.notices[-1].text)


@pytest.fixture
def lines() -> tuple[AskedEngine, PlainSession, list[str]]:
    said: list[str] = []
    engine = AskedEngine()
    return engine, PlainSession(engine, said.append), said


def test_what_is_typed_is_done_and_what_has_changed_is_said(lines):
    engine, session, said = lines
    for typed in ("play", "tempo 136.88", "step snare 6 0.8", "boundary now", "mute kick"):
        session.type(typed)
        session.look()
    assert engine.commands[0] == Play() and engine.commands[-1] == SetMute("kick", True)
    assert said == ["Playing.", "Tempo 136.88 BPM.", "snare step 6: 80%.", "Mutes and solos wait for: now.",
                    "kick: muted."]


def test_nothing_is_said_twice(lines):
    _, session, said = lines
    session.type("play")
    for _ in range(3):
        session.look()
    assert said == ["Playing."]


def test_a_line_that_is_not_understood_costs_a_sentence(lines):
    engine, session, said = lines
    session.type("mute cowbell")
    assert engine.sent == [] and said[0].startswith("No track is called 'cowbell'.")


def test_quit_is_asked_for_twice_while_it_plays(lines):
    _, session, said = lines
    session.type("play")
    session.type("quit")
    assert not session.left and "Type quit again" in said[-1]


def test_a_song_that_was_told_to_stop_need_not_be_asked_about(lines):
    engine, session, said = lines
    session.type("play")
    playing = engine.meters
    session.type("stop")
    engine.meters = playing  # the news is late
    session.type("quit")
    assert session.left and said == ["The engine ends."]


def test_what_waits_for_a_bar_line_is_said_to_wait_while_it_plays(lines):
    _, session, said = lines
    session.type("mute kick")
    assert said == []
    session.type("play")
    session.type("mute kick off")
    assert said == ["From the next bar line on."]


def test_events_of_the_engine_are_said_in_the_order_in_which_they_matter():
    engine = AskedEngine()
    before = engine.snapshot()
    status = replace(before.status, record_state=RecordState.RECORDING, job=Job(1, "loop", "stems", 0.5),
                     notices=(Notice("The disk is nearly full."),),
                     sync=Sync(state=SyncState.LOCKED, bpm=120.0, input=1))
    after = replace(before, status=status)
    assert changes(before, after) == ["Recording.", "At work on loop: stems.",
                                      "Clock: following input 1 at 120.0 BPM.", "The disk is nearly full."]
    assert changes(after, after) == []
    ended = replace(after, status=replace(status, job=None, record_state=RecordState.OFF))
    assert changes(after, ended) == ["The take has ended.", "Finished with loop."]


def test_many_changed_steps_are_only_counted():
    engine = AskedEngine()
    before = engine.snapshot()
    pattern = before.status.machine.pattern
    machine = replace(before.status.machine, pattern=pattern.silent)
    after = replace(before, status=replace(before.status, machine=machine))
    assert changes(before, after) == ["37 steps have changed."]


def test_the_lines_of_a_script_are_all_done_before_it_ends():
    engine, said = AskedEngine(), []
    run_plain(engine, iter(["tempo 100\n", "tempo 90\n"]), said.append)
    assert engine.commands == [SetTempo(100.0), SetTempo(90.0)] and said[-1] == "Tempo 90.00 BPM."


def test_the_lines_end_with_the_engine():
    engine, said, read = AskedEngine(), [], itertools.count()
    engine.connected = False
    run_plain(engine, iter(lambda: str(next(read)), None), said.append)
    time.sleep(0.2)
    assert said[0] == "Stopped." and next(read) < 2 * LINES_AHEAD, "a script without an end fills no memory"


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningEngine]:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    with running_engine(tmp_path, "null") as running:
        running.load_kit("first")
        yield running


def test_a_whole_performance_is_typed_at_a_real_engine(engine: RunningEngine, tmp_path: Path) -> None:
    script = ("boundary now\ntempo 240\nplay\nstep snare 5 0.8\nmute kick\nrecord 1\nwobble\nlisten kit\nundo\nstatus\n"
              "stop\nquit\n")
    done = subprocess.run([sys.executable, tao_live.__file__, "attach", "--plain"], input=script, text=True,
                          capture_output=True, check=False, timeout=300,
                          env={**os.environ, "XDG_CONFIG_HOME": str(tmp_path / "config")})
    said = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr
    for sentence in ("Tempo 240.00 BPM.", "Playing.", "kick: muted.", "The engine ends."):
        assert sentence in said, done.stdout
    assert any(line.startswith("snare step 5: 80%") for line in said)
    assert any(line.startswith("There is no word 'wobble'.") for line in said)
    assert not re.search(r"[^\n\x20-\x7e]", done.stdout)
    assert engine.process.wait(60) == 0
