"""Ableton Link: the session's tempo and bar lines are ours, and our tempo is the session's."""

import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from engine.audio.frame_clock import FrameClock
from engine.core.commands import FollowTempo, Play, SetClockSource, SetTempo, apply
from engine.core.machine import Machine, empty_machine
from engine.core.midi import ClockSource
from engine.core.snapshot import Sync, SyncState
from engine.sync.link import LinkControl
from engine.sync.link_follower import LinkFollower, bar_frames, beat_at, behind_s
from engine.sync.link_session import LinkMissing, LinkMoment, LinkSession
from tests.live.test_conductor import BLOCK, Room
from tests.rig import running_engine

RATE = 48000
PLAYING = apply(Play(), replace(empty_machine(RATE, 120.0)), 0)


def led(machine: Machine, follower: LinkFollower, bpm: float, beat: float, seconds: float) -> tuple[Machine, float]:
    """The machine after so long beside a session that was at `beat` on frame 0; and the session's beat."""
    for at in range(0, round(seconds * RATE), 4800):
        there = beat + at / RATE * bpm / 60.0
        session = LinkMoment(bpm, there, 1)
        assert follower.tempo_asked(machine, session) is None
        steer = follower.steer(machine, session, at)
        machine = machine if steer is None else apply(steer, machine, at)
    return machine, beat + seconds * bpm / 60.0


def test_the_song_comes_to_the_nearest_bar_line_of_the_session() -> None:
    machine, beat = led(PLAYING, LinkFollower(), 126.0, 100.1, 12.0)
    off = (beat_at(machine, 12 * RATE) - beat + 2) % 4 - 2
    assert abs(off) < 1e-4 and machine.steady_bpm == 126.0
    assert machine.timeline.bpm == pytest.approx(126.0, rel=1e-4)


@pytest.mark.parametrize("bpm", [60.0, 90.0, 140.0, 200.0])
def test_a_tempo_that_somebody_else_sets_is_met_within_a_second(bpm: float) -> None:
    follower = LinkFollower()
    machine, beat = led(PLAYING, follower, 126.0, 0.0, 1.0)
    heard_frames = RATE + 7200  # the others have played the new tempo for 150 ms
    for at in range(heard_frames, 2 * RATE, 960):
        session = LinkMoment(bpm, beat + (at - RATE) / RATE * bpm / 60.0, 1)
        steer = follower.steer(machine, session, at)
        machine = machine if steer is None else apply(steer, machine, at)
        if at == heard_frames:
            assert steer is not None and steer.leader_bpm == bpm
    assert abs(behind_s(machine, LinkMoment(bpm, beat + bpm / 60.0, 1), 2 * RATE)) < 0.001


def test_a_song_that_begins_elsewhere_in_the_bar_comes_to_it_gently() -> None:
    follower = LinkFollower()
    for bpm in (126.0, 140.0):
        steer = follower.steer(PLAYING, LinkMoment(bpm, 1.5, 1), 0)
        assert steer is not None and steer.bpm == pytest.approx(1.02 * bpm)


def test_the_tempo_that_a_musician_sets_is_given_to_the_session_once() -> None:
    follower = LinkFollower()
    machine, beat = led(PLAYING, follower, 126.0, 100.0, 12.0)
    faster = apply(SetTempo(140.0), machine, 12 * RATE)
    assert follower.tempo_asked(faster, LinkMoment(126.0, beat, 1)) == 140.0
    assert follower.tempo_asked(faster, LinkMoment(140.0, beat, 1)) is None
    slower = LinkMoment(90.0, beat, 1)
    assert follower.tempo_asked(faster, slower) is None, "somebody else has changed it"
    steer = follower.steer(faster, slower, 12 * RATE)
    assert steer is not None and steer.leader_bpm == 90.0


def test_a_session_without_others_takes_our_tempo_and_leads_nobody() -> None:
    follower, alone = LinkFollower(), LinkMoment(99.0, 0.0, 0)
    assert follower.tempo_asked(PLAYING, alone) == 120.0
    assert follower.steer(PLAYING, alone, 0) is None
    left = apply(FollowTempo(121.0, 120.5), PLAYING, 0)
    assert follower.steer(left, alone, 0) == FollowTempo(120.5, None), "the last of the others has gone"


def test_a_song_begins_on_the_bar_line_of_the_session() -> None:
    assert bar_frames(LinkMoment(120.0, 6.5, 1), 4, 1000, RATE) == 1000 + 36000
    assert bar_frames(LinkMoment(120.0, 8.0, 1), 4, 1000, RATE) == 1000


def test_without_the_library_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "link", None)
    with pytest.raises(LinkMissing, match=r"pip install 'tao-live\[link\]'"):
        LinkSession(120.0)


def test_a_part_joins_a_while_after_it_was_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.sync.link_session.SETTLE_S", 0.05)
    session = LinkSession(120.0)
    try:
        session.at(time.monotonic_ns(), 4)
        assert not session.joined, "who joins at once sets everybody to its own tempo"
        time.sleep(0.05)
        session.at(time.monotonic_ns(), 4)
        assert session.joined
    finally:
        session.close()


