import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.commands import (
    Boundary,
    Command,
    LoadDecomposition,
    Play,
    SetListen,
    SetSolo,
    SetTempo,
    ToggleStep,
    apply,
    target_frames,
)
from engine.core.errors import InvalidValue
from engine.core.machine import Listen, Machine, empty_machine
from engine.core.pattern import MAX_TRACKS
from tests.strategies import bpms, commands, machines


@given(machines(), st.lists(commands, max_size=8), st.integers(0, 10**6))
def test_any_command_keeps_a_machine_valid(machine: Machine, wishes: list[Command], frame: int) -> None:
    for wish in wishes:
        with contextlib.suppress(InvalidValue):
            machine = apply(wish, machine, frame)
        names = {track.name for track in machine.pattern.tracks}
        assert machine.mutes <= names and machine.solos <= names and 1 <= len(names) <= MAX_TRACKS
        assert 30 <= machine.timeline.bpm <= 300


@given(machines(), st.data())
def test_toggling_twice_where_nothing_was_is_identity(machine: Machine, data: st.DataObject) -> None:
    track = data.draw(st.sampled_from(machine.pattern.tracks))
    empty = [index for index, step in enumerate(track.steps) if step is None]
    if empty:
        toggle = ToggleStep(track.name, data.draw(st.sampled_from(empty)))
        assert apply(toggle, apply(toggle, machine, 0), 0) == machine


@given(machines(), bpms, st.integers(0, 10**6))
def test_a_tempo_change_keeps_the_song_where_it_is(machine: Machine, bpm: float, frame: int) -> None:
    now = machine.timeline.ticks_at(frame)
    after = apply(SetTempo(bpm), machine, frame)
    assert after.timeline.frames_at(now) == machine.timeline.frames_at(now)


def test_play_begins_with_bar_one_wherever_the_song_was() -> None:
    machine = apply(Play(), empty_machine(48000), 12345)
    assert machine.playing and machine.timeline.ticks_at(12345) == 0


def test_a_bar_command_waits_for_the_line_while_playing_but_not_when_stopped() -> None:
    stopped = empty_machine(48000)
    assert target_frames(stopped, Boundary.BAR, 1000) == 1000
    playing = apply(Play(), stopped, 0)
    assert target_frames(playing, Boundary.BAR, 1000) == 96000
    assert target_frames(playing, Boundary.BEAT, 1000) == 24000
    assert target_frames(playing, Boundary.BAR, 96000) == 96000
    assert target_frames(playing, Boundary.NOW, 1000) == 1000


def test_solo_remembers_mutes() -> None:
    machine = empty_machine(48000)
    soloed = apply(SetSolo("kick", True), machine, 0)
    assert soloed.audible("kick") and not soloed.audible("snare")
    assert apply(SetSolo("kick", False), soloed, 0) == machine


def test_there_is_no_original_to_hear_before_one_was_recorded() -> None:
    with pytest.raises(InvalidValue, match="no recording"):
        apply(SetListen(Listen.ORIGINAL), empty_machine(48000), 0)


def test_a_decomposition_brings_its_own_tempo_but_keeps_the_song_going() -> None:
    playing = apply(Play(), empty_machine(48000), 0)
    loaded = apply(LoadDecomposition(playing.kit, playing.pattern, bpm=93.0), playing, 96000)
    assert loaded.playing and loaded.timeline.bpm == 93.0 and loaded.timeline.ticks_at(96000) == 3840
