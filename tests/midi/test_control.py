"""A hand on a controller, through the engine's own MIDI: effects come in time and go when they are let go."""

from pathlib import Path

import pytest

from engine.core.commands import Play
from engine.core.effects import Effect
from engine.midi.control import MidiControl
from engine.midi.grid.control import GridControl
from tests.live.test_conductor import BLOCK, Room

STEP = 6000  # frames of a sixteenth at 120 BPM


class Hand:
    """An engine without a device, and what comes in by MIDI."""

    def __init__(self, folder: Path) -> None:
        self.room = Room(folder)
        self.midi = MidiControl(self.room.processor, self.room.conductor, None, self.room.notices, lambda: None,
                                GridControl(self.room.conductor, self.room.notices, {}, lambda: False, None))
        self.room.conductor.perform(Play())
        self.play(100)

    def play(self, blocks: int) -> None:
        for _ in range(blocks):
            self.room.play(1)
            self.midi.step()

    def send(self, *message: int) -> None:
        self.room.hear(bytes(message))
        self.play(2)

    def until(self, share: float) -> None:
        """Play on until so much of a sixteenth is over."""
        timeline = self.room.conductor.machine.timeline
        while not share <= (self.room.host.now_frames - timeline.origin_frames) % STEP / STEP < share + BLOCK / STEP:
            self.play(1)

    @property
    def on(self) -> tuple[Effect, ...]:
        return self.room.conductor.machine.effects.on


@pytest.mark.parametrize(("down", "up"), [((0x99, 40, 100), (0x89, 40, 0)), ((0xB0, 40, 127), (0xB0, 40, 0))])
def test_an_effect_comes_with_the_next_step_and_goes_with_the_hand(tmp_path: Path, down, up) -> None:
    hand = Hand(tmp_path)
    hand.midi.learn("hold reverse")
    hand.send(*down)
    hand.send(*up)
    hand.until(0.2)
    hand.send(*down)
    assert hand.on == () and hand.room.conductor.pending
    hand.play(STEP // BLOCK)
    assert hand.on == (Effect.REVERSE,)
    hand.until(0.3)
    hand.send(*up)
    assert hand.on == (), "at once"


def test_a_tap_between_two_steps_leaves_nothing_latched(tmp_path: Path) -> None:
    hand = Hand(tmp_path)
    hand.midi.learn("hold stutter")
    hand.send(0x90, 50, 100)
    hand.send(0x90, 50, 0)
    hand.until(0.2)
    hand.send(0x90, 50, 100)
    hand.send(0x80, 50, 0)
    hand.play(2 * STEP // BLOCK)
    assert hand.on == () and hand.room.conductor.machine.midi.pads.get(50) is None


def test_lost_messages_are_reported_once(tmp_path: Path) -> None:
    hand = Hand(tmp_path)
    hand.room.processor.memory["state"]["midi_lost"] += 3
    hand.midi.look()
    hand.midi.look()
    assert [notice.text.split(":")[0] for notice in hand.room.notices.newest] == ["3 MIDI messages were lost"]
