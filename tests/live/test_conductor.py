"""Whatever clients ask for, in whatever order, the audio thread gets machines it can play, and the journal tells."""

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.audio.callback import clock_call
from engine.audio.host import Host
from engine.core.commands import (
    Boundary,
    Command,
    Crossbreed,
    KeepParent,
    LatchEffect,
    LoadDecomposition,
    LoadKit,
    LoadLoop,
    Play,
    ReleaseEffects,
    SetMute,
    ToggleStep,
)
from engine.core.crossbreeding.parents import Side
from engine.core.effects import Effect
from engine.core.errors import TaoError
from engine.core.kit import Kit, sample_id
from engine.core.loop import PlayedLoop
from engine.core.machine import Listen
from engine.dsp.processor import Processor
from engine.live.bank import SampleBank
from engine.live.conductor import Conductor
from engine.live.journal import Journal, Session
from engine.live.notices import Notices
from engine.sessions.replay import replay
from tests import strategies
from tests.peer_worker import noise_kit
from tests.sounds import bank

RATE, BLOCK = 48000, 128
SOUNDS = bank()


class Room:
    """An engine without a device: blocks are rendered when it is told to."""

    def __init__(self, folder: Path) -> None:
        self.processor = Processor(RATE, 1024)
        self.host = Host(self.processor, None, None)
        self.bank = SampleBank()
        self.folder = folder / "session"
        self.journal = Journal(self.folder, Session(RATE, "bypass", 1024))
        self.notices = Notices()
        self.conductor = Conductor(self.processor, self.host, self.bank, self.journal, BLOCK, self.notices)
        self._call = clock_call()
        self.heard: list[np.ndarray] = []
        for audio in SOUNDS.values():
            self.journal.add_sample(self.bank.add(audio), audio)

    def load(self, name: str) -> None:
        kit, pattern, samples = noise_kit(name, RATE)
        for audio in samples.values():
            self.journal.add_sample(self.bank.add(audio), audio)
        self.conductor.perform(LoadDecomposition(kit, pattern), Boundary.BAR)

    def hear(self, *messages: bytes) -> None:
        """Let MIDI come in somewhere in the next block."""
        memory = self.processor.memory
        for message in messages:
            place = int(memory["state"]["midi_incoming"])
            frame = self.host.now_frames + min(BLOCK - 1, 9 * place)
            memory["midi_in"][place] = (frame, 0, int.from_bytes(message, "little"), len(message))
            memory["state"]["midi_incoming"] += 1

    def play(self, blocks: int) -> None:
        for _ in range(blocks):
            self.conductor.flush()
            self._call(self.host.address, BLOCK, self.host.now_frames)
            self.heard.append(self.host.out[:BLOCK].copy())
            self.conductor.drain()


def in_the_bank(kit: Kit) -> Kit:
    """The kit with the ids that the sounds of tests have in the engine's bank."""
    return Kit(kit.name, {track: replace(one_shot, sample=sample_id(SOUNDS[one_shot.sample]))
                          for track, one_shot in kit.one_shots.items()})


_kits = strategies.kits.map(in_the_bank)
_commands = st.one_of(strategies.commands, st.builds(LoadKit, _kits), st.builds(
    LoadDecomposition, _kits, strategies.patterns(), listen=st.sampled_from(Listen),
    bpm=st.none() | st.floats(), phase_ticks=st.none() | st.integers(-(2**63), 2**64 - 1)))
_moves = st.lists(st.one_of(
    st.tuples(_commands, st.sampled_from(Boundary), st.sampled_from([0, 0, 2**61]) | st.integers(0, 200_000)),
    st.integers(1, 60), st.binary(min_size=1, max_size=3),
    st.sampled_from([b"\xfa\xf8", b"\xf8", b"\xfc", b"\xfb\xf8"]),
    st.sampled_from(["kit a", "kit b", "undo", "redo", "retire"])), max_size=25)


