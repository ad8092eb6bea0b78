"""JACK's transport on a real server, followed and led to the frame, beside a client with none of Tao's code."""

import time
from pathlib import Path

import jack
import numpy as np
import pytest

from engine.audio.settings import EngineSettings
from engine.core.commands import (
    Command,
    Continue,
    LeadTransport,
    Play,
    SetClockSource,
    SetTempo,
    Stop,
)
from engine.core.errors import UsageError
from engine.core.machine import Machine, empty_machine
from engine.core.midi import ClockSource
from engine.core.snapshot import Sync, SyncState
from engine.sessions.replay import replay
from engine.sync.jack_transport import TransportControl, transport_commands
from tests.live.test_conductor import BLOCK, Room
from tests.programs import PATIENCE_S, until
from tests.rig import RunningEngine, Stalled, running_engine, undisturbed
from tests.transport_peer import TransportPeer


def stand(peer: TransportPeer, engine: RunningEngine) -> None:
    """Stop, go to the beginning, and forget."""
    peer.client.transport_stop()
    assert engine.client.wait(lambda s: not s.meters.playing, PATIENCE_S)
    assert until(lambda: peer.client.transport_state == jack.STOPPED)
    peer.client.transport_frame = 0
    assert until(lambda: peer.client.transport_frame == 0)
    peer.notes.clear()
    peer.seen.clear()
    peer.gaps = 0


def judge(peer: TransportPeer, notes: int, within_frames: float) -> np.ndarray:
    """How late the first notes are, in frames. Raises Stalled where blocks were dropped and they are not in place."""
    assert until(lambda: len(peer.notes) >= notes), peer.notes
    off = peer.off_frames()[:notes]
    if peer.gaps and np.abs(off).max() > within_frames:
        raise Stalled(f"{peer.gaps} blocks were dropped")
    assert np.abs(off).max() <= within_frames, off
    return off


@undisturbed
def test_the_song_follows_another_timebase_from_beat_1_on(engine: RunningEngine, peer: TransportPeer) -> None:
    engine.client.ask(SetClockSource(ClockSource.JACK))
    stand(peer, engine)
    peer.lead(96.0)
    assert until(lambda: engine.client.snapshot().status.machine.timeline.bpm == pytest.approx(96.0)), "while it rests"
    peer.client.transport_start()
    judge(peer, 6, 24.0)
    assert peer.notes[0] == peer.rolled[0].at, "beat 1 sounds on the frame on which the transport starts to roll"
    assert engine.client.snapshot().status.sync == Sync(ClockSource.JACK, SyncState.LOCKED, 96.0)
    peer.bpm = 154.0  # its beats now follow from frame 0 at this tempo, so the song has to jump to the nearest
    assert engine.client.wait(lambda s: s.status.sync.bpm == 154.0, PATIENCE_S)
    peer.notes.clear()
    time.sleep(1.0)
    peer.notes.clear()
    judge(peer, 4, 48.0)
    peer.client.transport_stop()
    assert engine.client.wait(lambda s: not s.meters.playing, PATIENCE_S)


@undisturbed
def test_a_transport_that_is_moved_takes_the_song_along(engine: RunningEngine, peer: TransportPeer) -> None:
    engine.client.ask(SetClockSource(ClockSource.JACK))
    peer.lead(120.0)
    stand(peer, engine)
    peer.client.transport_frame = 24000 * 8  # bar 3
    peer.client.transport_start()
    assert engine.client.wait(lambda s: s.meters.playing, PATIENCE_S)
    assert 8 * 960 <= engine.client.snapshot().meters.position_ticks < 12 * 960
    peer.client.transport_frame = 24000 * 41 + 12000
    assert engine.client.wait(lambda s: s.meters.position_ticks > 41 * 960, PATIENCE_S)
    peer.notes.clear()
    judge(peer, 3, 24.0)


