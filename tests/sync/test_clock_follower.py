"""A follower is led to where the clock says, gently, and left alone when it stops."""

from dataclasses import replace

import numpy as np
import pytest

from engine.core.commands import Command, Continue, Play, SetClockSource, Stop, apply
from engine.core.machine import Machine, empty_machine
from engine.core.midi import ClockSource
from engine.core.snapshot import SyncState
from engine.sync.clock_follower import ClockFollower
from tests.led_song import beat_errors_ms, clock_times

RATE, POLL = 48000, 1200


class Stage:
    """A leader's events, a machine that obeys the transport as the audio thread would, and a follower."""

    def __init__(self, bpm: float = 120.0, source: ClockSource = ClockSource.MIDI) -> None:
        self.machine: Machine = apply(SetClockSource(source), empty_machine(RATE, bpm), 0)
        self.follower = ClockFollower(RATE)
        self.at = 0
        self.tempi: list[tuple[int, float]] = []
        self.armed: Command | None = None

    def play(self, events: list[tuple[int, bytes]], until: int) -> None:
        """Run to frame `until`; every 25 ms the follower hears what has come and may steer 10 ms ahead."""
        waiting = sorted(events, key=lambda event: event[0])
        while self.at < until:
            self.at += POLL
            while waiting and waiting[0][0] < self.at:
                self._transport(*waiting[0])
                self.follower.hear(waiting[0][0], 0, waiting[0][1], True)
                waiting.pop(0)
            steer = self.follower.steer(self.machine, self.at, self.at + 480)
            if steer is not None:
                self.machine = apply(steer, self.machine, self.at + 480)
                self.tempi.append((self.at + 480, steer.bpm))

    def _transport(self, frame: int, message: bytes) -> None:
        match message[0]:
            case 0xFA:
                self.armed = Play()
            case 0xFB:
                self.armed = Continue()
            case 0xFC:
                self.machine = apply(Stop(), self.machine, frame)
            case 0xF8 if self.armed is not None:
                self.machine, self.armed = apply(self.armed, self.machine, frame), None

    def off_ms(self, frames: np.ndarray, ticks: np.ndarray) -> np.ndarray:
        """How late this timeline plays ticks that the leader plays on `frames`, in ms."""
        timeline = self.machine.timeline
        ours = timeline.origin_frames + (ticks - timeline.origin_ticks) * timeline.frames_per_tick
        return (ours - frames) * 1000.0 / RATE


def leader(bpm: float, seconds: float, jitter_ms: float = 0.0, begins: int = 0, seed: int = 1, lost: float = 0.0
           ) -> tuple[np.ndarray, list[tuple[int, bytes]]]:
    """When a clock's ticks are meant to come, and how they come, in frames."""
    rng = np.random.default_rng(seed)
    ideal = begins + np.arange(int(seconds * bpm * 24 / 60)) * 60.0 * RATE / (24 * bpm)
    heard = ideal + rng.uniform(-jitter_ms, jitter_ms, len(ideal)) * RATE / 1000
    keep = rng.random(len(ideal)) >= lost
    keep[0] = True
    return ideal, [(max(0, round(frame)), b"\xf8") for frame, kept in zip(heard, keep, strict=True) if kept]


@pytest.mark.parametrize(("jitter_ms", "limit_ms"), [(1.0, 1.0), (3.0, 1.0)])
def test_a_follower_plays_within_a_millisecond_of_a_jittery_clock(jitter_ms: float, limit_ms: float) -> None:
    ideal, events = leader(127.3, 40.0, jitter_ms, begins=4800, lost=0.01)
    stage = Stage()
    off = []
    events = [(events[0][0] - 100, b"\xfa"), *events]
    for number in range(20, len(ideal) - 24, 4):
        stage.play([e for e in events if stage.at <= e[0] < ideal[number]], int(ideal[number]))
        if ideal[number] > 6 * RATE:
            off.append(stage.off_ms(ideal[number], np.float64(40 * number)))
    assert np.percentile(np.abs(off), 99) < limit_ms
    assert stage.follower.status(stage.machine, stage.at).state is SyncState.LOCKED


