"""Sessions that Tao 0.1 recorded, before its modules and names moved, still replay, show up and come back.

`tests/fixtures/session-0.1` holds two. The first was played through JACK without the rack: a kit, edits, fills, chains,
the song effects, a swap, pads and transport by MIDI, a resampled take with its decomposition, undo, a count-in. It was
ended politely. The second resumed it with the pyo rack, and was killed. The audio expected here is what 0.1 itself
replayed.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.core.commands import ResumeSession, apply
from engine.core.loop import Audio
from engine.core.machine import Listen, Machine, MuteStyle, empty_machine
from engine.core.midi import ClockSource, Route
from engine.sessions.listing import broken_off, find_session, list_sessions
from engine.sessions.restore import restore

Replay = Callable[[Path], tuple[Audio, int]]
OLD = Path(__file__).parents[1] / "fixtures" / "session-0.1"
PLAIN, WITH_EFFECTS = OLD / "20261128-203736-4194305", OLD / "20261128-203753-4194306"
RATE = 8000
PLAIN_FRAMES = 120_537
PLAIN_SHA256 = "55e0524cfbceee6dc91dd3ce42c4ebc28295292e6753ac6825048d6b5b40cd7f"
TOLERANCE_DB = -80.0  # pyo's code differs from one build to another; the file holds 16 bits


@pytest.fixture
def replay_session() -> Replay:
    """The real one, imported here because it compiles the kernels, which the other tests do not need."""
    from engine.sessions.replay import replay_session

    return replay_session


@pytest.mark.slow
def test_an_old_session_replays_bit_for_bit(replay_session: Replay) -> None:
    audio, rate = replay_session(PLAIN)
    assert (len(audio), rate) == (PLAIN_FRAMES, RATE)
    assert hashlib.sha256(audio.tobytes()).hexdigest() == PLAIN_SHA256


@pytest.mark.slow
def test_an_old_session_with_the_rack_replays_as_it_sounded(replay_session: Replay) -> None:
    audio, rate = replay_session(WITH_EFFECTS)
    expected, _ = soundfile.read(OLD / "with-effects.flac", dtype="float32")
    assert (audio.shape, rate) == (expected.shape, RATE)
    difference = float(np.abs(audio - expected).max())
    assert 20 * np.log10(difference) < TOLERANCE_DB, f"{difference} of full scale"


def test_old_sessions_are_listed() -> None:
    newer, older = list_sessions(OLD)
    assert (newer.folder, newer.state, newer.kit, newer.bpm, newer.loaded) == (WITH_EFFECTS, "crashed", "old", 280.0,
                                                                               True)
    assert (older.folder, older.state, older.kit, older.loaded) == (PLAIN, "ended", "old", True)
    assert older.length_s == pytest.approx(13.07, abs=0.1) and older.began == "2026-11-28 20:37"
    assert broken_off(OLD) == newer and find_session(OLD, None) == WITH_EFFECTS


@pytest.mark.parametrize(("folder", "levels"), [(PLAIN, 51), (WITH_EFFECTS, 9)])
def test_an_old_session_comes_back_with_what_undo_takes(folder: Path, levels: int) -> None:
    recalled = restore(folder, RATE)
    assert len(recalled.machines) == levels and len(recalled.samples) == 4
    machine = apply(ResumeSession(recalled.machine), empty_machine(RATE), 0)
    assert (machine.playing, machine.timeline.bpm, machine.kit.name) == (False, 280.0, "old")
    assert [_strokes(machine, slot) for slot in range(4)] == [19, 1, 19, None]
    assert (machine.locks, machine.mute_style, machine.effects.gain_db) == ({"kick"}, MuteStyle.GATES, -1.5)
    assert machine.listen is Listen.KIT_AND_RESIDUAL and machine.loop is not None and machine.loop.frames == 6857
    shots = machine.kit.one_shots
    assert (shots["kick"].pitch_semitones, shots["snare"].cutoff_hz) == (-3.0, 1500.0)


def test_an_old_session_keeps_its_midi() -> None:
    midi = restore(PLAIN, RATE).machine.midi
    assert (midi.source, midi.routes, midi.song_position) == (ClockSource.INTERNAL, {"kick": Route(1)}, (True, False))
    assert midi.pads[60] == "tom" and midi.clocks[0].on


def _strokes(machine: Machine, slot: int) -> int | None:
    pattern = machine.patterns[slot]
    return None if pattern is None else sum(step is not None for track in pattern.tracks for step in track.steps)
