"""Knobs are learned, move what they have learned, and are kept; pads become steps."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.commands import Crossbreed, LatchEffect, Play, SetPad, SetTempo, ShapeEffect, apply
from engine.core.effects import Effect
from engine.core.errors import InvalidValue
from engine.core.groove import grid_ticks
from engine.core.machine import Machine, empty_machine
from engine.core.midi import ClockOut, Midi, MidiSetup, Route
from engine.core.requests import Direction
from engine.midi.controller_map import ControllerMap, read_setup, toggled, write_setup
from engine.midi.patchbay import Patchbay
from engine.midi.step_recording import written_step

MACHINE = empty_machine(48000)
PLAYING = apply(Play(), MACHINE, 1000)


def test_a_knob_that_is_moved_while_learning_has_that_target() -> None:
    controllers = ControllerMap({})
    controllers.learn("filter")
    assert controllers.hear(bytes((0xB2, 74, 5))) == (None, "Controller 3:74 moves filter now.")
    assert controllers.learning is None
    controllers.hear(bytes((0xB2, 74, 0)))
    controllers.hear(bytes((0xB2, 74, 127)))
    assert controllers.turned(MACHINE) == [ShapeEffect(Effect.FILTER, 1.0)]
    assert controllers.turned(MACHINE) == [], "only what was turned since"


def test_a_knob_can_learn_to_morph_from_one_loop_to_the_other() -> None:
    controllers = ControllerMap({"1:20": "morph", "1:21": "morph groove"})
    controllers.hear(bytes((0xB0, 20, 127)))
    controllers.hear(bytes((0xB0, 21, 0)))
    assert controllers.turned(MACHINE) == [Crossbreed(1.0, 1.0, 1.0), Crossbreed(groove=0.0)]


def test_the_newest_binding_wins_and_says_so() -> None:
    controllers = ControllerMap({"1:10": "tempo"})
    controllers.learn("reverb")
    assert controllers.hear(bytes((0xB0, 10, 5)))[1] == "Controller 1:10 moves reverb now instead of tempo."
    assert controllers.controls == {"1:10": "reverb"}
    controllers.unlearn("reverb")
    with pytest.raises(InvalidValue, match="No controller moves"):
        controllers.unlearn("reverb")
    with pytest.raises(InvalidValue, match="A controller cannot do"):
        controllers.learn("the moon")


def test_a_foot_switch_acts_when_it_goes_down_and_not_when_it_comes_up() -> None:
    controllers = ControllerMap({"1:64": "record", "1:65": "play"})
    for value, pressed in ((127, True), (127, False), (0, False), (100, True)):
        controllers.hear(bytes((0xB0, 64, value)))
        assert controllers.record_pressed is pressed
        controllers.record_pressed = False
    command, _ = controllers.hear(bytes((0xB0, 65, 127)))
    assert toggled(command, MACHINE) == Play() and type(toggled(command, PLAYING)).__name__ == "Stop"


def test_an_effect_is_held_for_as_long_as_its_switch() -> None:
    controllers = ControllerMap({"1:66": "hold stutter"})
    asked = [controllers.hear(bytes((0xB0, 66, value)))[0] for value in (127, 126, 0, 0)]
    assert asked == [LatchEffect(Effect.STUTTER, True), None, LatchEffect(Effect.STUTTER, False), None]


@pytest.mark.parametrize("effect", Effect)
def test_every_effect_can_be_held_by_a_switch_that_learns_it(effect: Effect) -> None:
    controllers = ControllerMap({})
    controllers.learn(f"hold {effect.value}")
    controllers.hear(bytes((0xB0, 20, 127)))
    asked = [controllers.hear(bytes((0xB0, 20, value)))[0] for value in (127, 0)]
    assert asked == [LatchEffect(effect, True), LatchEffect(effect, False)]


def test_a_note_is_learned_for_a_pad() -> None:
    controllers = ControllerMap({"10:n61": "hold gate"})
    controllers.learn("pad snare")
    assert controllers.hear(bytes((0x99, 61, 90)))[0] == SetPad(61, "snare")
    assert controllers.controls == {}, "it is no switch any more"


def test_an_effect_is_held_for_as_long_as_a_note_that_has_learned_it() -> None:
    controllers = ControllerMap({})
    controllers.learn("hold reverse")
    assert controllers.hear(bytes((0x89, 36, 0))) == (None, None), "a key let go is not one pressed"
    command, line = controllers.hear(bytes((0x99, 36, 90)))
    assert command == SetPad(36, None) and line == "Note 36 of channel 10 moves hold reverse now."
    assert controllers.controls == {"10:n36": "hold reverse"} and controllers.learning is None
    messages = ((0x99, 36, 1), (0x89, 36, 64), (0x99, 36, 127), (0x99, 36, 0), (0x90, 36, 90))
    asked = [controllers.hear(bytes(message))[0] for message in messages]
    on, off = LatchEffect(Effect.REVERSE, True), LatchEffect(Effect.REVERSE, False)
    assert asked == [on, off, on, off, None]


def test_a_note_turns_no_knob() -> None:
    controllers = ControllerMap({})
    controllers.learn("filter")
    assert controllers.hear(bytes((0x90, 60, 90))) == (None, None) and controllers.learning == "filter"


@given(st.binary(min_size=1, max_size=3))
def test_any_message_can_be_heard(message: bytes) -> None:
    controllers = ControllerMap({f"{channel}:{number}": "tempo" for channel in range(1, 17) for number in (0, 1, 64)})
    controllers.hear(message)
    for command in controllers.turned(MACHINE):
        assert isinstance(command, SetTempo)
        apply(command, MACHINE, 0)


def test_the_setup_outlasts_the_session(tmp_path: Path) -> None:
    midi = Midi(clocks=(ClockOut(True, -12.5), ClockOut(), ClockOut(), ClockOut()), routes={"kick": Route(2)},
                pads={36: "snare"})
    setup = MidiSetup(("keys", None), (None, "TR-8S", None, None), {"1:74": "filter"}, midi)
    assert write_setup(tmp_path / "new" / "midi.json", setup) is None
    assert read_setup(tmp_path / "new" / "midi.json") == (setup, None)


def test_a_setup_that_cannot_be_read_is_left_alone_and_told_of(tmp_path: Path) -> None:
    file = tmp_path / "midi.json"
    file.write_text('{"inputs": 7}')
    setup, problem = read_setup(file)
    assert setup == MidiSetup() and problem is not None and "\n" not in problem
    assert file.read_text() == '{"inputs": 7}'


class Ports:
    """Ports that come and go when the test says so."""

    def __init__(self) -> None:
        self.there: list[str] = []
        self.made: dict[tuple[Direction, int], str] = {}

    def others(self, direction: Direction) -> list[str]:
        return list(self.there)

    def joined(self, direction: Direction, number: int) -> str:
        name = self.made.get((direction, number), "")
        return name if name in self.there else ""

    def join(self, direction: Direction, number: int, name: str) -> str | None:
        self.made[direction, number] = name
        return None

    def part(self, direction: Direction, number: int) -> None:
        self.made.pop((direction, number), None)

    def close(self) -> None:
        pass


def test_a_port_that_comes_back_is_joined_again_by_its_name() -> None:
    ports = Ports()
    bay = Patchbay(ports, (None, None), (None, None, None, None))
    assert bay.choose(Direction.OUT, 1, "tr-8s")[0].startswith("There is no MIDI port 'tr-8s' yet")
    ports.there = ["other", "a2j:TR-8S (playback)"]
    assert bay.look() == ["MIDI out 2 is connected to a2j:TR-8S (playback)."]
    assert bay.look() == []
    ports.there = ["other"]
    assert bay.look() == ["MIDI out 2: a2j:TR-8S (playback) has disappeared. Tao connects it when it is back."]
    ports.there = ["a2j:TR-8S (playback)"]
    assert bay.look() == ["MIDI out 2 is connected to a2j:TR-8S (playback)."]


@given(st.integers(1000, 400_000), st.sampled_from([0.5, 0.58, 0.66]))
def test_a_pad_is_written_where_it_was_struck(frame: int, swing: float) -> None:
    machine: Machine = PLAYING.with_pattern(replace(PLAYING.pattern, swing=swing))
    written = written_step(machine, frame, 1, 0.5)
    assert written is not None
    command, past = written
    assert command.step is not None and command.step.velocity == 0.5
    since = machine.timeline.ticks_at(frame)
    track = machine.pattern.tracks[1]
    sounds = [grid_ticks(machine.pattern, track, 16 * turn + command.index) + command.step.microtiming
              for turn in range(12)]
    assert min(abs(tick - since) for tick in sounds) <= (0 if swing == 0.5 else 40)
    assert past > frame - 41 * machine.timeline.frames_per_tick
    apply(command, machine, past)


def test_nothing_is_written_while_the_song_rests() -> None:
    assert written_step(MACHINE, 5000, 0, 0.5) is None


@pytest.mark.parametrize("content", ["[" * 100_000, '{"inputs": ["a"]}', '{"controls": {"1:7": "' + "x" * 9999 + '"}}',
                                     '{"midi": {"leader_bpm": 1e300}}', '{"outputs": ["' + "\\u0000" + '"]}',
                                     " " * (1 << 21)])
def test_a_setup_with_wrong_values_costs_one_short_sentence(tmp_path: Path, content: str) -> None:
    (tmp_path / "midi.json").write_text(content)
    setup, problem = read_setup(tmp_path / "midi.json")
    assert setup == MidiSetup() and problem is not None and "\n" not in problem and len(problem) < 500