def test_a_large_error_is_made_good_slowly_and_without_a_jump() -> None:
    ideal, events = leader(120.0, 20.0, begins=4800)
    stage = Stage(bpm=118.0)
    stage.play([(4700, b"\xfa"), *events], 20 * RATE)
    tempi = np.array([bpm for _, bpm in stage.tempi])
    assert tempi.max() <= 120.0 * 1.0201 and tempi.min() >= 120.0 * 0.9799
    last = len(ideal) - 1
    assert abs(stage.off_ms(ideal[last], np.float64(40 * last))) < 0.1
    assert stage.machine.steady_bpm == pytest.approx(120.0, abs=0.01), "effects hear the tempo, not the correction"


def test_a_clock_that_stops_leaves_the_last_tempo() -> None:
    _, events = leader(133.0, 8.0, begins=4800)
    stage = Stage()
    stage.play([(4700, b"\xfa"), *events], 12 * RATE)
    assert stage.machine.timeline.bpm == pytest.approx(133.0, abs=0.01)
    assert stage.machine.playing
    assert stage.follower.status(stage.machine, stage.at).state is SyncState.LOST


def test_a_clock_that_comes_back_is_joined_without_a_jump() -> None:
    ideal, events = leader(120.0, 20.0, begins=4800)
    gone = [event for event in events if not 8 * RATE < event[0] < 11 * RATE + 300]
    stage = Stage(bpm=119.0)
    stage.play([(4700, b"\xfa"), *gone], 20 * RATE)
    last = len(ideal) - 1
    assert abs(stage.off_ms(ideal[last], np.float64(40 * last))) < 0.2
    assert max(abs(bpm - 120.0) for _, bpm in stage.tempi) <= 2.41


def test_continue_goes_on_where_song_position_says() -> None:
    _, events = leader(120.0, 8.0, begins=4800)
    stage = Stage()
    stage.follower.hear(100, 0, bytes((0xF2, 16, 0)), True)
    stage.follower.hear(200, 0, b"\xfb", True)
    for frame, message in events:
        stage.follower.hear(frame, 0, message, True)
    assert stage.follower.position(4800 + 24000) == pytest.approx(16 * 240 + 960, abs=1)


@pytest.mark.parametrize("with_continue", [True, False])
def test_a_leader_that_loops_seven_beats_is_followed_through_every_round(with_continue: bool) -> None:
    follower, per_clock = ClockFollower(RATE), RATE / 48
    follower.hear(0, 0, b"\xfa", True)
    for number in range(7 * 24 * 4):
        frame = round(number * per_clock)
        if number and number % (7 * 24) == 0:
            follower.hear(frame - 20, 0, bytes((0xF2, 0, 0)), True)
            if with_continue:
                follower.hear(frame - 10, 0, b"\xfb", True)
        follower.hear(frame, 0, b"\xf8", True)
        assert follower.position(frame) == pytest.approx(number % (7 * 24) * 40, abs=1) or number < 2


def test_who_keeps_his_own_time_is_not_steered() -> None:
    _, events = leader(140.0, 4.0)
    stage = Stage(source=ClockSource.INTERNAL)
    stage.play(events, 4 * RATE)
    assert stage.tempi == [] and stage.machine.timeline.bpm == 120.0


def test_the_first_of_two_clocks_leads_and_the_other_is_told_of() -> None:
    _, first = leader(120.0, 4.0)
    _, second = leader(90.0, 4.0, begins=RATE)
    follower, machine = ClockFollower(RATE), replace(empty_machine(RATE))
    for frame, port, message in sorted([(f, 0, m) for f, m in first] + [(f, 1, m) for f, m in second if f < 4 * RATE]):
        follower.hear(frame, port, message, True)
    shown = follower.status(machine, 4 * RATE)
    assert (shown.input, shown.rivals, shown.bpm) == (1, True, 120.0)