@undisturbed
def test_without_a_timebase_the_song_goes_by_its_own_tempo_and_the_transport_s_frames(
        engine: RunningEngine, peer: TransportPeer) -> None:
    for command in (SetClockSource(ClockSource.JACK), SetTempo(133.0)):
        engine.client.ask(command)
    stand(peer, engine)
    engine.client.ask(Play())
    assert until(lambda: len(peer.notes) >= 5)
    frames = [(note - peer.rolled[0].at) / (48000 * 60 / 133.0) for note in peer.notes[:5]]
    if peer.gaps:
        raise Stalled(f"{peer.gaps} blocks were dropped")
    assert frames == pytest.approx([0, 1, 2, 3, 4], abs=1e-4)
    engine.client.ask(Stop())
    assert until(lambda: peer.client.transport_state == jack.STOPPED)


@undisturbed
def test_the_transport_goes_by_tao_s_tempo_and_bars_when_tao_leads(engine: RunningEngine, peer: TransportPeer) -> None:
    for command in (LeadTransport(True), SetTempo(140.0)):
        engine.client.ask(command)
    stand(peer, engine)
    engine.client.ask(Play())
    judge(peer, 5, 14.0)  # a tick of the 1920 in a beat
    assert peer.notes[0] == peer.rolled[0].at and peer.rolled[0].frame == 0
    assert peer.rolled[-1].bpm == pytest.approx(140.0)
    engine.client.ask(SetTempo(91.0))
    assert until(lambda: peer.rolled[-1].bpm == pytest.approx(91.0))
    peer.notes.clear()
    judge(peer, 3, 21.0)
    engine.client.ask(Stop())
    assert until(lambda: peer.client.transport_state == jack.STOPPED)
    rests = engine.client.snapshot().status.machine.resting_ticks
    engine.client.ask(Continue())
    assert engine.client.wait(lambda s: s.meters.position_ticks >= rests // 240 * 240, PATIENCE_S)
    assert until(lambda: peer.client.transport_state == jack.ROLLING)
    peer.client.transport_stop()
    assert engine.client.wait(lambda s: not s.meters.playing, PATIENCE_S), "others may stop it, too"
    peer.client.transport_frame = 0
    peer.client.transport_start()
    assert engine.client.wait(lambda s: s.meters.playing, PATIENCE_S)


def test_a_timebase_that_another_program_takes_over_is_reported(engine: RunningEngine, peer: TransportPeer) -> None:
    engine.client.ask(LeadTransport(True))
    engine.client.ask(Play())
    assert until(lambda: peer.rolled and peer.rolled[-1].beats is not None)
    peer.lead(96.0)
    assert engine.client.wait(lambda s: any("Another program leads" in n.text for n in s.status.notices), PATIENCE_S)
    assert engine.client.snapshot().status.machine.timeline.bpm == 120.0, "we keep our own tempo"


def test_a_session_with_the_transport_in_it_replays(engine: RunningEngine, peer: TransportPeer) -> None:
    engine.client.ask(SetClockSource(ClockSource.JACK))
    peer.lead(120.0)
    peer.client.transport_start()
    assert engine.client.wait(lambda s: s.meters.position_ticks > 960, PATIENCE_S)
    engine.finish()
    assert len(replay(engine.session, 48000)) == 48000


class StandIn:
    """A transport that does at once what it is told."""

    def __init__(self) -> None:
        self.rolls, self.frame, self.told = False, 0, list[object]()

    def start(self) -> None:
        self.rolls = True
        self.told.append("start")

    def stop(self) -> None:
        self.rolls = False
        self.told.append("stop")

    def locate(self, frame: int) -> None:
        self.frame = frame
        self.told.append(frame)

    def lead(self, on: bool) -> None:
        self.told.append(("lead", on))


class Beside:
    """An engine without a device beside a transport that stands still, as far as the audio thread knows."""

    def __init__(self, folder: Path, *commands: Command) -> None:
        self.room, self.transport = Room(folder), StandIn()
        self.control = TransportControl(self.room.conductor, self.room.processor.memory["transport"],
                                        self.room.notices)
        self.control.use(self.transport)
        for command in commands:
            self.room.conductor.perform(command)
        self.play()

    def play(self) -> Machine:
        for _ in range(40):
            self.control.step()
            self.room.play(4)
        return self.room.conductor.machine


def test_play_and_stop_go_to_the_transport_only_while_tao_takes_part_in_it(tmp_path: Path) -> None:
    beside = Beside(tmp_path)
    assert not beside.control.carries_out(Play()), "nobody is followed unless that is asked for"
    beside.room.conductor.perform(SetClockSource(ClockSource.JACK))
    beside.play()
    assert beside.control.carries_out(Play()) and beside.transport.told == [0, "start"]
    assert not beside.control.carries_out(SetTempo(99.0))
    assert beside.control.carries_out(Stop()) and beside.transport.told[-1] == "stop"
    assert not beside.control.carries_out(Stop()), "it stands: what plays is ours alone"
    assert beside.control.carries_out(Continue(ticks=1000)), "from the sixteenth before it"  # type: ignore[arg-type]
    assert beside.transport.frame == 24000 and beside.transport.told[-1] == "start"


@pytest.mark.parametrize("source", [ClockSource.MIDI, ClockSource.LINK])
def test_a_song_that_another_clock_begins_brings_the_transport_along(tmp_path: Path, source: ClockSource) -> None:
    beside = Beside(tmp_path, SetClockSource(source), LeadTransport(True))
    assert beside.transport.told[0] == ("lead", True) and not beside.control.carries_out(Play())
    beside.room.conductor.perform(Play())
    machine = beside.play()
    assert machine.playing and beside.transport.told[-1] == "start"
    assert 0 < beside.transport.frame < 100 * BLOCK, "about where the song was"


def test_a_tempo_that_is_set_while_the_transport_stands_is_shown_to_the_others(tmp_path: Path) -> None:
    beside = Beside(tmp_path, LeadTransport(True))
    beside.transport.told.clear()
    beside.room.conductor.perform(SetTempo(99.0))
    beside.play()
    assert beside.transport.told == [0], "JACK asks the timebase again only if the transport is moved"


def test_who_wants_the_transport_without_jack_is_told_once_what_to_do(tmp_path: Path) -> None:
    beside = Beside(tmp_path)
    beside.control.use(None)
    beside.room.conductor.perform(LeadTransport(True))
    beside.play()
    told = [notice.text for notice in beside.room.notices.newest]
    assert [text for text in told if "--audio jack" in text] == told[-1:]
    assert not beside.control.carries_out(Play())


def test_the_setting_says_what_to_do_with_the_transport() -> None:
    jack_followed, own = ClockSource.JACK, empty_machine(48000).midi.source
    assert transport_commands(None, jack_followed) == []
    assert transport_commands("follow", own) == [LeadTransport(False), SetClockSource(ClockSource.JACK)]
    assert transport_commands("lead", own) == [LeadTransport(True)]
    assert transport_commands("lead", jack_followed) == [LeadTransport(True), SetClockSource(ClockSource.AUTO)]
    assert transport_commands("off", jack_followed) == [LeadTransport(False), SetClockSource(ClockSource.AUTO)]


def test_an_engine_that_is_to_follow_the_transport_without_jack_says_what_to_do(tmp_path: Path) -> None:
    with running_engine(tmp_path, "null", effects="bypass", transport="follow") as engine:
        assert engine.client.snapshot().status.machine.midi.source is ClockSource.JACK
        assert engine.client.wait(lambda s: any("--audio jack" in n.text for n in s.status.notices), PATIENCE_S)
        assert engine.client.snapshot().status.sync == Sync(ClockSource.JACK, SyncState.WAITING)
        engine.client.ask(Play())
        assert engine.client.wait(lambda s: s.meters.playing, PATIENCE_S), "nothing stops the music"


def test_what_to_do_with_the_transport_is_one_of_three(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Choose follow, lead or off"):
        EngineSettings("null", str(tmp_path), str(tmp_path), transport="obey")
