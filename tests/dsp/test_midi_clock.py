"""The clock that is sent is the song's own, frame for frame, at any block size."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.core.commands import Command, Continue, Play, SetClockOut, SetRoute, SetStep, SetTempo, Stop, apply
from engine.core.machine import Machine, empty_machine
from engine.core.midi import ClockOut, Route
from engine.core.pattern import Step
from engine.dsp.processor import Processor
from engine.dsp.ring import PANIC, Record
from tests.reference import clock_bytes

RATE, BEGINS = 48000, 12000
SETTLED = 6000  # before it, clocks are due that belong before the first frame


def scenes_of(machine: Machine, commands: list[tuple[int, Command]]) -> list[tuple[int, Machine]]:
    """The machine from frame 0 on, and after every command."""
    scenes = [(0, machine)]
    for frame, command in commands:
        scenes.append((frame, apply(command, scenes[-1][1], frame)))
    return scenes


class Player:
    """A processor that is told of scenes and says what it sends."""

    def __init__(self, block_frames: int = 256) -> None:
        self.processor, self.block_frames, self.at = Processor(RATE, 4096), block_frames, 0
        self.sent: list[tuple[int, int, bytes]] = []
        self._silence = np.zeros((4096, 2), np.float32)
        self._sequence = 0

    def plan(self, scenes: list[tuple[int, Machine]]) -> None:
        for frame, machine in scenes:
            self._sequence += 1
            self.processor.push([self.processor.score(self._sequence, frame, machine, {})])

    def play_until(self, frames: int) -> None:
        memory = self.processor.memory
        while self.at < frames:
            block = min(self.block_frames, frames - self.at)
            self.processor.process(self._silence[:block], self.at)
            self.processor.drain()
            for frame, port, message, size in memory["midi_out"][: memory["state"]["midi_sending"]].tolist():
                assert self.at <= frame < self.at + block
                self.sent.append((frame, port + 1, message.to_bytes(4, "little")[:size]))
            self.at += block

    def of(self, output: int) -> list[tuple[int, bytes]]:
        return [(frame, message) for frame, port, message in self.sent if port == output]


def with_clock(offset_ms: float = 0.0, runs_stopped: bool = False, bpm: float = 120.0) -> Machine:
    machine = empty_machine(RATE, bpm)
    return replace(machine, midi=machine.midi.with_clock(1, ClockOut(True, offset_ms, runs_stopped)))


tempos = st.lists(st.tuples(st.integers(500, 30_000), st.floats(60.0, 240.0)), max_size=6)


@example([(1403, 84.25)], 0.0, True, 64, 82.0)
@settings(max_examples=40, deadline=None)
@given(tempos, st.floats(-100, 100), st.booleans(), st.sampled_from([64, 128, 997, 4096]), st.floats(60, 240))
def test_every_clock_is_on_the_frame_of_its_tick_through_tempo_changes(
        changes: list[tuple[int, float]], offset_ms: float, runs_stopped: bool, block: int, bpm: float) -> None:
    at, commands = BEGINS, [(BEGINS, Play())]
    for gap, to in changes:
        at += gap
        commands.append((at, SetTempo(to)))
    commands += [(at + 20_000, Stop()), (at + 35_000, Continue())]
    scenes = scenes_of(with_clock(offset_ms, runs_stopped, bpm), commands)
    end = at + 60_000
    player = Player(block)
    player.plan(scenes)
    player.play_until(end)
    expected = [event for event in clock_bytes(scenes, 1, end + 9600) if event[0] < end]
    assert [event for event in player.of(1) if event[0] >= SETTLED] == [e for e in expected if e[0] >= SETTLED]


@pytest.mark.parametrize("bpm", [60.0, 120.0, 174.0, 240.0])
def test_ten_minutes_of_clock_do_not_drift(bpm: float) -> None:
    player = Player(4096)
    player.plan(scenes_of(with_clock(bpm=bpm), [(BEGINS, Play())]))
    player.play_until(600 * RATE)
    frames = np.array([frame for frame, message in player.of(1) if message == b"\xf8"])
    ideal = BEGINS + np.arange(len(frames)) * 60.0 * RATE / (24 * bpm)
    assert len(frames) >= 590 * bpm * 24 / 60
    assert np.abs(frames - ideal).max() <= 0.5


def test_start_comes_a_millisecond_before_the_first_clock() -> None:
    player = Player()
    player.plan(scenes_of(with_clock(), [(BEGINS, Play())]))
    player.play_until(BEGINS + 1500)
    assert player.of(1) == [(BEGINS - 48, b"\xfa"), (BEGINS, b"\xf8"), (BEGINS + 1000, b"\xf8")]


def test_a_stopped_song_is_continued_from_its_sixteenth() -> None:
    player = Player()
    stopped = BEGINS + 40_000  # tick 1600: 6 sixteenths and 160 ticks
    player.plan(scenes_of(with_clock(), [(BEGINS, Play()), (stopped, Stop()), (stopped + 9999, Continue())]))
    player.play_until(stopped + 9999 + 10)
    messages = [message for _, message in player.of(1)]
    assert messages.count(b"\xf8") == 41
    assert messages[-5:] == [b"\xf8", b"\xfc", bytes((0xF2, 6, 0)), b"\xfb", b"\xf8"]


def test_each_output_has_its_own_offset_and_switch() -> None:
    machine = with_clock()
    midi = machine.midi.with_clock(2, ClockOut(True, -20.0)).with_clock(3, ClockOut(True, 30.0))
    player = Player()
    player.plan(scenes_of(replace(machine, midi=midi), [(BEGINS, Play())]))
    player.play_until(BEGINS + 9000)
    first = {output: next(frame for frame, message in player.of(output) if message == b"\xf8") for output in (1, 2, 3)}
    assert first == {1: BEGINS, 2: BEGINS - 960, 3: BEGINS + 1440} and not player.of(4)


def test_a_tempo_change_that_comes_too_late_loses_and_repeats_no_clock() -> None:
    player = Player()
    scenes = scenes_of(with_clock(-100.0), [(BEGINS, Play())])
    player.plan(scenes)
    player.play_until(BEGINS + 30_000)
    faster = apply(SetTempo(240.0), scenes[-1][1], BEGINS + 30_010)
    player.plan([(BEGINS + 30_010, faster)])
    player.play_until(BEGINS + 60_000)
    clocks = [frame for frame, message in player.of(1) if message == b"\xf8"]
    assert (np.diff(clocks) >= 48).all()
    position = faster.timeline.ticks_at(BEGINS + 60_000 + 4800) // 40
    assert abs(len(clocks) - 1 - position) <= 1
    assert {message for _, message in player.of(1)} == {b"\xfa", b"\xf8"}


def test_a_clock_switched_on_in_mid_song_joins_at_a_sixteenth() -> None:
    silent = empty_machine(RATE)
    scenes = scenes_of(silent, [(BEGINS, Play()), (BEGINS + 50_000, SetClockOut(1, ClockOut(True)))])
    player = Player()
    player.plan(scenes)
    player.play_until(BEGINS + 55_000)
    assert player.of(1)[:3] == [(BEGINS + 54_000 - 48, bytes((0xF2, 9, 0))), (BEGINS + 54_000 - 48, b"\xfb"),
                                (BEGINS + 54_000, b"\xf8")]


def test_a_song_started_over_sends_stop_then_start() -> None:
    player = Player()
    player.plan(scenes_of(with_clock(), [(BEGINS, Play()), (BEGINS + 5500, Play())]))
    player.play_until(BEGINS + 6000)
    assert [message for frame, message in player.of(1) if frame > BEGINS + 5000] == [b"\xfc", b"\xfa", b"\xf8"]


def test_a_start_that_comes_late_is_a_start_all_the_same() -> None:
    player = Player()
    late = apply(Play(), with_clock(), BEGINS)
    player.play_until(BEGINS + 3000)
    player.plan([(0, late)])
    player.play_until(BEGINS + 9500)
    messages = [message for _, message in player.of(1)]
    assert messages == [b"\xfa"] + [b"\xf8"] * 10
    assert player.of(1)[-1] == (BEGINS + 9000, b"\xf8"), "the clocks that were missed came at once"


def test_a_song_that_skips_ahead_tells_its_place() -> None:
    player = Player()
    player.plan(scenes_of(with_clock(), [(BEGINS, Play())]))
    player.play_until(BEGINS + 5500)
    player.at += 5 * RATE
    player.play_until(player.at + RATE)
    tail = [message for frame, message in player.of(1) if frame > BEGINS + 5500]
    assert tail[0] == b"\xfc" and tail[1][0] == 0xF2 and tail[2] == b"\xfb"


def test_panic_ends_every_note_on_every_output_and_silences_each_channel_that_was_used() -> None:
    machine = empty_machine(RATE, 60.0)
    routes = {"kick": Route(1, 10, 36), "snare": Route(2, 1, 60), "tom": Route(4, 16, 127)}
    for track, route in routes.items():
        machine = apply(SetRoute(track, route), apply(SetStep(track, 0, Step(1.0)), machine, 0), 0)
    player = Player()
    player.plan(scenes_of(machine, [(BEGINS, Play())]))
    player.play_until(BEGINS + 512)
    assert {message[0] & 0xF0 for _, _, message in player.sent} == {0x90}, "all three sound"
    moved = apply(SetRoute("snare", Route(3, 5, 61)), apply(Play(), machine, BEGINS), BEGINS)
    player.plan([(player.at, moved)])
    panics = player.at + 100
    player.processor.push([Record(PANIC, 99, panics)])
    player.sent.clear()
    player.play_until(BEGINS + RATE)
    for route in routes.values():
        channel = route.channel - 1
        assert [(frame, message) for frame, message in player.of(route.output)] == [
            (panics, bytes((0x80 | channel, route.note, 0))), (panics, bytes((0xB0 | channel, 120, 0))),
            (panics, bytes((0xB0 | channel, 123, 0)))], "where it sounded, not where it would go now; and once"