def test_a_clock_leads_until_it_has_been_gone_for_ten_seconds() -> None:
    _, events = leader(120.0, 4.0)
    follower = ClockFollower(RATE)
    assert not follower.leads(0)
    for frame, message in events:
        follower.hear(frame, 0, message, True)
    assert follower.leads(5 * RATE) and follower.lost(5 * RATE)
    assert follower.leads(13 * RATE) and not follower.leads(15 * RATE)


@pytest.mark.parametrize(("first", "then"), [(120, 80), (100, 150), (174, 120), (140, 90), (60, 200), (200, 60)])
@pytest.mark.parametrize("jitter_s", [0.0, 0.0005, 0.001])
def test_a_jump_of_the_leader_is_followed_for_good(first: int, then: int, jitter_s: float) -> None:
    noise, follower = np.random.default_rng(0), ClockFollower(RATE)
    due = clock_times((first, 96), (then, 240))
    follower.hear(0, 0, b"\xfa", True)
    for at_s in due[:-1] + jitter_s * noise.standard_normal(len(due) - 1):
        follower.hear(max(0, round(at_s * RATE)), 0, b"\xf8", True)
    at = round(due[-1] * RATE)
    place, shown = follower.position(at), follower.status(Stage().machine, at)
    assert place is not None and place / 960 == pytest.approx(14.0, abs=0.01)
    assert shown.state is SyncState.LOCKED and shown.bpm == pytest.approx(then, abs=0.5)


@pytest.mark.parametrize("own_bpm", [60.0, 120.0, 200.0])
@pytest.mark.parametrize("jitter_s", [0.0, 0.001])
def test_a_leader_without_clocks_before_start_is_met_by_beat_two(own_bpm: float, jitter_s: float) -> None:
    for bpm in (60.0, 96.0, 133.0, 200.0):
        late = jitter_s * np.random.default_rng(round(bpm)).uniform(-1.0, 1.0, 97)
        errors = np.abs(beat_errors_ms(clock_times((bpm, 96)), late, own_bpm))
        assert errors[0] < 0.1 and errors[1:].max() < 5.0, f"{bpm:g} BPM"


@pytest.mark.parametrize(("first", "then"), [(120, 80), (100, 150), (60, 200), (200, 60), (126, 120)])
@pytest.mark.parametrize("jitter_s", [0.0, 0.001])
def test_a_beat_after_a_jump_the_song_is_with_the_leader(first: float, then: float, jitter_s: float) -> None:
    late = jitter_s * np.random.default_rng(4).uniform(-1.0, 1.0, 193)
    errors = np.abs(beat_errors_ms(clock_times((first, 96), (then, 96)), late, first))
    assert errors[1:].max() < 5.0


def test_a_song_that_was_moved_by_hand_keeps_its_beats_in_step() -> None:
    ideal, events = leader(120.0, 20.0, begins=4800)
    stage = Stage()
    stage.play([(4700, b"\xfa"), *events], 6 * RATE)
    stage.machine = apply(Play(), stage.machine, stage.at)
    stage.play([event for event in events if event[0] >= stage.at], 20 * RATE)
    assert max(abs(bpm - 120.0) for at, bpm in stage.tempi if at > 6 * RATE) <= 2.41
    off = stage.off_ms(ideal[len(ideal) - 1], np.float64(40 * (len(ideal) - 1))) / 500.0
    assert off - round(off) == pytest.approx(0.0, abs=0.002)


@pytest.mark.parametrize(("jitter_ms", "low", "high"), [(0.0, 0.0, 0.2), (2.0, 0.8, 1.6)])
def test_the_jitter_of_the_clock_is_shown(jitter_ms: float, low: float, high: float) -> None:
    """Uniform jitter of +-2 ms has a standard deviation of 1.15 ms."""
    stage = Stage()
    stage.play(leader(120.0, 20.0, jitter_ms)[1], 20 * RATE)
    shown = stage.follower.status(stage.machine, stage.at).jitter_ms
    assert shown is not None and low <= shown <= high