@settings(max_examples=60, deadline=None)
@given(_moves)
def test_any_performance_is_played_and_replayed(moves: list[tuple[Command, Boundary, int] | int | bytes | str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        room = Room(Path(name))
        actions = {"undo": room.conductor.undo, "redo": room.conductor.redo, "retire": room.conductor.retire_samples}
        for move in moves:
            try:
                if isinstance(move, int):
                    room.play(move)
                elif isinstance(move, bytes):
                    room.hear(*([move] if len(move) == 3 or move[0] < 0xF8 else [bytes((byte,)) for byte in move]))
                elif isinstance(move, str):
                    actions[move]() if move in actions else room.load(move)
                elif room.conductor.schedule.has_room:
                    room.conductor.perform(*move)
            except TaoError as error:
                assert "\n" not in str(error)
        room.play(20)
        room.journal.close()
        heard = np.concatenate(room.heard)
        assert np.isfinite(heard).all()
        assert np.array_equal(replay(room.folder, len(heard)), heard)


def test_a_loop_that_waits_does_not_undo_edits_made_meanwhile(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.conductor.perform(Play())
    room.play(20)
    sample = room.bank.add(np.zeros((96000, 2), np.float32))
    room.conductor.perform(LoadLoop(PlayedLoop(sample, 96000, 4)), Boundary.BAR)
    room.play(3)
    room.conductor.perform(ToggleStep("kick", 0))
    assert room.conductor.pending == ("a loop",)
    room.play(800)
    machine = room.conductor.machine
    assert machine.loop is not None and machine.pattern.track("kick").steps[0] is not None


@pytest.mark.parametrize("let_go", [LatchEffect(Effect.REVERSE, False), ReleaseEffects()])
def test_an_effect_let_go_before_its_step_stays_off(tmp_path: Path, let_go: Command) -> None:
    room = Room(tmp_path)
    room.conductor.perform(Play())
    room.play(20)
    room.conductor.perform(LatchEffect(Effect.GATE, True), Boundary.STEP)
    room.conductor.perform(LatchEffect(Effect.REVERSE, True), Boundary.STEP)
    room.play(2)
    assert room.conductor.pending
    room.conductor.perform(let_go)
    room.play(200)
    on = room.conductor.machine.effects.on
    assert on == (() if isinstance(let_go, ReleaseEffects) else (Effect.GATE,))


def test_a_song_that_midi_begins_is_the_machine_everyone_sees(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.load("kit a")
    room.play(20)
    room.hear(b"\xfa", b"\xf8")
    room.conductor.perform(ToggleStep("kick", 1))
    room.play(20)
    machine = room.conductor.machine
    assert machine.playing and machine.pattern.track("kick").steps[1] is not None
    assert machine.timeline.origin_frames % BLOCK == 9
    room.hear(b"\xfc")
    room.play(20)
    assert not room.conductor.machine.playing
    room.journal.close()
    heard = np.concatenate(room.heard)
    assert np.array_equal(replay(room.folder, len(heard)), heard)


def test_a_pad_that_midi_strikes_is_replayed(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.load("kit a")
    room.play(20)
    room.hear(bytes((0x99, 36, 90)), bytes((0x99, 38, 30)))
    room.play(20)
    room.journal.close()
    heard = np.concatenate(room.heard)
    assert np.abs(heard[20 * BLOCK :]).max() > 0.01
    assert np.array_equal(replay(room.folder, len(heard)), heard)


def test_undo_of_what_waits_for_a_bar_line_is_never_heard(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.load("one")
    room.play(4)
    for wish, boundary in ((Play(), Boundary.NOW), (SetMute("kick", True), Boundary.NOW)):
        room.conductor.perform(wish, boundary)
        room.play(20)
    room.conductor.perform(SetMute("snare", True), Boundary.BAR)
    room.play(10)
    room.conductor.undo()
    assert room.conductor.machine.mutes == {"kick"}
    heard = set()
    for _ in range(900):
        room.play(1)
        heard.add(room.conductor.schedule.applied.machine.mutes)
    assert heard == {frozenset({"kick"})} and not room.conductor.schedule.pending
    room.conductor.redo()
    assert room.conductor.machine.mutes == {"kick", "snare"}
    for _ in range(2):
        room.conductor.undo()
    assert room.conductor.machine.mutes == set() and room.conductor.machine.playing


def bred_room(folder: Path) -> Room:
    """A room that plays, with a loop kept on either side."""
    room = Room(folder)
    room.conductor.perform(Play())
    for side in Side:
        room.load(f"kit {side.value}")
        room.play(1200)
        room.conductor.perform(KeepParent(side))
        room.play(20)
    return room


def test_a_morph_knob_turned_all_through_a_bar_is_one_change_on_the_bar_line(tmp_path: Path) -> None:
    room = bred_room(tmp_path)
    before = room.conductor.machine.kit
    for value in range(64):
        room.conductor.perform(Crossbreed(pattern=value / 63), Boundary.BAR)
        room.play(1)
    room.conductor.perform(Crossbreed(kit=0.0), Boundary.BAR)
    assert len(room.conductor.schedule.pending) == 1
    assert room.conductor.machine.kit == before, "it waits for the bar line"
    room.play(1200)
    cross = room.conductor.machine.cross
    assert (cross.kit, cross.pattern, cross.groove) == (0.0, 1.0, 0.0)
    assert room.conductor.machine.kit.name == "kit a x kit b"
    room.conductor.undo()
    assert room.conductor.machine.kit == before, "one undo takes back the whole turn"


def test_a_morph_that_was_undone_before_its_bar_line_is_never_heard(tmp_path: Path) -> None:
    room = bred_room(tmp_path)
    before = room.conductor.machine
    for value in (0.2, 0.8):
        room.conductor.perform(Crossbreed(value, value, value), Boundary.BAR)
        room.play(1)
    room.conductor.undo()
    room.play(1200)
    assert (room.conductor.machine.kit, room.conductor.machine.cross) == (before.kit, before.cross)


def test_the_sounds_of_both_parents_stay_in_the_bank(tmp_path: Path) -> None:
    room = bred_room(tmp_path)
    room.conductor.retire_samples()
    a = room.conductor.machine.cross.a
    assert a is not None
    assert all(shot.sample in room.bank for shot in a.kit.one_shots.values())