def test_a_session_goes_on_at_its_tempo() -> None:
    session = LinkSession(120.0)
    try:
        now_ns = time.monotonic_ns()
        session.set_bpm(90.0)
        first, later = session.at(now_ns + 10**9, 4), session.at(now_ns + 3 * 10**9, 4)
        assert first.bpm == pytest.approx(90.0, rel=1e-4)
        assert later.beat - first.beat == pytest.approx(3.0, abs=1e-3)
    finally:
        session.close()


class Others:
    """A session as its others have it: so many, at their tempo."""

    def __init__(self) -> None:
        self.bpm, self.peers, self.joined, self.asked = 126.0, 0, 0, list[float]()

    def join(self, bpm: float) -> "Others":
        self.joined += 1
        return self

    def at(self, at_ns: int, quantum: int) -> LinkMoment:
        return LinkMoment(self.bpm, at_ns * 1e-9 * self.bpm / 60.0, self.peers)

    def set_bpm(self, bpm: float) -> None:
        self.asked.append(bpm)

    def close(self) -> None:
        self.joined -= 1


class Beside:
    """An engine without a device beside a session, and a MIDI clock that comes or does not."""

    def __init__(self, folder: Path, in_auto: bool, clock: FrameClock | None = None, latency_frames: int = 0) -> None:
        self.room, self.others, self.clock = Room(folder), Others(), False
        self.link = LinkControl(self.room.conductor, clock or FrameClock(self.room.host, 0), lambda: latency_frames,
                                self.room.notices, in_auto, lambda: self.clock,
                                self.others.join)  # type: ignore[arg-type]

    def play(self, seconds: float = 1.0) -> Machine:
        for _ in range(round(seconds * RATE / BLOCK / 10)):
            self.link.step()
            self.room.play(10)
        return self.room.conductor.machine


def test_auto_follows_a_session_with_others_in_it_where_it_may(tmp_path: Path) -> None:
    beside = Beside(tmp_path, in_auto=True)
    assert beside.play().steady_bpm == 120.0 and beside.link.sync is None, "alone in it, we keep our own time"
    beside.others.peers = 2
    assert beside.play().steady_bpm == 126.0
    assert beside.link.sync == Sync(ClockSource.AUTO, SyncState.LOCKED, 126.0, peers=2)
    beside.others.peers = 0
    assert beside.play().midi.leader_bpm is None and beside.link.sync is None


class ExactClock(FrameClock):
    """Frame 0 began when the computer's clock began to count."""

    def __init__(self) -> None:
        self._rate = RATE

    def due_ns(self, frame: int) -> int:
        return self.ns(frame)


@pytest.mark.parametrize("latency_frames", [0, BLOCK, 2 * BLOCK, 2048])
def test_a_beat_is_heard_on_the_session_s_beat_whatever_the_device_s_latency(
        tmp_path: Path, latency_frames: int) -> None:
    beside = Beside(tmp_path, True, ExactClock(), latency_frames)
    beside.others.peers = 1
    beside.room.conductor.perform(Play())
    machine = beside.play(15.0)
    at_frames = beside.room.conductor.earliest_frames
    heard_ns = (at_frames + latency_frames) * 10**9 // RATE
    off_beats = (beat_at(machine, at_frames) - beside.others.at(heard_ns, 4).beat + 2) % 4 - 2
    assert abs(off_beats) * 60.0 / 126.0 < 0.0005


def test_auto_keeps_away_from_a_session_while_a_midi_clock_comes(tmp_path: Path) -> None:
    beside = Beside(tmp_path, in_auto=True)
    beside.others.peers, beside.clock = 1, True
    assert beside.play().timeline.bpm == 120.0 and beside.others.joined == 0
    beside.clock = False
    assert beside.play().steady_bpm == 126.0 and beside.others.joined == 1
    beside.clock = True
    beside.play()
    assert beside.others.joined == 0 and beside.link.sync is None and beside.link.launch_frames() == 0


def test_auto_joins_nothing_unless_it_is_told_to(tmp_path: Path) -> None:
    beside = Beside(tmp_path, in_auto=False)
    beside.others.peers = 1
    assert beside.play().timeline.bpm == 120.0 and beside.others.joined == 0
    beside.room.conductor.perform(SetClockSource(ClockSource.LINK))
    assert beside.play().steady_bpm == 126.0 and beside.others.joined == 1


def test_an_engine_joins_a_session_when_it_is_asked_to(tmp_path: Path) -> None:
    with running_engine(tmp_path, "null", effects="bypass") as engine:
        client = engine.client
        client.ask(SetClockSource(ClockSource.LINK))
        assert client.wait(lambda s: s.status.sync.source is ClockSource.LINK, 5.0)
        assert client.snapshot().status.sync.state in (SyncState.WAITING, SyncState.LOCKED)
        assert not [notice.text for notice in client.snapshot().status.notices if "Link" in notice.text]
        client.ask(SetClockSource(ClockSource.INTERNAL))
        assert client.wait(lambda s: s.status.sync.state is SyncState.INTERNAL, 5.0)
