"""Patterns follow each other on their bar lines, whatever the tempo does meanwhile, and nobody has to ask."""

import itertools
from pathlib import Path

import pytest

from engine.core.commands import (
    Boundary,
    CopyPattern,
    Play,
    SelectPattern,
    SetChain,
    SetPatternLength,
    SetTempo,
    Stop,
)
from tests.live.test_conductor import BLOCK, Room

BEAT = 24000  # frames at 120 BPM


@pytest.fixture
def room(tmp_path: Path):
    room = Room(tmp_path)
    for slot in (1, 2):
        room.conductor.perform(CopyPattern(slot))
    room.conductor.perform(SetPatternLength(4))
    room.conductor.perform(CopyPattern(1))
    room.conductor.perform(CopyPattern(2))
    room.conductor.perform(Play())
    play(room, 10)
    yield room
    room.journal.close()


def play(room: Room, blocks: int) -> list[int]:
    """Play on as the control thread does; the slot after every block."""
    slots = []
    for _ in range(blocks):
        room.conductor.look_ahead()
        room.play(1)
        slots.append(room.conductor.schedule.applied.machine.slot)
    return slots


def changes(slots: list[int]) -> list[int]:
    return [slots[0], *(after for before, after in itertools.pairwise(slots) if after != before)]


def test_a_chain_goes_round_by_itself_on_the_bar_lines(room: Room) -> None:
    room.conductor.perform(SetChain((1, 2, 0)), Boundary.PATTERN)
    assert room.conductor.pending == ("the chain 2 3 1",)
    slots = play(room, 4 * 4 * BEAT // BLOCK + 60)
    assert changes(slots) == [0, 1, 2, 0, 1]
    machine = room.conductor.machine
    assert machine.phase_ticks == 4 * 3840


def test_a_queued_pattern_comes_at_the_end_of_this_one(room: Room) -> None:
    room.conductor.perform(SelectPattern(2), Boundary.PATTERN)
    assert room.conductor.pending == ("pattern 3",)
    slots = play(room, 4 * BEAT // BLOCK + 20)
    assert changes(slots) == [0, 2]


def test_what_waits_for_a_bar_line_waits_for_it_at_another_tempo_too(room: Room) -> None:
    planned = room.conductor.perform(SelectPattern(2), Boundary.BAR)
    room.conductor.perform(SetTempo(60.0))
    room.conductor.flush()
    (waiting,) = [planned for planned in room.conductor.schedule.pending if planned.what]
    line = room.conductor.schedule.at(waiting.at_frames - 1).timeline.frames_at(3840)
    assert waiting.at_frames == line > planned
    assert waiting.machine.phase_ticks == 3840


def test_a_chain_rests_with_the_song(room: Room) -> None:
    room.conductor.perform(SetChain((1, 2)))
    room.conductor.perform(Stop())
    assert set(play(room, 5 * BEAT // BLOCK)[20:]) == {1}


def test_a_pattern_chosen_by_hand_ends_the_chain(room: Room) -> None:
    room.conductor.perform(SetChain((1, 2)))
    play(room, 3 * BEAT // BLOCK)
    room.conductor.perform(SelectPattern(0))
    assert set(play(room, 6 * BEAT // BLOCK)[20:]) == {0}
